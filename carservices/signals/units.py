"""Units of signals: one table of quantities, factors and offsets, and conversion inside one quantity."""

import math
from typing import NamedTuple


class Unit(NamedTuple):
    """A value in the base unit of ``quantity`` is ``value × factor + offset``, or ``factor ÷ value`` if ``inverse``."""

    quantity: str
    factor: float
    offset: float = 0.0
    inverse: bool = False


class UnitError(ValueError):
    """Units that measure different things, a unit nobody knows, or a value that has no counterpart."""


# Exact definitions. SI brochure, 9th edition (2019): hour, minute, degree, litre (table 8), Celsius (2.3.1), standard
# gravity 9.80665 m/s² (3rd CGPM, 1901). International yard and pound agreement (1959): yard 0.9144 m, pound
# 0.45359237 kg, so inch 25.4 mm, mile 1760 yards. NIST SP 811, B.8: US gallon 231 cubic inches, UK gallon 4.54609 l.
INCH = 0.9144 / 36
MILE = 1760 * 0.9144
POUND = 0.45359237
GRAVITY = 9.80665

UNITS: dict[str, Unit] = {
    # length in metres
    "m": Unit("length", 1.0),
    "km": Unit("length", 1000.0),
    "cm": Unit("length", 0.01),
    "mm": Unit("length", 0.001),
    "inch": Unit("length", INCH),
    "ft": Unit("length", 12 * INCH),
    "yd": Unit("length", 36 * INCH),
    "mi": Unit("length", MILE),
    # speed in metres per second
    "m/s": Unit("speed", 1.0),
    "km/h": Unit("speed", 1 / 3.6),
    "mph": Unit("speed", MILE / 3600),
    # acceleration in metres per second squared
    "m/s^2": Unit("acceleration", 1.0),
    "cm/s^2": Unit("acceleration", 0.01),
    "g0": Unit("acceleration", GRAVITY),
    # angle in degrees, and its rate
    "degrees": Unit("angle", 1.0),
    "rad": Unit("angle", 180 / math.pi),
    "degrees/s": Unit("angular speed", 1.0),
    "rad/s": Unit("angular speed", 180 / math.pi),
    "rpm": Unit("angular speed", 6.0),
    # temperature in degrees Celsius
    "Celsius": Unit("temperature", 1.0),
    "Fahrenheit": Unit("temperature", 5 / 9, -160 / 9),
    "K": Unit("temperature", 1.0, -273.15),
    # pressure in kilopascals
    "kPa": Unit("pressure", 1.0),
    "Pa": Unit("pressure", 0.001),
    "hPa": Unit("pressure", 0.1),
    "mbar": Unit("pressure", 0.1),
    "bar": Unit("pressure", 100.0),
    "psi": Unit("pressure", POUND * GRAVITY / INCH**2 / 1000),
    # force in newtons, torque in newton metres, mass in kilograms
    "N": Unit("force", 1.0),
    "kN": Unit("force", 1000.0),
    "Nm": Unit("torque", 1.0),
    "kg": Unit("mass", 1.0),
    "g": Unit("mass", 0.001),
    "t": Unit("mass", 1000.0),
    "lbs": Unit("mass", POUND),
    # energy in watt hours, power in watts
    "Wh": Unit("energy", 1.0),
    "kWh": Unit("energy", 1000.0),
    "J": Unit("energy", 1 / 3600),
    "kJ": Unit("energy", 1 / 3.6),
    "MJ": Unit("energy", 1000 / 3.6),
    "W": Unit("power", 1.0),
    "mW": Unit("power", 0.001),
    "kW": Unit("power", 1000.0),
    "PS": Unit("power", 75 * GRAVITY),
    # electricity in volts, amperes, ampere hours
    "V": Unit("voltage", 1.0),
    "mV": Unit("voltage", 0.001),
    "A": Unit("current", 1.0),
    "mA": Unit("current", 0.001),
    "Ah": Unit("charge", 1.0),
    # time in seconds
    "s": Unit("time", 1.0),
    "ms": Unit("time", 0.001),
    "us": Unit("time", 1e-6),
    "ns": Unit("time", 1e-9),
    "min": Unit("time", 60.0),
    "h": Unit("time", 3600.0),
    "day": Unit("time", 86400.0),
    # share in percent
    "percent": Unit("share", 1.0),
    "ratio": Unit("share", 100.0),
    # volume in litres
    "l": Unit("volume", 1.0),
    "ml": Unit("volume", 0.001),
    "cm^3": Unit("volume", 0.001),
    "gal(US)": Unit("volume", 231 * INCH**3 * 1000),
    "gal(UK)": Unit("volume", 4.54609),
    # electric consumption in watt hours per kilometre
    "Wh/km": Unit("consumption", 1.0),
    "kWh/100km": Unit("consumption", 10.0),
    "kWh/100mi": Unit("consumption", 10_000 / MILE),
    "Wh/mi": Unit("consumption", 1000 / MILE),
    "km/kWh": Unit("consumption", 1000.0, inverse=True),
    "mi/kWh": Unit("consumption", 1e6 / MILE, inverse=True),
    # fuel consumption in litres per 100 kilometres
    "l/100km": Unit("fuel consumption", 1.0),
    "km/l": Unit("fuel consumption", 100.0, inverse=True),
    "mpg(US)": Unit("fuel consumption", 231 * INCH**3 * 1e8 / MILE, inverse=True),
    "mpg(UK)": Unit("fuel consumption", 4.54609 * 1e5 / MILE, inverse=True),
}

ALIASES: dict[str, str] = {
    "celsius": "Celsius",
    "°C": "Celsius",
    "fahrenheit": "Fahrenheit",
    "°F": "Fahrenheit",
    "kelvin": "K",
    "degree": "degrees",
    "°": "degrees",
    "%": "percent",
    "m/s2": "m/s^2",
    "kph": "km/h",
    "mi/h": "mph",
    "in": "inch",
}
"""Other spellings, of older VSS versions and of people, and the one of VSS 6.0."""


def canonical(unit: str) -> str:
    """The spelling of VSS 6.0; an unknown unit stays as it is."""
    return ALIASES.get(unit, unit)


def convert(value: float, source: str, target: str) -> float:
    """``value`` in ``source`` as a value in ``target``; exact when both are the same unit.

    Raises UnitError when they measure different quantities, one is unknown, or 0 would have to be divided by.
    """
    source, target = canonical(source), canonical(target)
    if source == target:
        return value
    old, new = UNITS.get(source), UNITS.get(target)
    if old is None or new is None or old.quantity != new.quantity:
        raise UnitError(f"cannot convert {_named(source, old)} to {_named(target, new)}")
    try:
        base = old.factor / value if old.inverse else value * old.factor + old.offset
        return new.factor / base if new.inverse else (base - new.offset) / new.factor
    except ZeroDivisionError:
        raise UnitError(f"cannot convert {value:g} {source} to {target}: it would be infinite") from None


def _named(name: str, unit: Unit | None) -> str:
    return f"{name} ({unit.quantity})" if unit else f"{name!r} (an unknown unit)"
