"""Driver assistance: brake and stability systems, cruise control, lane, distance and driver monitoring."""

from typing import Any

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.signals.table import MEDIUM, actuator, powered, sensor, standing
from carservices_emulator.world import World

CRUISE = "ADAS.CruiseControl"
CRUISE_FROM = 30.0 / 3.6
"""m/s below which the cruise control does not start (UN R171 leaves it to the maker; 30 km/h is common)."""


def cruise_guard(world: World, value: Any) -> None:
    """Engages when enabled, in D, and fast enough."""
    if not value:
        return
    powered(world, value)
    if not world.car.cruise.enabled:
        raise SetError(Code.NOT_AVAILABLE_DISABLED, "the cruise control is switched off", f"Vehicle.{CRUISE}.IsEnabled")
    if world.car.road.speed < CRUISE_FROM:
        raise SetError(Code.NOT_AVAILABLE_SPEED_LOW, "cruise control works from 30 km/h", "Vehicle.Speed")


def disable_guard(world: World, value: Any) -> None:
    """Safety systems go off at a standstill only."""
    if not value:
        standing(world, value)


def set_cruise(world: World, value: bool) -> None:
    world.car.cruise.engage(world.car.road.speed * 3.6, active=value)


ADAS = (
    actuator("ADAS.ABS.IsEnabled", "antilock", disable_guard),
    sensor("ADAS.ABS.IsEngaged", "antilock_engaged"),
    sensor("ADAS.ABS.IsError", lambda world: "abs" in world.broken),
    actuator("ADAS.ESC.IsEnabled", "stability", disable_guard),
    sensor("ADAS.ESC.IsEngaged", "stability_engaged"),
    sensor("ADAS.ESC.IsError", lambda world: "abs" in world.broken),
    actuator("ADAS.TCS.IsEnabled", "anti_slip", disable_guard),
    sensor("ADAS.TCS.IsEngaged", "traction_engaged"),
    actuator(f"{CRUISE}.IsEnabled", "cruise.enabled"),
    actuator(f"{CRUISE}.IsActive", "cruise.active", cruise_guard, write=set_cruise),
    actuator(f"{CRUISE}.SpeedSet", "cruise.speed", low=30, high=160),
    actuator(f"{CRUISE}.IsAdaptive", "cruise.adaptive"),
    actuator("ADAS.LaneDepartureDetection.IsEnabled", "lane_watch"),
    sensor("ADAS.LaneDepartureDetection.IsWarning", lambda world: world.person.drifting and world.car.lane_watch),
    sensor("ADAS.ObstacleDetection.Front.Center.Distance", lambda world: world.person.gap_ahead, rate=MEDIUM),
    sensor("ADAS.ObstacleDetection.Front.Center.IsWarning", lambda world: world.gap_too_short),
    sensor("ADAS.ObstacleDetection.Rear.Center.Distance", lambda world: world.person.gap_behind, rate=MEDIUM),
    sensor("ADAS.ObstacleDetection.Rear.Center.IsWarning", lambda world: world.person.gap_behind < 0.5),
    actuator("ADAS.DMS.IsEnabled", "driver_watch"),
    sensor("ADAS.DMS.IsWarning", lambda world: world.car.driver_watch and world.person.distraction > 60.0),
    sensor("ADAS.SupportedAutonomyLevel", lambda world: "SAE_2"),
    sensor("ADAS.ActiveAutonomyLevel", lambda world: "SAE_1" if world.car.cruise.active else "SAE_0"),
)
