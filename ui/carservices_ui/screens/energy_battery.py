"""The battery's card: how far it goes, how full it may get, and charging and warming."""

from typing import Any

from kivy.metrics import dp

from carservices.api.driving import Restriction
from carservices.signals import Datum
from carservices_ui.binding import bind_signal
from carservices_ui.i18n import number, t
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.home_energy import Fact
from carservices_ui.screens.range_gauge import BATTERY, RangeGauge
from carservices_ui.screens.vehicle_signals import CABLE, CHARGING, IS_CHARGING, follow
from carservices_ui.ui import BATTERY_POWER, Ui
from carservices_ui.units import NOTHING, duration, is_number, percent
from carservices_ui.widgets import Card, Column, Icon, IconTile, Row, Text, Toggle, ValueSlider, spacer

LIMIT = f"{CHARGING}.ChargeLimit"
START_STOP = f"{CHARGING}.StartStopCharging"
TIME_TO_LIMIT = f"{CHARGING}.TimeToComplete"
CONDITIONING = f"{BATTERY}.BatteryConditioning"
LOWEST_LIMIT, HIGHEST_LIMIT, LIMIT_STEP = 50, 100, 5
"""Percent: less than half would strand the driver."""
FILL: dict[str, Any] = {"size_hint": (1, 1), "pos_hint": {"x": 0, "y": 0}}


class BatteryCard(Card):
    """Range and charge as a ring with live facts; the charge limit; switches for charging and warming."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        self.gauge = RangeGauge(ui, 184, ui.units.shown("distance").label)
        self.power = Fact("bolt", "accent", " ")
        self.temperature = Fact("device_thermostat", "accent", t("range.battery"))
        self.health = Fact("battery_horiz_075", "energy", t("energy.health"))
        self.limit = ValueSlider(low=LOWEST_LIMIT, high=HIGHEST_LIMIT, step=LIMIT_STEP, tone="energy", size_hint=(1, 1))
        self.limit_text = Text(NOTHING, strong=True)
        self.why_text = Text("", tone="heat", limit=300)
        self.why = Row(Icon("block", size="small", tone="heat"), self.why_text, pos_hint={"center_y": 0.5})
        self._slot = Row(gap=None, size_hint=(1, None), height=dp(76))
        self.charging = SwitchRow("ev_station", t("energy.charging"), "energy")
        self.warming = SwitchRow("heat", t("energy.warming"), "heat")
        self._build()
        self._bind()

    def restrict(self, restrictions: Restrictions) -> None:
        """While setup is not allowed the limit can be read but not moved; the reason takes the slider's place."""
        blocked = restrictions.forbids(Restriction.NO_SETUP)
        self.why_text.text = restrictions.why
        shown = self.why if blocked else self.limit
        if shown.parent is None:
            self._slot.clear_widgets()
            self._slot.add_widget(shown)

    def _build(self) -> None:
        facts = Column(self.power, self.temperature, self.health, gap="m")
        self.add_widget(
            Column(
                Row(self.gauge, spacer(), facts, gap=None, size_hint=(1, None)),
                spacer(),
                Row(Text(t("energy.limit"), tone="text2"), spacer(), self.limit_text, size_hint=(1, None)),
                self._slot,
                self.charging,
                self.warming,
                gap="s",
                padding=(dp(24), dp(20), dp(24), dp(16)),
                **FILL,
            )
        )

    def _bind(self) -> None:
        ui, store = self._ui, self._ui.store
        bind_signal(ui, self.limit, LIMIT, send=round)
        bind_signal(
            ui,
            self.charging.toggle,
            START_STOP,
            show=lambda wish: wish == "START" and store.get(CABLE) is True,
            send=lambda on: "START" if on else "STOP",
        )
        bind_signal(
            ui,
            self.warming.toggle,
            f"{CONDITIONING}.RequestedMode",
            show=lambda mode: mode != "INACTIVE",
            send=lambda on: "FAST_CHARGING_PREPARATION" if on else "INACTIVE",
        )
        store.bind(LIMIT, lambda limit: setattr(self.limit_text, "text", percent(limit)))
        store.bind(BATTERY_POWER, self._show_power)
        store.bind(f"{BATTERY}.Temperature.Average", self._show_temperature)
        store.bind(f"{BATTERY}.StateOfHealth", lambda health: setattr(self.health.value, "text", percent(health)))
        store.bind(f"{CONDITIONING}.IsActive", self._show_warming)
        follow(store, (CABLE, IS_CHARGING, TIME_TO_LIMIT, START_STOP), self._show_charging)

    def _show_power(self, into_battery: Datum | None) -> None:
        if not is_number(into_battery):
            self.power.value.text, self.power.label.text = NOTHING, t("energy.power")
            return
        kilowatt = float(into_battery) / 1000
        self.power.value.text = f"{number(abs(kilowatt), 0 if abs(kilowatt) >= 9.95 else 1)} kW"
        self.power.label.text = t("energy.power_in" if kilowatt > 0 else "energy.power_out")
        self.power.value.tone("energy" if kilowatt > 0 else "text")

    def _show_temperature(self, celsius: Datum | None) -> None:
        self.temperature.value.text = self._ui.units.text("temperature", celsius)

    def _show_warming(self, active: Datum | None) -> None:
        self.warming.detail.text = NOTHING if active is None else t("energy.warm_on" if active else "energy.warm_off")

    def _show_charging(self) -> None:
        store, toggle = self._ui.store, self.charging.toggle
        cable, left = store.get(CABLE), store.get(TIME_TO_LIMIT)
        if toggle.phase != "pending" and store.get(START_STOP) is not None:
            toggle.value = store.get(START_STOP) == "START" and cable is True
        if cable is None:
            words = NOTHING
        elif cable is False:
            words = t("energy.unplugged")
        elif store.get(IS_CHARGING) is True:
            words = t("energy.left", time=duration(left))
        else:
            words = t("energy.plugged")
        self.charging.detail.text = words


class SwitchRow(Row):
    """A row with a toggle: icon, what it is, how it stands."""

    def __init__(self, icon: str, title: str, tone: str) -> None:
        self.toggle = Toggle()
        self.detail = Text(NOTHING, tone="text2", limit=172)
        words = Column(Text(title, limit=172), self.detail, gap=None)
        super().__init__(IconTile(icon, tone=tone), words, spacer(), self.toggle, spacing=dp(8), size_hint=(1, None))
