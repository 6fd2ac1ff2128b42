"""The driving service: watches gear, brake, speed and ignition, and publishes the driving state."""

import logging
import time
from pathlib import Path
from typing import Any

from carservices.api.driving import Driving, DrivingState, Motion, Outcome, Restriction
from carservices.bus import CallError
from carservices.services.driving.explain import explain
from carservices.services.driving.inference import PARK, Assessment, Inputs, assess
from carservices.services.driving.rulebook import RuleBook
from carservices.services.driving.rules import RulesError
from carservices.signals import Status, Value
from carservices.signals.units import convert

GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
SPEED = "Vehicle.Speed"
PARKING_BRAKE = "Vehicle.Chassis.ParkingBrake.IsEngaged"
IGNITION = "Vehicle.LowVoltageSystemState"
RATE = 10.0
"""Hz of the speed; AAOS reads it at 5 Hz, which would delay a restriction by up to 200 ms."""

log = logging.getLogger(__name__)


class DrivingService(Driving):
    """Publishes a state only when motion, cause or restrictions change."""

    def __init__(self, state_dir: Path | None = None) -> None:
        self._book = RuleBook(state_dir)
        self._values: dict[str, Any] = {}
        self._has_park = True
        self._state: DrivingState | None = None

    async def start(self) -> None:
        if self._book.rules.problem:
            log.error("everything is restricted: %s", self._book.rules.problem)
        self._update()
        self.car.on_connection(self._on_connection)
        await self.car.watch([GEAR, SPEED, PARKING_BRAKE, IGNITION], self._on_value, rate=RATE)

    async def explain(self, restriction: Restriction) -> str:
        if not restriction or restriction not in Restriction.FULLY_RESTRICTED:
            raise CallError("INVALID_ARGUMENT", f"driving.explain: {restriction!r} is no restriction")
        return explain(restriction, self._assess(), self._book.rules)

    async def outcomes(self) -> list[Outcome]:
        return list(self._book.rules.outcomes())

    async def configure(self, rules: str) -> bool:
        try:
            self._book.stage(rules)
        except RulesError as error:
            raise CallError("INVALID_ARGUMENT", f"driving.configure: {error}") from error
        self._update()
        return not self._book.waiting

    def _on_value(self, value: Value) -> None:
        known = value.status is Status.AVAILABLE
        if value.path == GEAR and known and self._values.get(GEAR) is None:
            self.car.spawn(self._read_gears())
        self._values[value.path] = value.value if known else None
        self._update()

    def _on_connection(self, connected: bool) -> None:
        """What was known before the hub went is old news."""
        if not connected:
            self._values.clear()
            self._update()

    async def _read_gears(self) -> None:
        """AAOS: a gearbox that names its gears and has no P among them is a manual one."""
        config = (await self.car.configs(GEAR)).get(GEAR)
        self._has_park = config is None or not config.allowed or PARK in config.allowed
        self._update()

    def _assess(self) -> Assessment:
        speed = self._values.get(SPEED)
        return assess(
            Inputs(
                gear=self._values.get(GEAR),
                speed=None if speed is None else convert(speed, "km/h", "m/s"),
                parking_brake=self._values.get(PARKING_BRAKE),
                ignition=self._values.get(IGNITION),
                has_park=self._has_park,
            ),
            self._book.rules,
        )

    def _update(self) -> None:
        now = self._assess()
        if now.motion is Motion.PARKED and self._book.waiting:
            self._book.adopt()
            now = self._assess()
        state = DrivingState(
            motion=now.motion,
            restrictions=now.allowance.restrictions,
            optimized_only=now.allowance.optimized_only,
            limits=self._book.rules.limits,
            cause=now.cause,
            reason=now.reason,
            since=self._state.since if self._state else 0,
        )
        if state != self._state:
            self._state = state.model_copy(update={"since": time.monotonic_ns()})
            self.state.publish(self._state)
