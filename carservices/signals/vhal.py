"""Translation of signals to Android vehicle properties (AAOS) and back, by the rows of ``vhal_table``."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from carservices.signals.catalogue import Catalogue
from carservices.signals.check import Check, InvalidValue, compile_check
from carservices.signals.units import convert
from carservices.signals.value import Datum
from carservices.signals.vhal_id import VhalError, VhalType, VhalValue, holds, id_parts
from carservices.signals.vhal_table import PLACES, ROWS, Row
from carservices.signals.vss import Signal

Side = Literal["LEFT", "RIGHT"]
"""The side the driver sits on: AAOS areas are left and right, VSS instances driver's and passenger's."""

_NUMBERS = (VhalType.FLOAT, VhalType.INT32)


@dataclass(frozen=True, slots=True)
class Pair:
    """One signal and one property in one area that mean the same."""

    signal: Signal
    row: Row
    area: int
    type: VhalType
    _check: Check = field(repr=False)
    _words: dict[Any, Any] = field(repr=False)
    _back: dict[Any, Any] = field(repr=False)

    def to_vhal(self, value: Datum) -> VhalValue:
        """Raises InvalidValue if the signal cannot have ``value``, VhalError if the property cannot."""
        result: Any = self._check(value)
        if self._words:
            result = self._translate(result, self._words)
        elif self.type in _NUMBERS:
            result = self._scale(result, self.signal.unit, self.row.unit)
            result = float(result) if self.type is VhalType.FLOAT else round(result)
        if not holds(self.type, result):
            raise VhalError(f"{self.signal.path} cannot be {value!r} in AAOS: too large for {self.type.name}")
        translated: VhalValue = result
        return translated

    def from_vhal(self, value: VhalValue) -> Datum:
        """Raises VhalError if the property cannot have ``value`` or the signal has no counterpart."""
        if not holds(self.type, value):
            raise VhalError(f"{self.row.name} takes {self.type.name}, not this {type(value).__name__}")
        result: Any = value
        if self._words:
            result = self._translate(value, self._back)
        elif self.type in _NUMBERS:
            result = self._scale(value, self.row.unit, self.signal.unit)
            result = round(result) if self.signal.datatype.is_integer else result
        try:
            return self._check(result)
        except InvalidValue as error:
            raise VhalError(f"{self.row.name} is out of range: {error}") from None

    def _scale(self, value: Any, source: str | None, target: str | None) -> float:
        scaled: float = convert(value, source, target) if source and target else value
        return scaled * self.row.sign

    def _translate(self, value: Any, words: dict[Any, Any]) -> Any:
        try:
            return [words[item] for item in value] if isinstance(value, list) else words[value]
        except KeyError as error:
            raise VhalError(f"{self.signal.path} and {self.row.name} have no common word for {error}") from None


class VhalTable:
    """All pairs of a car whose driver sits on one side, by path, property id and property name."""

    def __init__(self, driver: Side = "LEFT") -> None:
        self.pairs = tuple(pair for row in ROWS for pair in _pairs(row, driver))
        self._by_path: dict[str, list[Pair]] = {}
        self._by_id: dict[tuple[int, int], Pair] = {}
        for pair in self.pairs:
            self._by_path.setdefault(pair.signal.path, []).append(pair)
            self._by_id[pair.row.id, pair.area] = pair

    def of_path(self, path: str) -> list[Pair]:
        """The pairs of a signal: two where AAOS splits what a light does from its switch, the state first."""
        return list(self._by_path.get(path, ()))

    def of_property(self, id_or_name: int | str) -> list[Pair]:
        """The pairs of a property, one per area."""
        return [pair for pair in self.pairs if id_or_name in (pair.row.id, pair.row.name)]

    def to_vhal(self, path: str, value: Datum) -> tuple[int, int, VhalValue]:
        """Property id, area id and value. Raises VhalError, or InvalidValue if ``value`` is not one of the signal."""
        pairs = self._by_path.get(path)
        if not pairs:
            raise VhalError(f"{path} has no AAOS property; map it to a vendor property of your own")
        return pairs[0].row.id, pairs[0].area, pairs[0].to_vhal(value)

    def from_vhal(self, id: int, area: int, value: VhalValue) -> tuple[str, Datum]:  # noqa: A002 - the word of AAOS
        """Path and value. Raises VhalError."""
        pair = self._by_id.get((id, area))
        if pair is None:
            areas = ", ".join(f"{known.area:#x}" for known in self.of_property(id))
            cure = f"its areas are {areas}" if areas else "it is not in the table"
            raise VhalError(f"property {id:#010x} in area {area:#x} has no signal; {cure}")
        return pair.signal.path, pair.from_vhal(value)


@cache
def vhal_table(driver: Side = "LEFT") -> VhalTable:
    """The table for one side, built once per process."""
    return VhalTable(driver)


def to_vhal(path: str, value: Datum) -> tuple[int, int, VhalValue]:
    """``VhalTable.to_vhal`` of a car with the wheel on the left."""
    return vhal_table().to_vhal(path, value)


def from_vhal(id: int, area: int, value: VhalValue) -> tuple[str, Datum]:  # noqa: A002 - the word of AAOS
    """``VhalTable.from_vhal`` of a car with the wheel on the left."""
    return vhal_table().from_vhal(id, area, value)


def _pairs(row: Row, driver: Side) -> list[Pair]:
    sides = {"left": "Driver", "right": "Passenger"} if driver == "LEFT" else {"left": "Passenger", "right": "Driver"}
    place = next((place for place in PLACES if f"{{{place}}}" in row.path), None)
    if place is None:
        return [_pair(row, row.path, row.area)]
    return [_pair(row, row.path.format(**{place: name.format(**sides)}), area) for name, area in PLACES[place]]


def _pair(row: Row, path: str, area: int) -> Pair:
    catalogue = Catalogue.default()
    signal = catalogue[f"Vehicle.{path}"]
    words: dict[Any, Any] = {}
    back: dict[Any, Any] = {}
    for ours, theirs in row.words:
        words.setdefault(ours, theirs)
        back.setdefault(theirs, ours)
    check = compile_check(catalogue.config(signal.path))
    return Pair(signal, row, area, id_parts(row.id).type, check, words, back)
