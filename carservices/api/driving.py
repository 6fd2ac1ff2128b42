"""Driving: whether the car is parked, idling or moving, and what the driver may see and do now."""

from enum import IntFlag, StrEnum
from typing import Annotated

from pydantic import BaseModel, WithJsonSchema

from carservices.api.contract import Contract, Stream, call


class Motion(StrEnum):
    """The driving states of AAOS (`CarDrivingStateEvent`)."""

    UNKNOWN = "unknown"
    PARKED = "parked"
    IDLING = "idling"
    MOVING = "moving"


class Restriction(IntFlag):
    """What may be restricted; the bits of AAOS (`CarUxRestrictions`)."""

    BASELINE = 0
    NO_DIALPAD = 1
    NO_FILTERING = 2
    LIMIT_STRING_LENGTH = 4
    NO_KEYBOARD = 8
    NO_VIDEO = 16
    LIMIT_CONTENT = 32
    NO_SETUP = 64
    NO_TEXT_MESSAGE = 128
    NO_VOICE_TRANSCRIPTION = 256
    FULLY_RESTRICTED = 511


Restrictions = Annotated[Restriction, WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 511})]
"""Any number of restrictions as the sum of their bits."""


class Cause(StrEnum):
    """Why the state is what it is; the key by which a screen says it in the driver's language."""

    GEAR_IN_PARK = "gear_in_park"
    PARKING_BRAKE = "parking_brake"
    SWITCHED_OFF = "switched_off"
    STANDING = "standing"
    MOVING = "moving"
    GEAR_UNKNOWN = "gear_unknown"
    SPEED_UNKNOWN = "speed_unknown"
    RULES_UNUSABLE = "rules_unusable"


class Limits(BaseModel, frozen=True):
    """How much may be shown: characters while LIMIT_STRING_LENGTH, items and levels a task while LIMIT_CONTENT."""

    string_length: int
    cumulative_items: int
    depth: int


class DrivingState(BaseModel, frozen=True):
    """The state now. ``since`` is the monotonic time in ns at which this motion, cause and restrictions began.

    ``optimized_only``: only what was made for use while driving may be shown (AAOS distraction optimization).
    ``reason`` is one English sentence.
    """

    motion: Motion
    restrictions: Restrictions
    optimized_only: bool
    limits: Limits
    cause: Cause
    reason: str
    since: int


class Outcome(BaseModel, frozen=True):
    """What the rules say of one restriction in one half-open speed range, in m/s; ``to_speed`` None is no end."""

    motion: Motion
    from_speed: float
    to_speed: float | None
    restriction: Restriction
    in_force: bool


class Driving(Contract):
    """What the driver may see and do now.

    Whoever gets no state (the service is away) must take everything as restricted.
    """

    name = "driving"
    state = Stream(DrivingState)

    @call
    async def explain(self, restriction: Restrictions) -> str:
        """Why this restriction is in force, or not, and what would lift it."""
        raise NotImplementedError

    @call
    async def outcomes(self) -> list[Outcome]:
        """Every driving state × speed range × restriction under the rules in use."""
        raise NotImplementedError

    @call
    async def configure(self, rules: str) -> bool:
        """Take new rules (TOML); True when in use now, False when they wait until the car is parked.

        INVALID_ARGUMENT names what is wrong; the old rules stay.
        """
        raise NotImplementedError
