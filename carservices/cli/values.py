"""Values of signals as people write and read them on a command line."""

import json
from typing import Any

from carservices.cli.common import Usage
from carservices.signals import Datatype, Datum, SignalConfig, Status, Value
from carservices.signals.units import canonical, convert

WORDS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


def parse(text: str, config: SignalConfig, unit: str | None = None) -> Datum:
    """A text as a value of this signal, given in ``unit``; an array is JSON or has commas. Raises `Usage`."""
    datatype = config.datatype
    if not datatype.is_array:
        return _scalar(text, datatype, config, unit)
    try:
        parts = json.loads(text) if text.startswith("[") else [part.strip() for part in text.split(",")]
    except (ValueError, RecursionError) as error:
        raise Usage(f"{config.path}: '{text:.80}' is no JSON list ({error})") from None
    texts = [part if isinstance(part, str) else json.dumps(part) for part in parts]
    values: Any = [_scalar(part, datatype.element, config, unit) for part in texts]
    return values  # type: ignore[no-any-return]


def _scalar(text: str, datatype: Datatype, config: SignalConfig, unit: str | None) -> bool | int | float | str:
    if datatype is Datatype.STRING:
        return text
    if datatype is Datatype.BOOLEAN:
        if text.lower() not in WORDS:
            raise Usage(f"{config.path}: '{text}' is neither true nor false")
        return WORDS[text.lower()]
    try:
        number = float(text) if unit or not datatype.is_integer else int(text, 0)
    except ValueError:
        raise Usage(f"{config.path}: '{text}' is no {datatype}") from None
    if unit and config.unit:
        number = convert(number, unit, config.unit)
    if not datatype.is_integer:
        return number
    if not -(2**63) <= number < 2**64:  # also what is no number
        raise Usage(f"{config.path}: '{text}' is no {datatype}")
    return round(number)


def shown(value: Value, config: SignalConfig | None, unit: str | None = None) -> tuple[Any, str]:
    """The value and its unit, converted where asked and possible.

    Raises UnitError when the signal measures something else.
    """
    own = config.unit if config and config.unit else ""
    number = value.value
    if not (unit and own) or isinstance(number, bool) or not isinstance(number, int | float):
        return number, own
    return convert(number, own, unit), canonical(unit)


def text(value: Value, config: SignalConfig | None, unit: str | None = None) -> str:
    """One line: path, value, unit."""
    if value.status is not Status.AVAILABLE:
        return f"{value.path}  {value.status.name.lower()}"
    number, of = shown(value, config, unit)
    return f"{value.path}  {_number(number)} {of}".rstrip()


def data(value: Value, config: SignalConfig | None, unit: str | None = None) -> dict[str, Any]:
    """As JSON; the timestamp in monotonic nanoseconds."""
    number, of = shown(value, config, unit)
    return {
        "path": value.path,
        "value": number,
        "unit": of or None,
        "status": value.status.name.lower(),
        "timestamp": value.timestamp,
    }


def _number(value: Any) -> str:
    if isinstance(value, bool | list | dict):
        return json.dumps(value)
    if isinstance(value, str) and not value.isprintable():  # it stays one line and commands no terminal
        return json.dumps(value, ensure_ascii=False)
    return f"{value:.7g}" if isinstance(value, float) else str(value)
