"""Charging: plug, station, the car's own limits, and when it will be done."""

from dataclasses import dataclass
from datetime import datetime

from carservices_emulator.model.battery import CHARGE_BY_TEMPERATURE, TractionBattery
from carservices_emulator.profile import Charging
from carservices_emulator.tables import Curve

DC_EFFICIENCY = 0.98
"""Contactors, cable and busbars between station meter and battery."""
RAMP = 5_000.0
"""W/s: stations ramp their current up after the pre-charge (IEC 61851-23 allows 20 A/s)."""
CONTACT = 3e-9
"""K/W²: the contacts warm with the square of the current, 30 K at 100 kW (IEC 62196-1 allows 50 K)."""
MAX_RISE = 45.0
PHASE_VOLTAGE = 230.0
THREE_PHASE_FROM = 7_400.0
"""W above which a second and third phase are in use: 32 A on one phase."""
TOP_UP = 0.02
"""Charge lost after a completed session before it starts again."""
STEP = 0.02
"""State of charge per step of the forecast."""


@dataclass(frozen=True, slots=True)
class Plug:
    """A cable in the port: "ac" or "dc", and what its station gives in W."""

    kind: str
    power: float
    station: str = "DE*EMU*E0001*1"  # EVSE id as in ISO 15118-2 Annex H


class ChargePort:
    """The port with its flap and lock, and the session that runs through it."""

    def __init__(self, charging: Charging) -> None:
        self.spec = charging
        self.plug: Plug | None = None
        self.flap = False
        self.locked = False
        self.limit = 80
        self.wanted = True
        self.due = False
        """Wants to charge now, whatever comes out of the station."""
        self._complete = False
        self.timer_mode = "INACTIVE"
        self.timer: datetime | None = None
        self.power = 0.0
        """W into the car's high-voltage side."""
        self.loss = 0.0
        self.energy = 0.0
        self.duration = 0.0
        """J and s of this session."""
        self.temperature = 20.0
        self._curve = Curve((soc / 100.0, kw * 1e3) for soc, kw in charging.dc)

    @property
    def charging(self) -> bool:
        return self.power > 0.0

    def connect(self, plug: Plug) -> None:
        """Put a cable in: the flap is open, the lock closes, a new session counts from zero."""
        self.plug = plug
        self.flap = self.locked = True
        self.wanted = True
        self._complete = False
        self.energy = self.duration = 0.0

    def disconnect(self) -> None:
        """The cable is gone, pulled or unlocked: the current ends at once."""
        self.plug = None
        self.locked = self.flap = self.due = False
        self.power = self.loss = 0.0

    def limit_power(self, battery: TractionBattery, charge: float, own: float = 0.0) -> float:
        """W into the car at ``charge``: what the battery may get by its curve and warmth, and the car's ``own`` W."""
        if self.plug is None:
            return 0.0
        if self.plug.kind == "dc":
            station = self.plug.power * DC_EFFICIENCY
        else:
            station = min(self.plug.power, self.spec.ac_power * 1e3) * self.spec.ac_efficiency
        return min(self._curve(charge) * CHARGE_BY_TEMPERATURE(battery.temperature) + own, station)

    def step(self, dt: float, battery: TractionBattery, now: datetime, ambient: float, own: float = 0.0) -> None:
        """Advance the session by ``dt`` s, while the car takes ``own`` W for itself."""
        self.due = self._due(battery, now)
        target = self.limit_power(battery, battery.charge, own) if self.due else 0.0
        self.power = min(target, self.power + RAMP * dt) if target else 0.0
        if self.plug is not None and self.power:
            efficiency = DC_EFFICIENCY if self.plug.kind == "dc" else self.spec.ac_efficiency
            self.loss = self.power * (1.0 / efficiency - 1.0)
            self.energy += self.power * dt
            self.duration += dt
        else:
            self.loss = 0.0
        warm = ambient + min(MAX_RISE, CONTACT * self.power * self.power)
        self.temperature += (warm - self.temperature) * min(1.0, dt / 240.0)

    def _due(self, battery: TractionBattery, now: datetime) -> bool:
        if battery.charge >= self.limit / 100.0:
            self._complete = True
        elif battery.charge < self.limit / 100.0 - TOP_UP:
            self._complete = False
        if self.plug is None or not self.wanted or self._complete:
            return False
        if self.timer_mode == "INACTIVE" or self.timer is None:
            return True
        start_in = (self.timer - now).total_seconds()
        if self.timer_mode == "END_TIME":
            start_in -= self.time_left(battery)
        return start_in <= 0.0

    def time_left(self, battery: TractionBattery, load: float = 0.0) -> float:
        """s until the limit is reached at the present temperature, while the car takes ``load`` W for itself.

        The charge curve integrated in small steps; 0 where it would never get there.
        """
        seconds, charge = 0.0, battery.charge
        energy = battery.capacity * battery.open_circuit
        while charge < self.limit / 100.0 - 1e-6:
            step = min(STEP, self.limit / 100.0 - charge)
            power = self.limit_power(battery, charge + 0.5 * step, load) - load
            if power <= 0.0:
                return 0.0
            seconds += energy * step / power
            charge += step
        return seconds

    @property
    def average_power(self) -> float:
        """W of this session so far."""
        return self.energy / self.duration if self.duration else 0.0

    @property
    def phase_current(self) -> float:
        """A on phase 1 of an AC session."""
        if self.plug is None or self.plug.kind != "ac" or not self.power:
            return 0.0
        grid = self.power + self.loss
        phases = 3.0 if grid > THREE_PHASE_FROM else 1.0
        return grid / phases / PHASE_VOLTAGE
