"""Which HALs are installed (entry-point group ``carservices.hal``), and how one is made from its options."""

import difflib
import json
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import ValidationError

from carservices.hal.base import Hal, HalError, Options
from carservices.hal.fault import told

GROUP = "carservices.hal"


class UnknownHal(HalError):
    """No HAL of this name is installed: correct the name or install its package."""


class BrokenHal(HalError):
    """The HAL is installed but cannot be imported or made: install what is missing, or correct its code."""


class BadOptions(HalError):
    """The configuration says something this HAL does not understand: correct the option."""


def installed() -> dict[str, EntryPoint]:
    """Name → entry point of every installed HAL, sorted by name; imports none of them."""
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def load(name: str) -> type[Hal[Any]]:
    """The class of an installed HAL, or of ``package.module:Class`` for one that is still being written.

    Raises `UnknownHal` or `BrokenHal`.
    """
    points = installed()
    if name in points:
        point = points[name]
    elif ":" in name:
        point = EntryPoint(name, name, GROUP)
    else:
        raise UnknownHal(_unknown(name, list(points)))
    try:
        found = getattr(import_module(point.module), point.attr)
    except ModuleNotFoundError as error:
        if error.name and f"{point.module}.".startswith(f"{error.name}."):
            claim = f"HAL {name}:" if name == point.value else f"HAL {name} is said to be {point.value}, but"
            raise BrokenHal(f"{claim} there is no module {error.name}; install its package here") from error
        package = (error.name or str(error)).partition(".")[0]
        raise BrokenHal(
            f"HAL {name} needs the package '{package}', which is not installed: pip install {package}"
        ) from error
    except HalError as error:  # it knows what it lacks
        raise BrokenHal(f"HAL {name}: {error}") from error
    except Exception as error:
        what = told(error, point.module.partition(".")[0])
        raise BrokenHal(f"HAL {name} ({point.value}) cannot be imported: {what}") from error
    if not (isinstance(found, type) and issubclass(found, Hal)):
        raise BrokenHal(f"HAL {name} ({point.value}) is not a subclass of carservices.hal.Hal")
    if not (isinstance(found.Options, type) and issubclass(found.Options, Options)):
        raise BrokenHal(f"HAL {name} ({point.value}): its Options are not a subclass of carservices.hal.Options")
    return found


def create(name: str, options: Mapping[str, Any] | None = None) -> Hal[Any]:
    """A HAL made from its options, not yet open.

    Texts are converted to an option's type, as configuration files and command lines give them. Raises `UnknownHal`,
    `BrokenHal`, also where it cannot be made, or `BadOptions`, which names each bad option, its value and what is
    allowed.
    """
    return build(name, load(name), options or {})


def build(name: str, hal: type[Hal[Any]], options: Mapping[str, Any]) -> Hal[Any]:
    """As `create`, of a class at hand; ``name`` is for the error."""
    try:
        chosen = hal.Options.model_validate(dict(options))
    except ValidationError as error:
        known = list(hal.Options.model_fields)
        faults = [
            _option_fault(fault["loc"], fault["type"], fault["msg"], fault["input"], known) for fault in error.errors()
        ]
        raise BadOptions(f"HAL {name}: {'; '.join(faults)}") from error
    try:
        return hal(chosen)
    except HalError:
        raise
    except Exception as error:
        raise BrokenHal(f"HAL {name} cannot be made: {told(error, hal.__module__.partition('.')[0])}") from error


def parse_options(texts: Iterable[str]) -> dict[str, Any]:
    """``key=value`` texts of a command line; a value that starts as a JSON list or object is one.

    Raises `BadOptions`.
    """
    options: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not (key and equals):
            raise BadOptions(f"HAL option '{text}': write key=value")
        try:
            options[key] = json.loads(value) if value[:1] in ("[", "{") else value
        except (ValueError, RecursionError) as error:
            raise BadOptions(f"HAL option '{key}' is no JSON: {error}") from None
    return options


def _option_fault(where: tuple[int | str, ...], kind: str, message: str, value: object, known: list[str]) -> str:
    option = ".".join(map(str, where)) or "options"
    if kind == "extra_forbidden" and len(where) == 1:
        return f"no option '{option}'{_near(option, known)}; it has {', '.join(known) or 'none'}"
    if kind == "missing":
        return f"option '{option}' is missing"
    return f"option '{option}' cannot be {value!r}: {message[0].lower()}{message[1:]}"


def _unknown(name: str, names: list[str]) -> str:
    return (
        f"no HAL '{name}' is installed{_near(name, names)}; installed: {', '.join(names) or 'none'}. "
        f"Install the package that brings it into this environment (pip install PACKAGE); "
        f"it registers itself in the entry-point group {GROUP}"
    )


def _near(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=2)
    return f", did you mean {' or '.join(near)}?" if near else ""
