"""What the car does now, as far as it decides what may be done to its control units; unknown counts as forbidden."""

from collections.abc import Callable

from carservices.api.diagnostics import Obstacle
from carservices.api.driving import Driving, DrivingState, Motion
from carservices.bus import Car
from carservices.services.diagnostics.policy import Repair
from carservices.signals import Datum, Status, Value

IGNITION = "Vehicle.LowVoltageSystemState"
BATTERY = "Vehicle.Powertrain.TractionBattery"
CHARGE = f"{BATTERY}.StateOfCharge.Displayed"
CHARGING = f"{BATTERY}.Charging.IsCharging"
RATE = 0.2
"""Hz of the state of charge."""


class Conditions:
    """Follows the driving state and three signals; calls back when an answer may have changed."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.parked = False
        self._values: dict[str, Datum | None] = {}
        self._on_change = on_change

    async def start(self, car: Car) -> None:
        car.on_connection(self._on_connection)
        await car.service(Driving).state.watch(self._on_driving)
        await car.watch([IGNITION, CHARGE, CHARGING], self._on_value, rate=RATE)

    def to_clear(self) -> tuple[Obstacle, ...]:
        """What stands in the way of clearing."""
        return () if self.parked else (Obstacle.NOT_PARKED,)

    def to_repair(self, repair: Repair) -> tuple[Obstacle, ...]:
        """What stands in the way of a repair, as far as the car's state goes."""
        charge = self._values.get(CHARGE)
        enough = self._values.get(CHARGING) is True or (isinstance(charge, int | float) and charge >= repair.charge)
        checks = (
            (Obstacle.NOT_PARKED, self.parked or not repair.parked),
            (Obstacle.IGNITION, self._values.get(IGNITION) in repair.ignition),
            (Obstacle.CHARGE, enough or not repair.charge),
        )
        return tuple(obstacle for obstacle, fine in checks if not fine)

    def _on_driving(self, state: DrivingState | None) -> None:
        self.parked = state is not None and state.motion is Motion.PARKED
        self._on_change()

    def _on_value(self, value: Value) -> None:
        self._values[value.path] = value.value if value.status is Status.AVAILABLE else None
        self._on_change()

    def _on_connection(self, connected: bool) -> None:
        if not connected:
            self.parked = False
            self._values.clear()
            self._on_change()
