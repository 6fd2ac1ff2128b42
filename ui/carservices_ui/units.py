"""What the person reads: numbers in the units the HMI signals ask for, `–` when there is no value."""

from dataclasses import dataclass, field
from time import localtime
from typing import TypeGuard

from carservices.signals import Datum
from carservices.signals.units import convert
from carservices_ui.i18n import number, t

HMI = "Vehicle.Cabin.Infotainment.HMI"
NOTHING = "–"
METRES_UP_TO, FEET_UP_TO, FOOT_M = 1000.0, 1000.0, 0.3048
"""A way shorter than this is told in the small unit; the international foot is 0.3048 m (NIST SP 811)."""


@dataclass(frozen=True)
class Shown:
    """How one quantity is shown: our unit, the words after the number, decimals."""

    unit: str
    label: str
    digits: int = 0


@dataclass(frozen=True)
class Quantity:
    """One quantity: the unit the signals have, the HMI signal that chooses, and the choices."""

    source: str
    signal: str
    choices: dict[str, Shown] = field(default_factory=dict)

    def shown(self, choice: Datum | None) -> Shown:
        """The choice asked for, or the first."""
        return self.choices.get(str(choice)) or next(iter(self.choices.values()))


QUANTITIES: dict[str, Quantity] = {
    "speed": Quantity(
        "km/h",
        f"{HMI}.SpeedUnit",
        {
            "KILOMETERS_PER_HOUR": Shown("km/h", "km/h"),
            "MILES_PER_HOUR": Shown("mph", "mph"),
            "METERS_PER_SECOND": Shown("m/s", "m/s"),
        },
    ),
    "distance": Quantity("m", f"{HMI}.DistanceUnit", {"KILOMETERS": Shown("km", "km"), "MILES": Shown("mi", "mi")}),
    "consumption": Quantity(
        "kWh/100km",
        f"{HMI}.DistanceUnit",
        {
            "KILOMETERS": Shown("kWh/100km", "kWh/100 km", 1),
            "MILES": Shown("kWh/100mi", "kWh/100 mi", 1),
        },
    ),
    "temperature": Quantity(
        "Celsius", f"{HMI}.TemperatureUnit", {"C": Shown("Celsius", "°"), "F": Shown("Fahrenheit", "°")}
    ),
    "pressure": Quantity(
        "kPa",
        f"{HMI}.TirePressureUnit",
        {"BAR": Shown("bar", "bar", 1), "KPA": Shown("kPa", "kPa"), "PSI": Shown("psi", "psi")},
    ),
}

TIME_FORMAT = f"{HMI}.TimeFormat"
UNIT_SIGNALS = (*dict.fromkeys(q.signal for q in QUANTITIES.values()), TIME_FORMAT)


class Units:
    """The units in use, as the HMI signals choose."""

    def __init__(self) -> None:
        self._choices: dict[str, Datum | None] = {}

    def choose(self, path: str, choice: Datum | None) -> bool:
        """Take an HMI signal's value; whether anything is shown in another way now."""
        before = self._shown()
        self._choices[path] = choice
        return self._shown() != before

    def _shown(self) -> list[object]:
        return [*map(self.shown, QUANTITIES), self._choices.get(TIME_FORMAT) == "HR_12"]

    def shown(self, quantity: str) -> Shown:
        """How `quantity` is shown now."""
        found = QUANTITIES[quantity]
        return found.shown(self._choices.get(found.signal))

    def convert(self, quantity: str, value: float) -> float:
        """A signal's number in the unit shown."""
        return convert(value, QUANTITIES[quantity].source, self.shown(quantity).unit)

    def number(self, quantity: str, value: Datum | None, digits: int | None = None) -> str:
        """A signal's value as digits only."""
        if not is_number(value):
            return NOTHING
        shown = self.shown(quantity)
        return number(self.convert(quantity, value), shown.digits if digits is None else digits)

    def text(self, quantity: str, value: Datum | None, digits: int | None = None) -> str:
        """Digits and unit: ``312 km``, ``21.5°``, ``–``."""
        digits_text = self.number(quantity, value, digits)
        if digits_text == NOTHING:
            return NOTHING
        label = self.shown(quantity).label
        return f"{digits_text}{label}" if label.startswith("°") else f"{digits_text} {label}"

    def distance(self, metres: Datum | None) -> str:
        """A driven or remaining distance: one decimal below 100 km (or miles)."""
        if not is_number(metres):
            return NOTHING
        return self.text("distance", metres, 1 if self.convert("distance", metres) < 99.95 else 0)

    def way(self, metres: float) -> str:
        """A distance ahead: short ones in metres or feet, rounded as one would say it."""
        if self.shown("distance").label == "km":
            return self.distance(metres) if metres >= METRES_UP_TO else f"{number(round(metres, -1))} m"
        feet = metres / FOOT_M
        return self.distance(metres) if feet >= FEET_UP_TO else f"{number(round(feet / 50) * 50)} ft"

    def clock(self, hour: int, minute: int) -> str:
        """The time of day in 12 or 24 hours."""
        if self._choices.get(TIME_FORMAT) == "HR_12":
            return f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"
        return f"{hour:02d}:{minute:02d}"


def duration(seconds: Datum | None) -> str:
    """``19 min``, ``1 h 05``."""
    if not is_number(seconds):
        return NOTHING
    minutes = round(seconds / 60)
    return t("unit.minutes", n=minutes) if minutes < 60 else t("unit.hours", h=minutes // 60, m=f"{minutes % 60:02d}")


def date(at: float) -> str:
    """The day of a Unix time in s: ``27 Nov 2026``."""
    day = localtime(at)
    named = t("format.date", day="", n=day.tm_mday, month=t("format.months").split()[day.tm_mon - 1])
    return f"{named.strip()} {day.tm_year}"


def percent(value: Datum | None) -> str:
    """``78 %``."""
    return f"{number(value)} %" if is_number(value) else NOTHING


def is_number(value: Datum | None) -> TypeGuard[float]:
    """Whether there is a number to show (a bool is none)."""
    return isinstance(value, int | float) and not isinstance(value, bool)
