"""One row of a signal table: path, how to read it, how to write it, what stands in the way."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from carservices.hal import SetError
from carservices.signals import Access, Catalogue, ChangeMode, Code, Datatype, Datum, SignalConfig
from carservices_emulator.tables import clamp
from carservices_emulator.world import World

Read = Callable[[World], Any]
Write = Callable[[World, Any], None]
Guard = Callable[[World, Any], None]
"""Raises `SetError` when the value may not be set now."""


class Item(NamedTuple):
    """A field of one member of a mapping of the car: ``Item("body.doors", "Row1.DriverSide", "open")``."""

    mapping: str
    key: str
    field: str


Source = str | Item | Read
"""Where a value lives: an attribute path of the car, a member's field, or a function of the simulation."""

FAST, MEDIUM, SLOW = (1.0, 50.0), (1.0, 10.0), (0.2, 2.0)
"""Hz, slowest and fastest: motion, position, temperatures."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A signal of the emulator; ``read`` returns it in VSS's unit and Python type."""

    path: str
    config: SignalConfig
    read: Callable[[World], Datum]
    write: Write | None = None
    guards: tuple[Guard, ...] = ()
    instant: bool = True
    """Whether a set is done as soon as it is accepted; else motors need time and their movement is the echo."""


def sensor(path: str, source: Source, *, rate: tuple[float, float] | None = None, digits: int = 1) -> Entry:
    """A sensor or attribute: continuous with a ``rate`` (Hz), else on change, rounded to ``digits``."""
    config = _config(path, rate=rate, access=Access.READ)
    return Entry(config.path, config, _reader(config, source, digits))


def actuator(
    path: str,
    source: Source,
    *guards: Guard,
    write: Write | None = None,
    low: float | None = None,
    high: float | None = None,
    allowed: tuple[str | int | float, ...] | None = None,
    instant: bool = True,
) -> Entry:
    """An actuator; without ``write`` a set stores the value in ``source``. Unrounded: what was set is the echo."""
    config = _config(path, low=low, high=high, allowed=allowed)
    if write is None and not callable(source):
        write = _setter(source)
    return Entry(config.path, config, _reader(config, source), write, guards, instant)


def _config(
    path: str,
    *,
    rate: tuple[float, float] | None = None,
    access: Access | None = None,
    low: float | None = None,
    high: float | None = None,
    allowed: tuple[str | int | float, ...] | None = None,
) -> SignalConfig:
    slowest, fastest = rate or (None, None)
    mode = ChangeMode.CONTINUOUS if rate else None
    return Catalogue.default().config(
        f"Vehicle.{path}",
        change_mode=mode,
        access=access,
        min_rate=slowest,
        max_rate=fastest,
        min=low,
        max=high,
        allowed=allowed,
    )


def _reader(config: SignalConfig, source: Source, digits: int | None = None) -> Callable[[World], Datum]:
    get = source if callable(source) else _getter(source)
    low = float("-inf") if config.min is None else config.min
    high = float("inf") if config.max is None else config.max
    if config.datatype.is_array or not config.datatype.is_number:
        return get
    if config.datatype.is_integer:
        if config.datatype in (Datatype.UINT8, Datatype.UINT16, Datatype.UINT32):
            low = max(low, 0.0)
        return lambda world: int(clamp(round(get(world)), low, high))
    if digits is None:
        return lambda world: clamp(float(get(world)), low, high)
    return lambda world: clamp(round(float(get(world)), digits), low, high)


def _getter(source: str | Item) -> Read:
    if isinstance(source, str):
        return attrgetter(f"car.{source}")
    mapping, value = attrgetter(f"car.{source.mapping}"), attrgetter(source.field)
    return lambda world: value(mapping(world)[source.key])


def _setter(source: str | Item) -> Write:
    if isinstance(source, Item):
        mapping = attrgetter(f"car.{source.mapping}")
        return lambda world, value: setattr(mapping(world)[source.key], source.field, value)
    path, _, name = f"car.{source}".rpartition(".")
    owner = attrgetter(path)
    return lambda world, value: setattr(owner(world), name, value)


def standing(world: World, value: Any) -> None:
    """Only at a standstill."""
    if abs(world.car.road.speed) > 0.5:
        raise SetError(Code.NOT_AVAILABLE_SPEED_HIGH, "the car is moving; stop first", "Vehicle.Speed")


def opening(world: World, value: Any) -> None:
    """Opens at a standstill only; closing is always allowed."""
    if value:
        standing(world, value)


def powered(world: World, value: Any) -> None:
    """Only while the car is on."""
    if not world.car.on:
        raise SetError(
            Code.NOT_AVAILABLE_DISABLED, "the car is off; switch it on first", "Vehicle.LowVoltageSystemState"
        )
