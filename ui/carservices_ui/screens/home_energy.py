"""Home's two energy cards: where power flows now, and how far it lasts."""

from kivy.clock import Clock
from kivy.metrics import dp

from carservices.api.energy import Trip
from carservices.signals import Datum
from carservices_ui.i18n import number, t
from carservices_ui.planning.charging import power
from carservices_ui.planning.names import plain
from carservices_ui.planning.nearest import Nearest
from carservices_ui.screens.navigation_words import kilowatts
from carservices_ui.screens.range_gauge import BATTERY, RangeGauge
from carservices_ui.streams import TRIP
from carservices_ui.ui import BATTERY_POWER, Ui
from carservices_ui.units import NOTHING, duration, is_number
from carservices_ui.widgets import Bar, Card, Column, Icon, IconTile, Row, Sparkline, Text, spacer

MOTOR = "Vehicle.Powertrain.ElectricMotor"
CHARGING = f"{BATTERY}.Charging"
SPEED, STANDING_KMH = "Vehicle.Speed", 0.5
ZERO = 1 / 3
"""Where on the bar no power is: regeneration to the left, drive to the right."""
IDLE_KW = 0.05
"""Below this power nothing worth naming flows."""
FINE_KW, FINE_SHARE = 0.05, 0.002
"""Less than half a pixel of the curve and of the bar: what a parked car takes does not draw the glass again."""


class PowerCard(Card):
    """Power out of the battery (blue) or back into it (green), now and over the last minutes."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        self._charging = False
        self.kw = Text(NOTHING, role="display")
        self.state = Text(role="body", tone="text2")
        self.flow = Flow()
        self.curve = Sparkline(floor=15.0, size_hint=(1, 1))
        self.bar = Bar(start=ZERO)
        head = Row(
            Column(
                Row(self.kw, Text("kW", role="body", tone="text2", pos_hint={"y": 0.14}), gap="s"),
                self.state,
            ),
            spacer(),
            self.flow,
            gap=None,
            size_hint=(1, None),
        )
        self.add_widget(
            Column(
                head,
                self.curve,
                self.bar,
                gap="m",
                size_hint=(1, 1),
                padding=(dp(24), dp(20), dp(24), dp(24)),
                pos_hint={"x": 0, "y": 0},
            )
        )
        ui.store.bind(f"{CHARGING}.IsCharging", self._show_charging)
        ui.store.bind(BATTERY_POWER, self._show_power)
        self._draw_curve()
        self._clock = Clock.schedule_interval(self._draw_curve, ui.power.step)

    def close(self) -> None:
        """Stop following the curve."""
        self._clock.cancel()

    def _show_charging(self, charging: Datum | None) -> None:
        self._charging = charging is True
        self._show_power(self._ui.store.get(BATTERY_POWER))

    def _show_power(self, into_battery: Datum | None) -> None:
        if not is_number(into_battery):
            self.kw.text, self.state.text = NOTHING, " "  # not empty: the line keeps its height
            self.flow.show(0.0, charging=False)
            self.bar.share = ZERO
            return
        out = -float(into_battery) / 1000
        self.kw.text = number(abs(out), 0 if abs(out) >= 9.95 else 1)
        self.state.text = t(f"power.{self._use(out)}")
        self.state.tone("energy" if out < -IDLE_KW else "accent" if out > IDLE_KW else "text2")
        self.flow.show(out, charging=self._charging)
        highest = self._ui.store.get(f"{MOTOR}.MaxPower" if out > 0 else f"{MOTOR}.MaxRegenPower")
        share = min(1.0, abs(out) / float(highest)) if is_number(highest) and float(highest) > 0 else 0.0
        share = round(share / FINE_SHARE) * FINE_SHARE
        self.bar.share = ZERO + (share * (1 - ZERO) if out > 0 else -share * ZERO)

    def _use(self, out: float) -> str:
        """What the power is for: while the car stands, heating and electronics take it."""
        if self._charging or abs(out) < IDLE_KW:
            return "charging" if self._charging else "rest"
        speed = self._ui.store.get(SPEED)
        standing = is_number(speed) and abs(speed) < STANDING_KMH
        return "regen" if out < 0 else "systems" if standing else "drive"

    def _draw_curve(self, *_: object) -> None:
        self.curve.points = [round(-watts / 1000 / FINE_KW) * FINE_KW for watts in self._ui.power.points]


class Flow(Row):
    """Battery, arrows in the direction power takes, wheels (or the charging cable)."""

    def __init__(self) -> None:
        self.battery = IconTile("battery_horiz_075", tone="energy", side=56)
        self.arrows = [Icon("chevron_right", size="small", tone="text2") for _ in range(3)]
        self.other = IconTile("directions_car", tone="accent", side=56)
        super().__init__(self.battery, Row(*self.arrows, gap=None, spacing=-dp(10)), self.other, gap="s")

    def show(self, out: float, *, charging: bool) -> None:
        """Power out of the battery in kW; more arrows light up the more there is."""
        lit = 0 if abs(out) < IDLE_KW else 1 if abs(out) < 10 else 2 if abs(out) < 40 else 3
        name = "chevron_right" if out >= 0 else "chevron_left"
        for index, arrow in enumerate(self.arrows if out >= 0 else reversed(self.arrows)):
            arrow.show(name, tone=("accent" if out > 0 else "energy") if index < lit else "control")
        self.other.icon.show("ev_station" if charging else "directions_car", tone="energy" if charging else "accent")


class RangeCard(Card):
    """Range and charge as a ring; beside it consumption, battery temperature, and how far it is to charge.

    That is the nearest station, while charging the time it takes, and where no station is known the energy left.
    """

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        self.gauge = RangeGauge(ui, 196, t("range.unit", unit=ui.units.shown("distance").label))
        self.consumption = Fact("speed", "accent", ui.units.shown("consumption").label.split()[0])
        self.temperature = Fact("device_thermostat", "accent", t("range.battery"))
        self.energy = Fact("ev_station", "energy", "kWh")
        self._nearest = Nearest(ui.store, self._show_energy)
        self.add_widget(
            Row(
                self.gauge,
                spacer(),
                Column(self.consumption, self.temperature, self.energy, gap="m"),
                gap=None,
                size_hint=(1, 1),
                padding=(dp(16), dp(16), dp(12), dp(16)),
                pos_hint={"x": 0, "y": 0},
            )
        )
        store = ui.store
        store.bind(f"{BATTERY}.Temperature.Average", self._show_temperature)
        store.bind(f"{BATTERY}.StateOfCharge.CurrentEnergy", lambda _: self._show_energy())
        store.bind(f"{CHARGING}.IsCharging", lambda _: self._show_energy())
        store.bind(f"{CHARGING}.TimeToComplete", lambda _: self._show_energy())
        store.bind_stream(TRIP, self._show_trip)

    def _show_temperature(self, celsius: Datum | None) -> None:
        self.temperature.value.text = self._ui.units.text("temperature", celsius)

    def _show_energy(self) -> None:
        store = self._ui.store
        if store.get(f"{CHARGING}.IsCharging") is True:
            self.energy.value.text = duration(store.get(f"{CHARGING}.TimeToComplete"))
            self.energy.label.text = t("range.to_full")
        elif (station := self._nearest.station) is not None:
            self.energy.value.text = self._ui.units.way(self._nearest.metres)
            kw = power(station)
            self.energy.label.text = kilowatts(kw) if kw else plain(station.place.name or station.operator)
        else:
            kwh = store.get(f"{BATTERY}.StateOfCharge.CurrentEnergy")
            self.energy.value.text = number(float(kwh), 1) if is_number(kwh) else NOTHING
            self.energy.label.text = t("range.kwh_left")

    def _show_trip(self, trip: Trip | None) -> None:
        average = None if trip is None else trip.consumption
        self.consumption.value.text = self._ui.units.number("consumption", average)


class Fact(Row):
    """A number with its unit or name, led by an icon."""

    def __init__(self, icon: str, tone: str, label: str) -> None:
        self.value = Text(NOTHING, role="body", strong=True)
        self.label = Text(label, role="caption", tone="text2", limit=100)
        super().__init__(
            IconTile(icon, tone=tone), Column(self.value, self.label, gap=None), gap="s", width=dp(152), spacing=dp(12)
        )
