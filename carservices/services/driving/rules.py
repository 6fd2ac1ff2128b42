"""Restriction rules as data: driving state × half-open speed range → restrictions, read strictly from TOML."""

import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from carservices.api.driving import Limits, Motion, Outcome, Restriction

PACKAGED = Path(__file__).with_name("restrictions.toml")
SINGLE = tuple(r for r in Restriction if r.value.bit_count() == 1)
"""Each restriction of its own."""
DEFAULT_LIMITS = Limits(string_length=120, cumulative_items=21, depth=3)
"""AAOS `CarUxRestrictions`: the limits when no configuration gives any."""


class RulesError(ValueError):
    """The rules cannot be used; the message names the place and what is wrong."""


def _bits(names: object) -> Restriction:
    if isinstance(names, Restriction):
        return names
    if not isinstance(names, list):
        raise ValueError(f"a list of restriction names, not {names!r}")
    bits = Restriction.BASELINE
    for name in names:
        if name not in Restriction.__members__:
            raise ValueError(f"no restriction is called {name!r}; there are {', '.join(Restriction.__members__)}")
        bits |= Restriction[name]
    return bits


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Allowance(_Strict):
    """What holds from ``from_speed`` (m/s) up to the next range's: restrictions, and whether only optimized content."""

    from_speed: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    restrictions: Annotated[Restriction, BeforeValidator(_bits)]
    optimized_only: bool

    def no_looser_than(self, other: "Allowance") -> bool:
        return (self.restrictions & other.restrictions) == other.restrictions and (
            self.optimized_only or not other.optimized_only
        )

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.restrictions and not self.optimized_only:
            raise ValueError("restrictions need optimized_only = true")
        return self


NOTHING = Allowance(restrictions=Restriction.FULLY_RESTRICTED, optimized_only=True)
"""Everything is restricted."""


class _File(_Strict):
    """The TOML document: each state's ranges, upwards from 0 m/s, each up to the next one's begin."""

    string_length: int = Field(ge=1)
    cumulative_items: int = Field(ge=1)
    depth: int = Field(ge=1)
    parked: list[Allowance] = Field(min_length=1)
    idling: list[Allowance] = Field(min_length=1)
    moving: list[Allowance] = Field(min_length=1)

    @model_validator(mode="after")
    def _faster_is_never_looser(self) -> Self:
        for state in (Motion.PARKED, Motion.IDLING, Motion.MOVING):
            ranges: list[Allowance] = getattr(self, state)
            if ranges[0].from_speed != 0:
                raise ValueError(f"{state}: the first range must begin at 0 m/s, not {ranges[0].from_speed:g}")
            for slower, faster in pairwise(ranges):
                if faster.from_speed <= slower.from_speed:
                    raise ValueError(f"{state}: {faster.from_speed:g} m/s must come before {slower.from_speed:g} m/s")
                if not faster.no_looser_than(slower):
                    raise ValueError(f"{state}: from {faster.from_speed:g} m/s less is restricted than below it")
        if not self.idling[0].no_looser_than(self.parked[0]):
            raise ValueError("idling: less is restricted than while parked")
        if not self.moving[0].no_looser_than(self.idling[0]):
            raise ValueError("moving: less is restricted than while idling")
        return self


class Rules:
    """Looks up what a driving state at a speed allows. ``problem`` says why nothing is allowed."""

    def __init__(self, limits: Limits, ranges: dict[Motion, tuple[Allowance, ...]], problem: str = "") -> None:
        self.limits = limits
        self.problem = problem
        self._ranges = dict.fromkeys(Motion, (NOTHING,)) | ranges

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a TOML document. Raises RulesError naming the place and what is wrong."""
        try:
            file = _File.model_validate(tomllib.loads(text))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise RulesError(f"not TOML: {error}") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "rules"
            raise RulesError(f"{place}: {first['msg'].removeprefix('Value error, ')}") from error
        limits = Limits(string_length=file.string_length, cumulative_items=file.cumulative_items, depth=file.depth)
        ranges = {state: tuple(getattr(file, state)) for state in (Motion.PARKED, Motion.IDLING, Motion.MOVING)}
        return cls(limits, ranges)

    @classmethod
    def fully_restricted(cls, problem: str) -> Self:
        """Rules that allow nothing, because of a problem."""
        return cls(DEFAULT_LIMITS, {}, problem)

    def allowance(self, motion: Motion, speed: float) -> Allowance:
        """What holds at this speed, in m/s and not negative."""
        ranges = self._ranges[motion]
        return ranges[bisect_right([r.from_speed for r in ranges], speed) - 1]

    def outcomes(self) -> Iterator[Outcome]:
        """Every state × range × restriction."""
        for motion, ranges in self._ranges.items():
            ends = [*(r.from_speed for r in ranges[1:]), None]
            for allowance, end in zip(ranges, ends, strict=True):
                for restriction in SINGLE:
                    yield Outcome(
                        motion=motion,
                        from_speed=allowance.from_speed,
                        to_speed=end,
                        restriction=restriction,
                        in_force=restriction in allowance.restrictions,
                    )
