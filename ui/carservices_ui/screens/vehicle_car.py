"""The car's card: the picture, tyres and windows beside it, and one sentence that sums it up."""

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.driving import Restriction
from carservices.signals import Datum
from carservices_ui.i18n import number, t
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens import vehicle_shape as shape
from carservices_ui.screens.vehicle_doors import FACE, DoorSpot
from carservices_ui.screens.vehicle_picture import CarPicture, CarState
from carservices_ui.screens.vehicle_signals import (
    DOORS,
    DRIVER_POSITION,
    LOCKS,
    PICTURED,
    TYRES,
    WHEELS,
    car_state,
    follow,
    is_low,
    sided,
)
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING
from carservices_ui.widgets import Card, Column, Icon, Row, Text, put

IDENTITY = "Vehicle.VehicleIdentification"
EDGE = 24
DOOR_SPOTS = {"Row1": 0.32, "Row2": -0.53}
"""Where along the car, in m, its doors are operated: between the tyres' figures, out of reach of an open door."""
SAID = 2
"""Findings in words; those beyond are only counted."""
HEAD = 76
"""Height of the two lines above the picture."""
WORDS = 368
"""Their width; beside them is the way to the car's health."""


class CarCard(Card):
    """Left of everything: the car as it stands."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        self.name = Text(NOTHING, role="primary", strong=True, limit=WORDS)
        self.status = Text(NOTHING, tone="text2", limit=WORDS)
        self.picture = CarPicture(size_hint=(None, None))
        self.lock = Icon("lock", tone="on_accent")
        self.tyres = {wheel: TyreLabel(ui, wheel) for wheel in WHEELS}
        self.windows = {wheel: Text("", role="caption", tone="accent") for wheel in WHEELS}
        self.doors = {seat: DoorSpot(ui, seat) for seat in DOORS}
        self.add_widget(self.picture)
        for widget in (
            self.name,
            self.status,
            self.lock,
            *self.tyres.values(),
            *self.windows.values(),
            *self.doors.values(),
        ):
            self.add_widget(widget)
        labels: tuple[Widget, ...] = (self.name, self.status, *self.tyres.values(), *self.windows.values())
        for label in labels:
            label.bind(size=self._arrange)
        self.bind(pos=self._arrange, size=self._arrange)
        ui.store.bind(f"{IDENTITY}.Model", lambda model: setattr(self.name, "text", str(model or NOTHING)))
        ui.store.bind(DRIVER_POSITION, self._arrange)
        follow(ui.store, PICTURED, self._show_state)
        follow(ui.store, LOCKS, self._show_lock)

    def restrict(self, restrictions: Restrictions) -> None:
        """Doors are for before and after the journey."""
        for door in self.doors.values():
            door.block(restrictions.forbids(Restriction.NO_SETUP))

    def close(self) -> None:
        """Stop what moves."""
        self.picture.close()

    def _show_state(self) -> None:
        state = car_state(self._ui.store)
        self.picture.state = state
        for wheel, text in self.windows.items():
            position = round(state.windows.get(wheel, 0))
            text.text = f"{number(position)} %" if position and wheel not in state.opened else ""
        known = any(self._ui.store.get(path) is not None for path in DOORS.values())
        findings = summary(state)
        said = " · ".join(findings[:SAID]) + (f" +{len(findings) - SAID}" if len(findings) > SAID else "")
        self.status.text = said or (t("vehicle.closed") if known else NOTHING)
        self.status.tone("heat" if findings else "text2")

    def _show_lock(self) -> None:
        locked = [self._ui.store.get(path) for path in LOCKS]
        self.lock.opacity = 0.0 if all(lock is None for lock in locked) else 1.0
        shut = all(lock is not False for lock in locked)
        self.lock.show("lock" if shut else "lock_open", filled=shut)

    def _arrange(self, *_: object) -> None:
        edge, top = dp(EDGE), self.y + self.height
        self.name.pos = (self.x + edge, round(top - dp(20) - self.name.height))
        self.status.pos = (self.x + edge, round(self.name.y - dp(2) - self.status.height))
        self.picture.size = (self.width, self.height - dp(HEAD) - dp(12))
        self.picture.pos = (self.x, self.y + dp(12))
        x, y = self.picture.spot((0.0, -0.52))
        self.lock.pos = (round(x - self.lock.width / 2), round(y - self.lock.height / 2))
        for wheel, label in self.tyres.items():
            row, side = wheel.split(".")
            y = self.picture.spot((0.0, shape.AXLES[row]))[1]
            left = self.x + edge if side == "Left" else self.x + self.width - edge - label.width
            label.pos = (round(left), round(y - label.height / 2))
        for seat, door in self.doors.items():
            row, side = sided(self._ui.store, seat).split(".")
            inset = edge + dp(FACE) / 2
            door.center_x = self.x + inset if side == "Left" else self.x + self.width - inset
            door.center_y = self.picture.spot((0.0, DOOR_SPOTS[row]))[1]
        for wheel, text in self.windows.items():
            row, side = wheel.split(".")
            middle = sum(shape.DOORS[row]) / 2
            reach = shape.WIDTH / 2 + 0.08
            x, y = self.picture.spot((-reach if side == "Left" else reach, middle))
            text.pos = (round(x - (text.width if side == "Left" else 0)), round(y - text.height / 2))


class TyreLabel(Column):
    """Pressure and temperature of one tyre; the pressure in the alert colour, with a sign, while it is low."""

    def __init__(self, ui: Ui, wheel: str) -> None:
        self._ui = ui
        self._wheel = wheel
        self.pressure = Text(NOTHING, strong=True)
        self.temperature = Text(NOTHING, tone="text2")
        self.warning = Icon("warning", size="small", tone="alert", filled=True)
        self._line = Row(self.pressure, gap="xs")
        super().__init__(self._line, self.temperature, gap=None, align="x" if wheel.endswith("Left") else "right")
        base = TYRES[wheel]
        ui.store.bind(f"{base}.Pressure", self._show_pressure)
        ui.store.bind(f"{base}.Temperature", self._show_temperature)
        ui.store.bind(f"{base}.IsPressureLow", lambda _: self._show_low())

    def _show_pressure(self, kilopascal: Datum | None) -> None:
        self.pressure.text = self._ui.units.text("pressure", kilopascal)
        self._show_low()

    def _show_temperature(self, celsius: Datum | None) -> None:
        self.temperature.text = self._ui.units.text("temperature", celsius)

    def _show_low(self) -> None:
        low = is_low(self._ui.store, self._wheel)
        self.pressure.tone("alert" if low else "text")
        put(self._line, self.warning, low)


def summary(state: CarState) -> list[str]:
    """What somebody walking up to the car should know, the gravest first."""
    doors = state.opened - {"hood", "trunk", "flap"}
    windows = [name for name, position in state.windows.items() if position > 0]
    found = [
        (len(state.flat) == 1, "vehicle.tyre_low", {}),
        (len(state.flat) > 1, "vehicle.tyres_low", {"n": len(state.flat)}),
        ("hood" in state.opened, "vehicle.hood_open", {}),
        (len(doors) == 1, "vehicle.door_open", {}),
        (len(doors) > 1, "vehicle.doors_open", {"n": len(doors)}),
        ("trunk" in state.opened, "vehicle.trunk_open", {}),
        (len(windows) == 1, "vehicle.window_open", {}),
        (len(windows) > 1, "vehicle.windows_open", {"n": len(windows)}),
        (state.cable, "vehicle.plugged", {}),
    ]
    return [t(key, **values) for true, key, values in found if true]
