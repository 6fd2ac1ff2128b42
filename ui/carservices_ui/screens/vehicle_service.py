"""The service pane: how far to the workshop, what wears, and which car this is."""

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp

from carservices.signals import Datum
from carservices_ui.i18n import number, t
from carservices_ui.screens.vehicle_car import IDENTITY
from carservices_ui.screens.vehicle_signals import BODY, BRAKES, follow
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING, is_number, percent
from carservices_ui.widgets import Column, IconTile, Row, Text, spacer

SERVICE = "Vehicle.Service"
WASHER = f"{BODY}.Windshield.Front.WasherFluid"
VOLTAGE = "Vehicle.LowVoltageBattery.CurrentVoltage"
WEAK_12V = 11.8
"""V: a lead battery at rest is all but empty below it."""
DAY = 86_400
FILL: dict[str, Any] = {"size_hint": (1, 1), "pos_hint": {"x": 0, "y": 0}}
Shown = tuple[str, bool]
"""The words, and whether they warn."""


def odometer(ui: Ui) -> Shown:
    return ui.units.text("distance", ui.store.get("Vehicle.TraveledDistance")), False


def service_distance(ui: Ui) -> Shown:
    left = ui.store.get(f"{SERVICE}.DistanceToService")
    due = ui.store.get(f"{SERVICE}.IsServiceDue") is True
    return ui.units.text("distance", float(left) * 1000 if is_number(left) else None), due


def service_time(ui: Ui) -> Shown:
    left = ui.store.get(f"{SERVICE}.TimeToService")
    if not is_number(left):
        return NOTHING, False
    days = int(left // DAY)
    words = t("vehicle.days", n=number(days)) if abs(days) < 90 else t("vehicle.months", n=number(round(days / 30.4)))
    return words, ui.store.get(f"{SERVICE}.IsServiceDue") is True


def pads(row: str) -> Callable[[Ui], Shown]:
    """What is left of the more worn pads of an axle."""

    def shown(ui: Ui) -> Shown:
        branches = [branch for wheel, branch in BRAKES.items() if wheel.startswith(row)]
        wear = [value for branch in branches if is_number(value := ui.store.get(f"{branch}.PadWear"))]
        worn = any(ui.store.get(f"{branch}.IsBrakesWorn") is True for branch in branches)
        return percent(100 - max(wear) if wear else None), worn

    return shown


def washer(ui: Ui) -> Shown:
    return percent(ui.store.get(f"{WASHER}.Level")), ui.store.get(f"{WASHER}.IsLevelLow") is True


def low_voltage(ui: Ui) -> Shown:
    volts = ui.store.get(VOLTAGE)
    return (f"{number(volts, 1)} V", volts < WEAK_12V) if is_number(volts) else (NOTHING, False)


def health(ui: Ui) -> Shown:
    return percent(ui.store.get("Vehicle.Powertrain.TractionBattery.StateOfHealth")), False


def model(ui: Ui) -> Shown:
    parts = [ui.store.get(f"{IDENTITY}.{name}") for name in ("Brand", "Model")]
    return " ".join(str(part) for part in parts if part) or NOTHING, False


def vin(ui: Ui) -> Shown:
    number_of_car: Datum | None = ui.store.get(f"{IDENTITY}.VIN")
    return str(number_of_car or NOTHING), False


FACTS: tuple[tuple[str, str, Callable[[Ui], Shown], tuple[str, ...]], ...] = (
    ("odometer", "speed", odometer, ("Vehicle.TraveledDistance",)),
    ("health", "battery_horiz_075", health, ("Vehicle.Powertrain.TractionBattery.StateOfHealth",)),
    ("service_distance", "build", service_distance, (f"{SERVICE}.DistanceToService", f"{SERVICE}.IsServiceDue")),
    ("service_time", "calendar_today", service_time, (f"{SERVICE}.TimeToService", f"{SERVICE}.IsServiceDue")),
    *(
        (
            f"pads_{row.lower()}",
            "car_repair",
            pads(row),
            tuple(
                f"{branch}.{leaf}"
                for wheel, branch in BRAKES.items()
                if wheel.startswith(row)
                for leaf in ("PadWear", "IsBrakesWorn")
            ),
        )
        for row in ("Row1", "Row2")
    ),
    ("washer", "water_drop", washer, (f"{WASHER}.Level", f"{WASHER}.IsLevelLow")),
    ("low_voltage", "battery_full", low_voltage, (VOLTAGE,)),
)
"""Name (its words are ``vehicle.NAME``), icon, what to show, the signals it depends on."""
WIDE: tuple[tuple[str, str, Callable[[Ui], Shown], tuple[str, ...]], ...] = (
    ("model", "directions_car", model, tuple(f"{IDENTITY}.{name}" for name in ("Brand", "Model"))),
    ("vin", "info", vin, (f"{IDENTITY}.VIN",)),
)
"""The same, over the whole width on one line."""


class ServicePane(Column):
    """Two columns of facts, then which car it is."""

    def __init__(self, ui: Ui) -> None:
        self.facts = {name: Fact(ui, name, icon, show, paths) for name, icon, show, paths in FACTS}
        self.wide = {name: Fact(ui, name, icon, show, paths, wide=True) for name, icon, show, paths in WIDE}
        facts = list(self.facts.values())
        super().__init__(
            *(Row(*pair, gap="m", size_hint=(1, None)) for pair in zip(facts[::2], facts[1::2], strict=True)),
            spacer(),
            *self.wide.values(),
            spacing=dp(12),
            **FILL,
        )


class Fact(Row):
    """A value and its name, led by an icon; in the alert colour when it warns."""

    def __init__(
        self,
        ui: Ui,
        name: str,
        icon: str,
        show: Callable[[Ui], Shown],
        paths: tuple[str, ...],
        *,
        wide: bool = False,
    ) -> None:
        self._ui, self._show = ui, show
        self.value = Text(NOTHING, strong=True, limit=400 if wide else 204)
        self.label = Text(t(f"vehicle.{name}"), tone="text2", limit=204)
        self._tile = IconTile(icon)
        words = (self.label, spacer(), self.value) if wide else (Column(self.value, self.label, gap=None), spacer())
        super().__init__(self._tile, *words, spacing=dp(12), size_hint=(1, None))
        follow(ui.store, paths, self._refresh)

    def _refresh(self) -> None:
        self.value.text, warns = self._show(self._ui)
        self.value.tone("alert" if warns else "text")
        self._tile.icon.show(tone="alert" if warns else "accent")
