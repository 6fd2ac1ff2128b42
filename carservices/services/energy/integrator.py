"""Turns readings into amounts: each value holds until the next, in the car's own time."""

from dataclasses import dataclass

from carservices.services.energy.amounts import Amounts, Flow
from carservices.signals import Status, Value

BATTERY = "Vehicle.Powertrain.TractionBattery"
SPEED = "Vehicle.Speed"
BATTERY_POWER = f"{BATTERY}.CurrentPower"
BATTERY_LOSS = f"{BATTERY}.PowerLoss"
DCDC_LOSS = f"{BATTERY}.DCDC.PowerLoss"
MOTOR_POWER = "Vehicle.Powertrain.ElectricMotor.Power"
CHARGING = f"{BATTERY}.Charging.IsCharging"
IGNITION = "Vehicle.LowVoltageSystemState"
CLOCK = "Vehicle.TripDuration"
PATHS = (SPEED, BATTERY_POWER, BATTERY_LOSS, DCDC_LOSS, MOTOR_POWER, CHARGING, IGNITION, CLOCK)

OFF = ("LOCK", "OFF")
LONGEST_STEP = 10.0
"""s without a tick after which this program must have slept, so that nothing is known of that time."""
FASTEST_CLOCK = 1000.0
"""A trip clock faster than this against ours has jumped."""


@dataclass(slots=True)
class Taken:
    """What was taken from the readings since the last time: amounts, and seconds of which nothing is known."""

    amounts: Amounts
    unobserved: float


class Integrator:
    """Integrates the flow between readings.

    Signals that do not change are not sent, so silence is no gap: a gap is a signal that is unavailable.
    While the car is off or charges nothing counts. No counter of the car is summed up, so none can spoil the sums
    by starting again. When the car has a trip clock it sets the pace: an emulated car may live faster than we do.
    """

    def __init__(self) -> None:
        self._values: dict[str, float | str | bool] = {}
        self._at: int | None = None
        self._window = Amounts()
        self._window_from = 0
        self._unobserved = 0.0
        self._done = Amounts()

    def take(self, value: Value, now: int) -> None:
        """A reading, seen at ``now`` (monotonic ns)."""
        at = min(value.timestamp, now)
        self._advance(at)
        known = value.status is Status.AVAILABLE and isinstance(value.value, float | int | str)
        before = self._values.get(value.path)
        if not known:
            self._values.pop(value.path, None)
        else:
            assert isinstance(value.value, float | int | str)
            self._values[value.path] = value.value
        if value.path == CLOCK:
            self._close(self._pace(before, self._values.get(CLOCK), at), at)

    def tick(self, now: int) -> None:
        """Time goes on though nothing was read; call it about each second."""
        self._advance(now)
        if CLOCK not in self._values:
            self._close(1.0, now)

    def forget(self) -> None:
        """Nothing is known any more: the connection to the car is lost."""
        self._values.clear()

    def collect(self) -> Taken:
        """What has come together since the last time."""
        taken = Taken(self._done, self._unobserved)
        self._done, self._unobserved = Amounts(), 0.0
        return taken

    def _advance(self, at: int) -> None:
        if self._at is None:
            self._at = self._window_from = at
        seconds = (at - self._at) / 1e9
        if seconds <= 0:
            return
        self._at = at
        if self._values.get(CHARGING) is True or self._values.get(IGNITION) in OFF:
            return
        flow = self._flow()
        if flow is None or seconds > LONGEST_STEP:
            self._unobserved += seconds
        else:
            self._window = self._window + flow.over(seconds)

    def _flow(self) -> Flow | None:
        speed, battery = self._number(SPEED), self._number(BATTERY_POWER)
        if speed is None or battery is None:
            return None
        motor = self._number(MOTOR_POWER)
        return Flow(
            speed=speed / 3.6,
            battery=-battery,
            motor=None if motor is None else motor * 1000.0,
            battery_loss=self._number(BATTERY_LOSS) or 0.0,
            dcdc_loss=self._number(DCDC_LOSS) or 0.0,
        )

    def _number(self, path: str) -> float | None:
        value = self._values.get(path)
        return float(value) if isinstance(value, float | int) else None

    def _pace(self, before: object, after: object, at: int) -> float:
        """Seconds of the car's clock in one of ours since it last spoke; 1 when that cannot be said."""
        ours = (at - self._window_from) / 1e9
        if not isinstance(before, float | int) or not isinstance(after, float | int) or ours <= 0:
            return 1.0
        pace = (after - before) / ours
        return pace if 0 <= pace <= FASTEST_CLOCK else 1.0

    def _close(self, pace: float, at: int) -> None:
        self._done = self._done + self._window * pace
        self._window = Amounts()
        self._window_from = max(at, self._window_from)
