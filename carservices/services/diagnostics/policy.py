"""Which repair is tried for which fault, by which steps and under which conditions: repairs.toml."""

import fnmatch

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from carservices.services.diagnostics.code import Code
from carservices.services.diagnostics.texts import table

WORD = 0xFFFF_FFFF


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Strict):
    """One step: exactly one of its fields is given."""

    session: int | None = Field(default=None, ge=1, le=0x7F)
    unlock: int | None = Field(default=None, ge=1, le=0x7D)
    routine: int | None = Field(default=None, ge=0, le=0xFFFF)
    reset: int | None = Field(default=None, ge=1, le=0x7F)
    wait: float | None = Field(default=None, gt=0, le=60)


class Repair(_Strict):
    """One repair; ``charge`` in percent."""

    codes: tuple[str, ...]
    parts: tuple[str, ...]
    automatic: bool
    parked: bool = True
    ignition: tuple[str, ...] = ("ON", "START")
    charge: float = Field(default=0.0, ge=0, le=100)
    attempts: int = Field(ge=1)
    clear: bool
    steps: tuple[Step, ...] = Field(min_length=1)

    def fits(self, code: Code, part: str) -> bool:
        return code.base in self.codes and _matches(part, self.parts)


class Lock(_Strict):
    """How the units with these parts turn a seed into a key."""

    parts: tuple[str, ...]
    mask: int
    turn: int = Field(ge=0, lt=32)

    def key(self, seed: bytes, request: int) -> bytes:
        mixed = int.from_bytes(seed) ^ self.mask
        return ((mixed << self.turn | mixed >> 32 - self.turn) + request & WORD).to_bytes(4)


class Policy(_Strict):
    """The whole file."""

    repairs: dict[str, Repair]
    locks: tuple[Lock, ...] = ()

    @classmethod
    def packaged(cls) -> "Policy":
        """As it comes with the platform."""
        return TypeAdapter(cls).validate_python(table("repairs"))

    def repair(self, code: Code, part: str) -> tuple[str, Repair] | None:
        """The first that fits, with its name."""
        return next(((name, repair) for name, repair in self.repairs.items() if repair.fits(code, part)), None)

    def lock(self, part: str) -> Lock | None:
        """None when nobody told us the way from seed to key."""
        return next((lock for lock in self.locks if _matches(part, lock.parts)), None)


def _matches(part: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(part, pattern) for pattern in patterns)
