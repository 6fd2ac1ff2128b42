"""The reader of DBC files: tolerant, line by line; what is odd becomes a lint with its line, not an error."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

MAX_BYTES = 32 * 2**20
"""Size of one file; the largest of opendbc's has 0.5 MB."""
MAX_FRAME = 64
"""Bytes of the longest CAN FD frame (ISO 11898-1)."""
EXTENDED = 1 << 31
"""In a DBC, and in the keys here, this bit marks a 29-bit id."""
NOISE = 1e-6
"""Part of a signal's step that rounding may add to a value."""
STRAY = "VECTOR__INDEPENDENT_SIG_MSG"
"""Where editors park signals of no message; its id is none, and so are its signals."""

_NUMBER = r"\s*([-+.\deE]+|0x[\da-fA-F]+)\s*"
_BO = re.compile(r"BO_\s+(\w+)\s+(\w+)\s*:\s*(\d+)\s*(\w*)")
_SG = re.compile(
    r"SG_\s+(\w+)\s*(?:(?:m(\d+))?(M)?\s*):\s*(\d+)\s*\|\s*(\d+)\s*@\s*([01])\s*([+-])"
    rf"\s*\({_NUMBER},{_NUMBER}\)\s*\[{_NUMBER}\|{_NUMBER}\]\s*(?:\"([^\"]*)\")?"
)
_VAL = re.compile(r"VAL_\s+(\d+)\s+(\w+)\s+(.*)", re.DOTALL)
_PAIR = re.compile(r"(-?\d+)\s*\"([^\"]*)\"")
_CM = re.compile(r"CM_\s+(BO_|SG_)\s+(\d+)\s+(?:(\w+)\s*)?\"(.*)\"", re.DOTALL)
_TYPE = re.compile(r"SIG_VALTYPE_\s+(\d+)\s+(\w+)\s*:?\s*([0-3])")
_MUX = re.compile(r"SG_MUL_VAL_\s+(\d+)\s+(\w+)\s+(\w+)\s+([\d\s,-]+)")
_CYCLE = re.compile(r"BA_\s+\"GenMsgCycleTime\"\s+BO_\s+(\d+)\s+(\d+)")


class DbcError(Exception):
    """A database that cannot be used; the message names file, line where there is one, and cure."""


@dataclass(frozen=True, slots=True)
class Lint:
    """Something odd that was read all the same, or left out, as ``text`` says."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class DbcSignal:
    """One signal of a message; its value is raw × factor + offset.

    ``start`` is the DBC's start bit: the lowest of a little-endian signal, the highest of a big-endian one. A
    multiplexed signal exists only while the raw value of ``selector`` is in one of the ``selected`` ranges.
    """

    name: str
    start: int
    length: int
    little_endian: bool
    signed: bool
    factor: int | float
    offset: int | float
    minimum: float
    maximum: float
    unit: str
    line: int
    is_float: bool = False
    is_selector: bool = False
    selector: str | None = None
    selected: tuple[tuple[int, int], ...] = ()
    values: Mapping[int, str] = field(default_factory=dict)
    comment: str = ""

    @property
    def first(self) -> int:
        """Where it begins in transmission order, bit 0 being the top bit of byte 0; big-endian signals only."""
        return (self.start & ~7) + 7 - self.start % 8

    @property
    def bytes_needed(self) -> int:
        """The shortest frame that holds it."""
        return ((self.start if self.little_endian else self.first) + self.length + 7) // 8

    def step(self, value: float) -> float:
        """A value as it comes out of a frame, where it lies on a step: 32767 × 0.1 is a little more than 3276.7."""
        if self.is_float or not self.factor or not math.isfinite(value):
            return value
        found = round((value - self.offset) / self.factor) * self.factor + self.offset
        return found if abs(found - value) < NOISE * abs(self.factor) else value

    def allows(self, value: float) -> bool:
        """Whether it keeps the limits; signals without limits have none to break."""
        slack = NOISE * abs(self.factor)
        return self.minimum >= self.maximum or self.minimum - slack <= value <= self.maximum + slack


@dataclass(slots=True)
class Message:
    """One frame of the database. ``period`` is its cycle time in s, 0 where the file names none."""

    id: int
    extended: bool
    name: str
    length: int
    sender: str
    line: int
    signals: dict[str, DbcSignal] = field(default_factory=dict)
    period: float = 0.0
    comment: str = ""

    @property
    def key(self) -> int:
        """Its id as a DBC writes it, with `EXTENDED` set for 29 bits."""
        return self.id | EXTENDED if self.extended else self.id


@dataclass(slots=True)
class Dbc:
    """Messages by key (id, plus `EXTENDED`); ``lints`` in the order of their lines."""

    file: str
    messages: dict[int, Message] = field(default_factory=dict)
    lints: list[Lint] = field(default_factory=list)

    def signal(self, key: int, name: str) -> DbcSignal | None:
        message = self.messages.get(key)
        return message.signals.get(name) if message else None


def load(file: Path | str) -> Dbc:
    """Read a DBC file. Raises DbcError when it is unreadable, too large or no DBC."""
    path = Path(file)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DbcError(f"{file}: larger than {MAX_BYTES >> 20} MB; give a DBC file")
        content = path.read_bytes()
    except OSError as error:
        raise DbcError(f"{file}: cannot be read ({error.strerror}); give a DBC file") from None
    try:
        return parse(content.decode("utf-8-sig"), str(file))
    except UnicodeDecodeError:  # the editors of the field write the Windows code page
        return parse(content.decode("cp1252", errors="replace"), str(file))


def parse(text: str, file: str = "text") -> Dbc:
    """Read the text of a DBC. Raises DbcError when there is no statement of one in it."""
    reader = _Reader(Dbc(file))
    for line, statement in _statements(text):
        reader.read(line, statement)
    reader.finish()
    dbc = reader.dbc
    if not reader.statements:
        raise DbcError(f"{file}: no message (BO_) in it; give a DBC file")
    dbc.lints.sort(key=lambda lint: lint.line)
    return dbc


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; a text in quotes that spans lines is joined."""
    begun, parts = 0, [""]
    for number, line in enumerate(text.splitlines(), start=1):
        if begun:
            parts.append(line)
            if line.count('"') % 2:
                yield begun, "\n".join(parts)
                begun = 0
        elif line.count('"') % 2 and not line.lstrip().startswith(("SG_ ", "BO_ ")):
            begun, parts = number, [line.strip()]
        else:
            yield number, line.strip()
    if begun:
        yield begun, "\n".join(parts)


class _Reader:
    """Statement after statement into a `Dbc`."""

    def __init__(self, dbc: Dbc) -> None:
        self.dbc = dbc
        self.statements = 0
        self._message: Message | None = None
        self._plain: list[tuple[Message, str, int]] = []
        self._readers: dict[str, Callable[[int, str], str | None]] = {
            "BO_": self._read_message,
            "SG_": self._read_signal,
            "VAL_": self._read_values,
            "CM_": self._read_comment,
            "SIG_VALTYPE_": self._read_type,
            "SG_MUL_VAL_": self._read_multiplex,
            "BA_": self._read_attribute,
        }

    def read(self, line: int, statement: str) -> None:
        word, _, rest = statement.partition(" ")
        if word not in self._readers or not rest.strip(" :"):  # a word alone is a list of words: the NS_ section
            return
        self.statements += 1
        if fault := self._readers[word](line, statement):
            self._lint(line, fault)

    def finish(self) -> None:
        """Give multiplexed signals of the plain form their selector, and look at what must fit together."""
        for message, name, value in self._plain:
            signal = message.signals.get(name)
            if signal is None or signal.selector:
                continue
            selectors = [other.name for other in message.signals.values() if other.is_selector and other is not signal]
            if not selectors:
                self._lint(signal.line, f"{name}: multiplexed, but {message.name} has no selector; left out")
                del message.signals[name]
                continue
            if len(selectors) > 1:
                self._lint(signal.line, f"{name}: {message.name} has {len(selectors)} selectors; took {selectors[0]}")
            message.signals[name] = replace(signal, selector=selectors[0], selected=((value, value),))

    def _lint(self, line: int, text: str) -> None:
        self.dbc.lints.append(Lint(line, text))

    def _read_message(self, line: int, statement: str) -> str | None:
        self._message = None  # signals below a line that cannot be read belong to nobody
        match = _BO.match(statement)
        if not match or (key := _integer(match[1])) is None:
            return "not a message (BO_ id name: length sender); left out with its signals"
        name, length = match[2], int(match[3])
        if name == STRAY:
            return None
        extended, number = bool(key & EXTENDED), key & ~EXTENDED
        if number > 0x1FFFFFFF or length > MAX_FRAME:
            return f"{name}: an id of over 29 bits or more than {MAX_FRAME} bytes; left out with its signals"
        if number > 0x7FF and not extended:
            self._lint(line, f"{name}: the id has over 11 bits but is not marked as extended; taken as extended")
            extended = True
        self._message = Message(number, extended, name, length, match[4], line)
        before = self.dbc.messages.get(self._message.key)
        self.dbc.messages[self._message.key] = self._message
        return f"{name}: the id of {before.name}, line {before.line}; that one is left out" if before else None

    def _read_signal(self, line: int, statement: str) -> str | None:
        message, match = self._message, _SG.match(statement)
        if message is None:
            return None
        numbers = [_number(text) for text in match.groups()[7:11]] if match else []
        if not match or None in numbers:
            return "not a signal (SG_ name : start|length@order sign (factor,offset) [min|max] unit); left out"
        factor, offset, low, high = (number or 0 for number in numbers)
        signal = DbcSignal(
            match[1], int(match[4]), int(match[5]), match[6] == "1", match[7] == "-", factor, offset, low, high,
            match[12] or "", line, is_selector=bool(match[3]),
        )  # fmt: skip
        if not signal.length or not signal.factor or signal.bytes_needed > MAX_FRAME:
            return f"{signal.name}: no bits, a factor of 0 or beyond {MAX_FRAME} bytes; left out"
        if signal.bytes_needed > message.length:
            self._lint(line, f"{signal.name}: reaches over the {message.length} bytes of {message.name}")
        before = message.signals.get(signal.name)
        message.signals[signal.name] = signal
        if match[2]:
            self._plain.append((message, signal.name, int(match[2])))
        return f"{signal.name}: twice in {message.name}, first in line {before.line}; took this one" if before else None

    def _read_values(self, line: int, statement: str) -> str | None:
        match = _VAL.match(statement)
        if not match:
            return None if re.match(r"VAL_\s+[A-Za-z_]", statement) else "not a value table; left out"  # environment
        values = {int(number): text for number, text in _PAIR.findall(match[3])}
        return self._change(match[1], match[2], "value table", values=values)

    def _read_comment(self, line: int, statement: str) -> str | None:
        match = _CM.match(statement)
        if not match:
            return None
        if match[1] == "SG_":
            return self._change(match[2], match[3] or "", "comment", comment=match[4])
        message = self.dbc.messages.get(self._key(match[2]))
        if message is None:
            return None if int(match[2]) >> 30 & 1 else f"comment for message {match[2]}, which is not here"
        message.comment = match[4]
        return None

    def _read_type(self, line: int, statement: str) -> str | None:
        match = _TYPE.match(statement)
        if not match:
            return "not a value type (SIG_VALTYPE_ id name : 1 or 2); left out"
        if match[3] == "0":
            return None
        key = self._key(match[1])
        signal = self.dbc.signal(key, match[2])
        if signal is not None and signal.length != {"1": 32, "2": 64}.get(match[3]):
            del self.dbc.messages[key].signals[match[2]]
            return f"{match[2]}: a float of {signal.length} bits; left out"
        return self._change(match[1], match[2], "value type", is_float=True)

    def _read_multiplex(self, line: int, statement: str) -> str | None:
        match = _MUX.match(statement)
        ranges = re.findall(r"(\d+)\s*-\s*(\d+)", match[4]) if match else []
        if not match or not ranges:
            return "not a multiplexing (SG_MUL_VAL_ id name selector ranges); left out"
        if self.dbc.signal(self._key(match[1]), match[3]) is None:
            return f"{match[2]}: its selector {match[3]} is not here; left out"
        selected = tuple((int(low), int(high)) for low, high in ranges)
        return self._change(match[1], match[2], "multiplexing", selector=match[3], selected=selected)

    def _read_attribute(self, line: int, statement: str) -> str | None:
        match = _CYCLE.match(statement)
        if match and (message := self.dbc.messages.get(self._key(match[1]))):
            message.period = int(match[2]) / 1000
        return None

    def _key(self, text: str) -> int:
        """The key of a message that a later statement names by its id."""
        key = int(text)
        return key if key in self.dbc.messages or key <= 0x7FF else key | EXTENDED

    def _change(self, message: str, signal: str, what: str, **changes: object) -> str | None:
        key = self._key(message)
        found = self.dbc.signal(key, signal)
        if found is None:
            return None if key >> 30 & 1 else f"{what} for {signal} of message {message}, which is not here"
        self.dbc.messages[key].signals[signal] = replace(found, **changes)  # type: ignore[arg-type]
        return None


def _integer(text: str) -> int | None:
    try:
        return int(text, 0)
    except ValueError:
        return None


def _number(text: str) -> int | float | None:
    """A number as written: whole ones are exact."""
    try:
        number = float(text)
    except ValueError:
        return None
    if number != number or number in (float("inf"), float("-inf")):
        return None
    return int(number) if number.is_integer() else number
