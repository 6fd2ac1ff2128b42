"""A signal as an app reads it: typed, honest about being unavailable, in any unit and in the person's."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

from carservices.app.context import Context
from carservices.app.errors import CarError
from carservices.app.reactive import Source
from carservices.signals.units import UNITS, canonical, convert
from carservices.signals.value import Datum, Status

T_co = TypeVar("T_co", covariant=True)
NOTHING: Final = "–"


class Shown(NamedTuple):
    """How a unit is written: the words after the number, and decimals."""

    label: str
    digits: int = 0


SHOWN: Final[dict[str, Shown]] = {
    "bar": Shown("bar", 1),
    "Celsius": Shown("°C"),
    "Fahrenheit": Shown("°F"),
    "percent": Shown("%"),
    "degrees": Shown("°"),
    "kWh/100km": Shown("kWh/100 km", 1),
    "kWh/100mi": Shown("kWh/100 mi", 1),
    "l/100km": Shown("l/100 km", 1),
    "kW": Shown("kW", 1),
    "kWh": Shown("kWh", 1),
    "V": Shown("V", 1),
    "km": Shown("km", 1),
    "mi": Shown("mi", 1),
    "m/s^2": Shown("m/s²", 1),
}
"""Units that are written otherwise than as their name with whole numbers."""

DECIMAL_COMMA: Final = frozenset(
    ["cs", "da", "de", "es", "fi", "fr", "it", "nb", "nl", "pl", "pt", "ru", "sk", "sv", "uk"]
)
"""Languages that write 2,4."""


class Signal(Source, Generic[T_co]):
    """One signal. Reading it in a view makes the view again at each change.

    Value and status are the newest that came; None and UNAVAILABLE before the first.
    """

    __slots__ = ("_context", "_denied", "_kind", "_status", "_value", "config", "path", "t_ns")

    def __init__(self, path: str, context: Context) -> None:
        super().__init__()
        self.path = path
        self.config: dict[str, Any] = {}
        """What the HAL says of it: unit, datatype, min, max; empty until it is on offer."""
        self.t_ns = 0
        """Monotonic ns at which the source took the value."""
        self._context = context
        self._value: Datum | None = None
        self._status = Status.UNAVAILABLE
        self._denied: CarError | None = None
        self._kind: type[Any] | None = None

    def __repr__(self) -> str:
        return f"<{self.path} {self._value!r} {self._status.name}>"

    # -- for the app -------------------------------------------------------------------------------------------------

    @property
    def value(self) -> T_co | None:
        """The value in the signal's own unit, None while it is not available.

        Raises PermissionMissing when the app may not read it, TypeError when it is not of the type asked for.
        """
        self.read()
        if self._denied is not None:
            raise self._denied
        return cast(T_co | None, self._typed())

    def _typed(self) -> Any:
        value = self._value
        if value is None or self._kind is None:
            return value
        if self._kind is float and type(value) is int:
            return float(value)
        if type(value) is not self._kind:
            raise TypeError(f"{self.path} is {type(value).__name__}, not {self._kind.__name__}")
        return value

    @property
    def available(self) -> bool:
        """There is a value to show, and the app may read it; never raises."""
        self.read()
        return self._denied is None and self._value is not None

    @property
    def status(self) -> Status:
        self.read()
        return self._status

    @property
    def denied(self) -> CarError | None:
        """Why the app cannot read it, mostly PermissionMissing; None when it can."""
        self.read()
        return self._denied

    @property
    def unit(self) -> str:
        """Of VSS 6.0, such as ``km/h``; empty when it has none."""
        return str(self.config.get("unit") or "")

    def as_(self, unit: str) -> float | None:
        """The value in another unit, such as ``mph``; None while it is not available. Raises UnitError."""
        value: Any = self.value
        if value is None:
            return None
        return convert(float(value), self.unit, unit)

    def text(self, unit: str | None = None, digits: int | None = None) -> str:
        """The value to show, ``2.4 bar``, in ``unit`` or the person's own; ``–`` while it is not available."""
        if not self.available:
            return NOTHING
        value: Any = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        target = unit or self._preferred()
        number = convert(float(value), self.unit, target) if target != self.unit else float(value)
        shown = SHOWN.get(canonical(target), Shown(target))
        text = f"{number:.{shown.digits if digits is None else digits}f}"
        if self._context.language in DECIMAL_COMMA:
            text = text.replace(".", ",")
        return f"{text} {shown.label}".rstrip()

    def _preferred(self) -> str:
        known = UNITS.get(canonical(self.unit))
        return self._context.units.get(known.quantity, self.unit) if known else self.unit

    # -- for the facade ----------------------------------------------------------------------------------------------

    def expect(self, kind: type[Any]) -> None:
        """From now on values of another type are an error."""
        self._kind = kind

    def take(self, value: Any, t_ns: int, status: Status) -> None:
        """A newer reading."""
        self.t_ns = t_ns
        value = value if status is Status.AVAILABLE else None
        if (value, status) != (self._value, self._status) or type(value) is not type(self._value):
            self._value, self._status = value, status
            self.changed()

    def deny(self, reason: CarError | None) -> None:
        if (reason is None) != (self._denied is None):
            self._denied = reason
            self.changed()


class SignalSet(Sequence[Signal[Any]]):
    """The signals that match a glob, by path. Raises PermissionMissing when the app may read none of them."""

    def __init__(self, signals: Sequence[Signal[Any]]) -> None:
        self._signals = signals

    def __getitem__(self, index: Any) -> Any:
        return self._signals[index]

    def __len__(self) -> int:
        return len(self._signals)

    def __iter__(self) -> Iterator[Signal[Any]]:
        return iter(self._signals)

    def values(self) -> dict[str, Any]:
        """Path → value of those that are available."""
        return {signal.path: signal.value for signal in self._signals if signal.available}
