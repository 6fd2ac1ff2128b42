"""Mapping files: which CAN signal is which VSS signal, checked against database and catalogue, all faults at once."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from carservices.hal import HalError
from carservices.hal.diagnose import HIGHEST, Ecu
from carservices.signals import Access, ChangeMode, Datatype, SignalConfig
from carservices.signals.catalogue import Catalogue, UnknownSignal
from carservices.signals.config import Kind
from carservices_hal.can.checksums import CHECKSUMS, Protection
from carservices_hal.can.dbc import Dbc, DbcSignal, Message
from carservices_hal.can.expression import names_in
from carservices_hal.can.names import NO_MESSAGE, UnknownName, find_message, find_signal
from carservices_hal.can.transform import Incoming, Outgoing, incoming, outgoing
from carservices_hal.can.yamltree import Fault, Node, YamlError, read

INTERVAL = 100
"""ms between two samples of a continuous signal whose entry names none."""
SLOWEST = 1.0
"""Hz: the least rate of a continuous signal, unless its messages come less often."""
FRAMES = "frames"
"""The key beside the VSS paths that says how frames are guarded and how often they come."""
ECUS = "ecus"
"""The key beside the VSS paths that names the control units a tester can ask, with their CAN ids."""

ENTRY_KEYS = {"type", "datatype", "unit", "min", "max", "allowed", "description", "comment", "dbc2vss", "vss2dbc"}
SIDE_KEYS = {"signal", "interval_ms", "on_change", "transform"}
FRAME_KEYS = {"period_ms", "counter", "checksum", "algorithm", "answer", "hold_ms"}

ECU_KEYS = {"request", "response"}


class MappingError(HalError):
    """A mapping file with faults; the message has a line for each, with file, line, cause and cure."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal that comes from a frame: `dbc2vss`."""

    config: SignalConfig
    key: int
    signal: DbcSignal
    convert: Incoming
    others: tuple[str, ...] = ()
    """Further signals of the same message that ``convert`` takes."""


@dataclass(frozen=True, slots=True)
class Command:
    """A signal that goes out as a frame: `vss2dbc`."""

    config: SignalConfig
    message: Message
    signal: DbcSignal
    convert: Outgoing


@dataclass(frozen=True, slots=True)
class Answer:
    """The frame in which a control unit says what became of a command; it repeats the command's ``counter``."""

    message: Message
    counter: str
    result: DbcSignal


@dataclass(slots=True)
class CarMapping:
    """What a mapping file says, checked; dicts by message key.

    ``periods``: seconds, 0 for one without a rhythm; ``holds``: seconds a command is repeated without a new one.
    """

    configs: dict[str, SignalConfig] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    commands: dict[str, Command] = field(default_factory=dict)
    protections: dict[int, Protection] = field(default_factory=dict)
    periods: dict[int, float] = field(default_factory=dict)
    holds: dict[int, float] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)
    ecus: list[Ecu] = field(default_factory=list)


def load(file: Path | str, databases: Sequence[Dbc], catalogue: Catalogue | None = None) -> CarMapping:
    """Read a mapping file. Raises MappingError with every fault, HalError without the extra ``can``."""
    try:
        root, faults = read(Path(file))
    except YamlError as error:
        raise MappingError(f"{file}:{error.line}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{file}: cannot be read ({error}); give a mapping file in YAML") from None
    reader = _Reader(str(file), databases, catalogue or Catalogue.default())
    reader.faults += faults
    reader.read(root)
    if reader.strange:
        raise MappingError(f"{file}: none of its signals is in {reader.files}: are these the databases of this car?")
    if reader.faults:
        raise MappingError("\n".join(f"{file}:{line}: {cause}" for line, cause in sorted(reader.faults)))
    return reader.mapping


class _Reader:
    def __init__(self, file: str, databases: Sequence[Dbc], catalogue: Catalogue) -> None:
        self.mapping = CarMapping()
        self.faults: list[Fault] = []
        self._catalogue = catalogue
        self._messages = {key: message for dbc in databases for key, message in dbc.messages.items()}
        self.files = ", ".join(dbc.file for dbc in databases)

    @property
    def strange(self) -> bool:
        """Whether the databases know nothing of what the file names."""
        found = self.mapping.readings or self.mapping.commands
        return len(self.faults) > 1 and not found and all(NO_MESSAGE in cause for _, cause in self.faults)

    def read(self, root: Node) -> None:
        if not any(key not in (FRAMES, ECUS) for key, _ in root.items()):
            self._complain(root.line, "no signal in it; write Vehicle.…: {dbc2vss: {signal: Message.Signal}}")
        for key, node in root.items():
            if key == FRAMES:
                for name, frame in node.items():
                    self._read_frame(name, frame)
            elif key == ECUS:
                for name, ecu in node.items():
                    self._read_ecu(name, ecu)
            else:
                self._read_entry(key, node)

    def _complain(self, line: int, cause: str) -> None:
        self.faults.append((line, cause))

    def _read_entry(self, path: str, node: Node) -> None:
        self._know_keys(path, node, ENTRY_KEYS)
        config = self._config(path, node)
        if config is None:
            return
        inward, outward = node.get("dbc2vss"), node.get("vss2dbc")
        if inward is None and outward is None:
            if node.plain("type") != "branch":
                self._complain(node.line, f"{path} has neither dbc2vss nor vss2dbc")
            return
        self.mapping.configs[path] = config
        if inward is not None and (found := self._side(path, inward)):
            message, signal = found
            transform = inward.get("transform")
            formula = str(transform.plain("math", "")) if transform else ""
            others = tuple(name for name in names_in(formula) if name in message.signals)
            convert = incoming(config, signal, transform, inward.line, self._complain, others)
            self.mapping.readings.append(Reading(config, message.key, signal, convert, others))
        if outward is not None and (found := self._side(path, outward)):
            message, signal = found
            to_frame = outgoing(config, signal, outward.get("transform"), outward.line, self._complain)
            config = self.mapping.configs[path] = _carried(config, signal, outward)
            self.mapping.commands[path] = Command(config, message, signal, to_frame)
            self.mapping.readings = [
                dataclasses.replace(r, config=config) if r.config.path == path else r for r in self.mapping.readings
            ]

    def _config(self, path: str, node: Node) -> SignalConfig | None:
        """The signal as this car has it; None when it cannot be."""
        try:
            known = self._catalogue[path]
        except UnknownSignal as error:
            self._complain(node.line, str(error))
            return None
        for key, ours in (("type", known.kind), ("datatype", known.datatype)):
            theirs = node.plain(key)
            if theirs is not None and theirs != ours.value:
                self._complain(node.line, f"{path} is {key} {ours.value} in the catalogue, {theirs} here")
        if known.datatype.is_array:
            self._complain(node.line, f"{path} is a list ({known.datatype.value}); a frame has single values only")
            return None
        if node.get("vss2dbc") is not None and known.kind is not Kind.ACTUATOR:
            self._complain(node.line, f"{path} is a {known.kind.value}; only an actuator can have vss2dbc")
            return None
        mode, slowest, fastest = self._mode(known.kind, known.datatype, node.get("dbc2vss"))
        low, high, choices = node.plain("min"), node.plain("max"), node.get("allowed")
        if choices is not None and not isinstance(choices.value, list):
            self._complain(choices.line, f"{path}: allowed takes a list")
            return None
        try:
            return self._catalogue.config(
                path,
                change_mode=mode,
                access=_access(node),
                min_rate=slowest,
                max_rate=fastest,
                min=low,
                max=high,
                allowed=tuple(choice.value for choice in choices.value) if choices else None,
            )
        except (ValidationError, TypeError) as error:
            cause = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            self._complain(node.line, f"{path}: {cause}")
            return None

    def _mode(self, kind: Kind, datatype: Datatype, side: Node | None) -> tuple[ChangeMode, float | None, float | None]:
        """Texts and truth values speak when they change, numbers at a rate unless ``on_change`` says otherwise."""
        if kind is Kind.ATTRIBUTE:
            return ChangeMode.STATIC, None, None
        interval = side.plain("interval_ms", INTERVAL) if side else INTERVAL
        if isinstance(interval, bool) or not isinstance(interval, int | float) or not 0 <= interval <= 86_400_000:
            self._complain(side.line if side else 0, f"interval_ms {interval!r}; write milliseconds")
            interval = INTERVAL
        on_change = side.plain("on_change", False) if side else True
        if on_change or not datatype.is_number or not interval:
            return ChangeMode.ON_CHANGE, None, None
        fastest = 1000.0 / interval
        return ChangeMode.CONTINUOUS, min(SLOWEST, fastest), fastest

    def _side(self, path: str, node: Node) -> tuple[Message, DbcSignal] | None:
        self._know_keys(path, node, SIDE_KEYS)
        name = node.plain("signal")
        if not isinstance(name, str):
            self._complain(node.line, f"{path} names no signal; write signal: Message.Signal")
            return None
        try:
            return find_signal(self._messages, name)
        except UnknownName as error:
            self._complain(node.line, f"{error} in {self.files}")
            return None

    def _read_frame(self, name: str, node: Node) -> None:
        self._know_keys(name, node, FRAME_KEYS)
        try:
            message = find_message(self._messages, name)
        except UnknownName as error:
            self._complain(node.line, f"{error} in {self.files}")
            return
        for key, times in (("period_ms", self.mapping.periods), ("hold_ms", self.mapping.holds)):
            time = node.plain(key)
            if time is None:
                continue
            if isinstance(time, bool) or not isinstance(time, int | float) or not 0 <= time < 1e9:
                self._complain(node.line, f"{key} {time!r}; write milliseconds, period_ms: 0 for one without a period")
                return
            times[message.key] = time / 1000
        guard = Protection(node.plain("counter"), node.plain("checksum"), node.plain("algorithm", "sum8"))
        for signal in filter(None, (guard.counter, guard.checksum)):
            if signal not in message.signals:
                self._complain(node.line, f"message {name} has no signal {signal}")
                return
        if guard.algorithm not in CHECKSUMS:
            self._complain(node.line, f"no checksum '{guard.algorithm}'; there are {', '.join(CHECKSUMS)}")
        elif guard.counter or guard.checksum:
            self.mapping.protections[message.key] = guard
        if (answer := node.plain("answer")) is not None:
            self._read_answer(message, guard.counter, str(answer), node.line)

    def _read_answer(self, command: Message, counter: str | None, name: str, line: int) -> None:
        try:
            message, result = find_signal(self._messages, name)
        except UnknownName as error:
            self._complain(line, f"{error} in {self.files}")
            return
        if counter is None or counter not in message.signals:
            what = f"{message.name} has no signal {counter}" if counter else f"{command.name} names no counter"
            self._complain(line, f"{what}; an answer repeats the counter of its command, under the same name")
            return
        self.mapping.answers[command.key] = Answer(message, counter, result)

    def _read_ecu(self, name: str, node: Node) -> None:
        self._know_keys(name, node, ECU_KEYS)
        request, response = node.plain("request"), node.plain("response")
        if all(type(number) is int and 0 < number <= HIGHEST for number in (request, response)):
            self.mapping.ecus.append(Ecu(name=name, request=request, response=response))
        else:
            self._complain(node.line, f"control unit {name} needs request and response, two CAN ids such as 0x7E0")

    def _know_keys(self, name: str, node: Node, known: Iterable[str]) -> None:
        if not isinstance(node.value, dict):
            self._complain(node.line, f"{name} has no keys; it takes {', '.join(sorted(known))}")
        for key, child in node.items():
            if key not in known:
                self._complain(child.line, f"{name} has no key '{key}'; it takes {', '.join(sorted(known))}")


def _access(node: Node) -> Access:
    if node.get("vss2dbc") is None:
        return Access.READ
    return Access.WRITE if node.get("dbc2vss") is None else Access.READ_WRITE


def _carried(config: SignalConfig, signal: DbcSignal, side: Node) -> SignalConfig:
    """The config with the limits of the frame, so that what it cannot carry is refused with a sentence."""
    plain = side.get("transform") is None and config.datatype.is_number and not config.allowed
    if not plain or not signal.minimum < signal.maximum:
        return config
    low, high = signal.step(signal.minimum), signal.step(signal.maximum)
    limits: Mapping[str, Any] = {
        "min": low if config.min is None else max(config.min, low),
        "max": high if config.max is None else min(config.max, high),
    }
    return config.model_copy(update=limits)
