"""Conversions between the number in a frame and the value of a signal: none, a table, or a formula."""

from collections.abc import Callable, Sequence
from typing import Any

from carservices.signals import Datatype, Datum, SignalConfig
from carservices.signals.units import UNITS, canonical
from carservices_hal.can.dbc import DbcSignal
from carservices_hal.can.expression import FormulaError, compile_formula
from carservices_hal.can.yamltree import Node

Incoming = Callable[..., Datum | None]
"""Number of the frame, and of the other signals in a formula → value; None for one that stands for no value.

Raises ArithmeticError or ValueError.
"""
Outgoing = Callable[[Any], float]
"""Value → number for the frame. Raises ArithmeticError, ValueError, or KeyError for one that has none."""
Complain = Callable[[int, str], None]
"""Takes line and cause of a fault; there may be many."""

UNAVAILABLE, BROKEN = "SNA", "ERROR"
"""Texts by which value tables mark the numbers that are no values: signal not available, and a broken sensor."""
HOW = 'write transform: {mapping: [{from: …, to: …}]} or transform: {math: "x * 2"}'


def incoming(
    config: SignalConfig,
    signal: DbcSignal,
    node: Node | None,
    line: int,
    complain: Complain,
    others: Sequence[str] = (),
) -> Incoming:
    """The conversion that a `dbc2vss` entry asks for; a table says all, else the marks of the value table count.

    ``others`` are the other signals of its message that its formula speaks of.
    """
    kind, body = _kind(node, complain)
    if kind == "mapping":
        table = {_number(signal, pair["from"], complain): pair["to"].value for pair in _pairs(body, complain)}
        return table.get
    convert = _plain_incoming(config, signal, kind, body, line, complain, others)
    marks = {number: text for text in (UNAVAILABLE, BROKEN) if (number := marked(config, signal, text)) is not None}
    if not marks:
        return convert

    def with_marks(x: float, *more: float) -> Datum | None:
        mark = marks.get(x)
        if mark == BROKEN:
            raise ValueError(f"{signal.name} says {mark}")
        return None if mark else convert(x, *more)

    return with_marks


def marked(config: SignalConfig, signal: DbcSignal, text: str) -> float | None:
    """The number that the value table marks with ``text``; None without one, or where the text is a value."""
    if text in config.allowed:
        return None
    return next((raw * signal.factor + signal.offset for raw, name in signal.values.items() if name == text), None)


def _plain_incoming(
    config: SignalConfig,
    signal: DbcSignal,
    kind: str,
    body: Node,
    line: int,
    complain: Complain,
    others: Sequence[str],
) -> Incoming:
    shape = _shape(config.datatype)
    if kind == "math":
        formula = _formula(body, complain, others)
        return lambda *numbers: shape(formula(*numbers))
    if config.datatype is Datatype.STRING:
        if not signal.values:
            complain(line, f"{signal.name} has no value table to take texts from; {HOW}")
        texts = {raw * signal.factor + signal.offset: text for raw, text in signal.values.items()}
        return texts.get
    _same_unit(config, signal, line, complain)
    return shape


def outgoing(config: SignalConfig, signal: DbcSignal, node: Node | None, line: int, complain: Complain) -> Outgoing:
    """The conversion that a `vss2dbc` entry asks for."""
    kind, body = _kind(node, complain)
    if kind == "mapping":
        table = {_key(pair["from"].value): _number(signal, pair["to"], complain) for pair in _pairs(body, complain)}
        return lambda value: table[_key(value)]
    if kind == "math":
        return _formula(body, complain)
    if config.datatype is Datatype.STRING:
        numbers = {text: raw * signal.factor + signal.offset for raw, text in signal.values.items()}
        missing = [str(choice) for choice in config.allowed if choice not in numbers]
        if missing or not numbers:
            complain(line, f"the value table of {signal.name} has no {', '.join(missing) or 'texts'}; {HOW}")
        return numbers.__getitem__
    _same_unit(config, signal, line, complain)
    return float


def _shape(datatype: Datatype) -> Callable[[float], Datum | None]:
    if datatype is Datatype.BOOLEAN:
        return {0: False, 1: True}.get  # type: ignore[return-value]  # 2 and 3 of a two-bit switch mean "not available"
    return round if datatype.is_integer else float


def _kind(node: Node | None, complain: Complain) -> tuple[str, Node]:
    if node is None:
        return "", Node(None, 0)
    match list(node.items()):
        case [(("mapping" | "math") as kind, body)]:
            return kind, body
    complain(node.line, f"no transform; {HOW}")
    return "", node


def _formula(body: Node, complain: Complain, others: Sequence[str] = ()) -> Callable[..., float]:
    try:
        return compile_formula(str(body.value), others)
    except FormulaError as error:
        complain(body.line, str(error))
        return float


def _pairs(body: Node, complain: Complain) -> list[dict[str, Node]]:
    """The rows of a table, each with a plain ``from`` and ``to``."""
    rows = body.value if isinstance(body.value, list) else []
    good = []
    for row in rows:
        pair = dict(row.items())
        if pair.keys() == {"from", "to"} and not any(isinstance(node.value, list | dict) for node in pair.values()):
            good.append(pair)
        else:
            complain(row.line, "no row of a table; write {from: …, to: …}")
    if not rows:
        complain(body.line, "an empty table; write mapping: [{from: …, to: …}]")
    return good


def _number(signal: DbcSignal, node: Node, complain: Complain) -> float:
    """A number of the frame, given as such or as a text of the database's value table."""
    if isinstance(node.value, int | float):
        return float(node.value)
    for raw, text in signal.values.items():
        if text == node.value:
            return raw * signal.factor + signal.offset
    known = ", ".join(map(repr, signal.values.values())) or "none"
    complain(node.line, f"{node.value!r} is not in the value table of {signal.name}, which has {known}")
    return 0.0


def _key(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else (type(value), value)


def _same_unit(config: SignalConfig, signal: DbcSignal, line: int, complain: Complain) -> None:
    """Complain where the database says km and the catalogue m: nobody may have to guess."""
    theirs = canonical(signal.unit)
    if config.unit and theirs in UNITS and config.unit in UNITS and theirs != config.unit:
        complain(line, f"{signal.name} is in {signal.unit}, {config.path} in {config.unit}; {HOW}")
