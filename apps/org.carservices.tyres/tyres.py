"""Tyres & care: the pressure of each tyre, a warning when one is low, and a reminder to rotate them."""

from carservices.app import Action, App, Icon, ListTemplate, Notification, PaneTemplate, Row, Signal, Template

ROTATE_AFTER_KM = 10_000


class Tyres(App):
    warned: bool = False

    def on_start(self) -> None:
        self.car.watch("Vehicle.Chassis.Axle.*.Wheel.*.Tire.Pressure", self.warn)

    def view(self) -> Template:
        rows = [
            Row(
                place,
                tyre.text(),
                image=Icon("tire_repair", "red" if self.is_low(tyre) else "green"),
                badge=self.t("low") if self.is_low(tyre) else "",
            )
            for place, tyre in self.car.tyres()
        ]
        care = Action(self.t("care"), lambda: self.push(self.care))
        change = Action(icon=Icon("settings"), on_click=lambda: self.push_settings(self.t("settings")))
        return ListTemplate(self.t("title"), rows, empty=self.t("none"), actions=[care, change])

    def care(self) -> Template:
        mileage, done = self.car["Vehicle.TraveledDistance"], self.storage.get("rotated_km")
        if not mileage.available:
            return PaneTemplate(self.t("care"), [Row(self.t("rotation.title"), self.t("rotation.no_mileage"))])
        left = 0 if done is None else round(done + ROTATE_AFTER_KM - (mileage.as_("km") or 0))
        text = self.t("rotation.unknown") if done is None else self.t("rotation.left", n=max(0, left))
        rotated = Action(self.t("rotation.done"), self.rotated, primary=True, parked_only=True)
        return PaneTemplate(self.t("care"), [Row(self.t("rotation.title"), text)], [rotated])

    def rotated(self) -> None:
        self.storage["rotated_km"] = self.car["Vehicle.TraveledDistance"].as_("km")

    def is_low(self, tyre: Signal[int]) -> bool:
        return tyre.available and (tyre.value or 0) < self.settings["low_kpa"]

    def warn(self, tyre: Signal[int]) -> None:
        if self.is_low(tyre) and not self.warned:
            self.warned = True
            self.notify(Notification(self.t("warning"), tyre.text(), id="low", level="warning"))
