"""What the driving service says, as the tests of the shell put it on the bus."""

from carservices.api.driving import Cause, DrivingState, Limits, Motion, Restriction


def state(restrictions: Restriction) -> DrivingState:
    """Of a parked car without restrictions, or of one that moves."""
    return DrivingState(
        motion=Motion.MOVING if restrictions else Motion.PARKED,
        restrictions=restrictions,
        optimized_only=bool(restrictions),
        limits=Limits(string_length=80 if restrictions else 120, cumulative_items=21, depth=3),
        cause=Cause.MOVING if restrictions else Cause.GEAR_IN_PARK,
        reason="",
        since=0,
    )


PARKED = state(Restriction.BASELINE)
MOVING = state(Restriction.FULLY_RESTRICTED)
