"""Values as text and back, by the datatype of the signal."""

import json
from typing import Any

from carservices.signals import Access, ChangeMode, Datatype, Datum, InvalidValue, SignalConfig, Status, Value
from carservices.signals.check import check
from carservices_ui.i18n import t

NOTHING = "–"
UNITS = {"Celsius": "°C", "percent": "%", "degrees": "°", "degrees/s": "°/s", "m/s^2": "m/s²", "iso8601": ""}
WORDS = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}


def unit(config: SignalConfig) -> str:
    """The unit as short as one writes it."""
    return UNITS.get(config.unit or "", config.unit or "")


def text(datum: Any) -> str:
    """A datum as one line; numbers with at most six significant digits behind the point."""
    match datum:
        case None:
            return NOTHING
        case bool():
            return "true" if datum else "false"
        case float():
            return f"{datum:.6f}".rstrip("0").rstrip(".") if abs(datum) < 1e9 else f"{datum:g}"
        case list():
            return f"[{', '.join(map(text, datum))}]"
    return str(datum)


def short(value: Value | None) -> str:
    """A value for a table: three digits are enough to see it move."""
    if value is None or value.status is not Status.AVAILABLE:
        return NOTHING
    if isinstance(value.value, float):
        return text(round(value.value, 3) + 0.0)  # no minus before a zero
    return text(value.value)


def parse(config: SignalConfig, words: str) -> Datum:
    """What a person typed, as a value the signal can have. Raises InvalidValue: what was typed and what is allowed."""
    words = words.strip()
    if config.datatype.is_array:
        try:
            read = json.loads(words if words.startswith("[") else f"[{words}]")
        except ValueError:
            read = [word.strip() for word in words.strip("[]").split(",")]
        return check(config, read)
    return check(config, _scalar(config.datatype, words))


def _scalar(datatype: Datatype, words: str) -> object:
    if datatype is Datatype.BOOLEAN:
        return WORDS.get(words.lower(), words)
    if not datatype.is_number:
        return words
    try:
        return int(words) if datatype.is_integer else float(words.replace(",", "."))
    except ValueError:
        return words


def traits(config: SignalConfig) -> list[tuple[str, str]]:
    """What a HAL says about a signal, as pairs of name and words."""
    limits = [f"{sign} {limit:g}" for sign, limit in (("≥", config.min), ("≤", config.max)) if limit is not None]
    pairs = [
        (t("panel.datatype"), config.datatype.value),
        (t("panel.access"), t(f"panel.{config.access.value}")),
        (t("panel.change_mode"), t(f"panel.{config.change_mode.value}")),
    ]
    if config.change_mode is ChangeMode.CONTINUOUS:
        pairs.append((t("panel.rate"), t("panel.hertz", low=f"{config.min_rate:g}", high=f"{config.max_rate:g}")))
    if limits:
        pairs.append(
            (t("panel.limits"), t("panel.and", low=limits[0], high=limits[1]) if len(limits) > 1 else limits[0])
        )
    return [*pairs, (t("panel.unit"), unit(config) or t("panel.no_unit"))]


def writable(config: SignalConfig) -> bool:
    """Whether a client may set it."""
    return config.access is not Access.READ


__all__ = ["InvalidValue", "parse", "short", "text", "traits", "unit", "writable"]
