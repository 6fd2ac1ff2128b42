"""Infers the driving state from gear, parking brake, speed and ignition as AAOS does, and what it restricts."""

import math
from dataclasses import dataclass

from carservices.api.driving import Cause, Motion
from carservices.services.driving.rules import NOTHING, Allowance, Rules

PARK = 126
"""VSS: the value of SelectedGear in park."""
SWITCHED_OFF = ("LOCK", "OFF", "ACC")
"""AAOS: ignition states in which a car without a speed signal counts as parked."""

REASONS = {
    Cause.GEAR_IN_PARK: "The car is parked, the gear is in P",
    Cause.PARKING_BRAKE: "The car is parked, the parking brake is on",
    Cause.SWITCHED_OFF: "The car is parked, it is switched off",
    Cause.STANDING: "The car stands, but is not parked",
    Cause.MOVING: "The car is moving",
    Cause.GEAR_UNKNOWN: "The gear is not known",
    Cause.SPEED_UNKNOWN: "The speed is not known",
    Cause.RULES_UNUSABLE: "The rules for the driver cannot be used",
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the car says now; None where it says nothing. ``speed`` is in m/s.

    ``has_park``: whether the gear selector has a P; without one the parking brake tells (a manual gearbox).
    """

    gear: int | None = None
    speed: float | None = None
    parking_brake: bool | None = None
    ignition: str | None = None
    has_park: bool = True


@dataclass(frozen=True, slots=True)
class Assessment:
    """The driving state, why, and what the driver may see and do."""

    motion: Motion
    cause: Cause
    allowance: Allowance

    @property
    def reason(self) -> str:
        failed = self.cause in (Cause.GEAR_UNKNOWN, Cause.SPEED_UNKNOWN, Cause.RULES_UNUSABLE)
        return f"{REASONS[self.cause]}{', so everything is restricted' if failed else ''}."


def infer(inputs: Inputs) -> tuple[Motion, Cause]:
    """The driving state and what it was read from (AAOS ``CarDrivingStateService.inferDrivingStateLocked``)."""
    if inputs.gear == PARK:
        return Motion.PARKED, Cause.GEAR_IN_PARK
    if not inputs.has_park and inputs.parking_brake:
        return Motion.PARKED, Cause.PARKING_BRAKE
    if inputs.speed is None:
        if inputs.ignition in SWITCHED_OFF:
            return Motion.PARKED, Cause.SWITCHED_OFF
        return Motion.UNKNOWN, Cause.SPEED_UNKNOWN
    if inputs.speed == 0:
        return Motion.IDLING, Cause.STANDING
    return Motion.MOVING, Cause.MOVING


def assess(inputs: Inputs, rules: Rules) -> Assessment:
    """The driving state and its restrictions; without a gear or a speed everything is restricted (fail closed)."""
    if inputs.speed is not None and not math.isfinite(inputs.speed):
        inputs = Inputs(inputs.gear, None, inputs.parking_brake, inputs.ignition, inputs.has_park)
    motion, cause = infer(inputs)
    if inputs.speed is None or inputs.gear is None:
        missing = Cause.SPEED_UNKNOWN if inputs.speed is None else Cause.GEAR_UNKNOWN
        return Assessment(motion, missing, NOTHING)
    if rules.problem:
        return Assessment(motion, Cause.RULES_UNUSABLE, NOTHING)
    return Assessment(motion, cause, rules.allowance(motion, abs(inputs.speed)))
