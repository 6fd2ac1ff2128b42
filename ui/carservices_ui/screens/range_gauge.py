"""Range and charge as a ring, and how a low charge looks wherever it is shown."""

from kivy.metrics import dp

from carservices.signals import Datum
from carservices_ui.tokens import TYPE
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING, is_number, percent
from carservices_ui.widgets import ArcGauge, Column, Icon, Row, Text

BATTERY = "Vehicle.Powertrain.TractionBattery"
CHARGE = f"{BATTERY}.StateOfCharge.Displayed"
EMPTY, LOW = 5.0, 15.0
"""Percent from which on downwards the car warns, too."""
ROOM = 4
"""Characters of a range that fit into the ring as large as they should be; more are drawn smaller."""


class Charge(Row):
    """A bolt and the percent of charge: amber when it is low, red when there is hardly any."""

    def __init__(self, ui: Ui, *, strong: bool = False) -> None:
        self.value = Text(NOTHING, tone="energy", strong=strong)
        self._bolt = Icon("bolt", size="small", tone="energy", filled=True)
        super().__init__(self._bolt, self.value, gap="xs")
        ui.store.bind(CHARGE, self._show)

    def _show(self, charge: Datum | None) -> None:
        self.value.text = percent(charge)
        tone = charge_tone(charge)
        self.value.tone(tone)
        self._bolt.show(tone=tone)


class RangeGauge(ArcGauge):
    """The charge as a ring of `side` dp around the range and its `unit`."""

    def __init__(self, ui: Ui, side: float, unit: str) -> None:
        super().__init__(size_hint=(None, None), size=(dp(side), dp(side)))
        self._ui = ui
        self.range = Text(NOTHING, role="display", fixed=True)
        self.unit = Text(unit, role="caption", tone="text2", fixed=True)
        self.add_widget(
            Column(self.range, self.unit, align="center_x", gap=None, pos_hint={"center_x": 0.5, "center_y": 0.53})
        )
        self.charge = Charge(ui)
        self.charge.pos_hint = {"center_x": 0.5, "y": 0.0}
        self.add_widget(self.charge)
        ui.store.bind(f"{BATTERY}.Range", self._show_range)
        ui.store.bind(CHARGE, self._show_charge)

    def _show_range(self, metres: Datum | None) -> None:
        text = self._ui.units.number("distance", metres)
        self.range.font_size = dp(TYPE["display" if len(text) <= ROOM else "title"])
        self.range.text = text

    def _show_charge(self, charge: Datum | None) -> None:
        tone = charge_tone(charge)
        self.paint(*(("energy2", "energy") if tone == "energy" else (tone, tone)))
        self.show(float(charge) / 100 if is_number(charge) else None)


def charge_tone(charge: Datum | None) -> str:
    """The colour of a charge in percent."""
    if not is_number(charge):
        return "energy"
    return "alert" if charge < EMPTY else "heat" if charge < LOW else "energy"
