"""Units of signals: one table of quantities, factors and offsets, and conversion inside one quantity."""

from typing import NamedTuple


class Unit(NamedTuple):
    """``base value = value × factor + offset``; the base is the first unit of its quantity."""

    quantity: str
    factor: float
    offset: float = 0.0


class UnitError(ValueError):
    """Two units that measure different things, or a unit nobody knows."""


# Exact definitions. International yard and pound agreement (1959): yard 0.9144 m, so inch 25.4 mm, mile 1609.344 m,
# pound 0.45359237 kg. SI brochure, 9th edition (2019): standard gravity 9.80665 m/s² (CGPM 1901), hour and degree
# (table 8), Celsius (2.3.1). US gallon 231 cubic inches, UK gallon 4.54609 l (NIST SP 811, appendix B.8).
_INCH = 0.0254
_MILE = 1609.344
_PSI = 0.45359237 * 9.80665 / _INCH**2
_PI_DEGREES = 180.0 / 3.141592653589793

UNITS: dict[str, Unit] = {
    # length
    "m": Unit("length", 1.0),
    "km": Unit("length", 1000.0),
    "cm": Unit("length", 0.01),
    "mm": Unit("length", 0.001),
    "inch": Unit("length", _INCH),
    "ft": Unit("length", 12 * _INCH),
    "yd": Unit("length", 36 * _INCH),
    "mi": Unit("length", _MILE),
    # speed
    "m/s": Unit("speed", 1.0),
    "km/h": Unit("speed", 1000.0 / 3600.0),
    "mph": Unit("speed", _MILE / 3600.0),
    "kn": Unit("speed", 1852.0 / 3600.0),
    # acceleration
    "m/s^2": Unit("acceleration", 1.0),
    "cm/s^2": Unit("acceleration", 0.01),
    "g0": Unit("acceleration", 9.80665),
    # angle and rotation
    "degrees": Unit("angle", 1.0),
    "rad": Unit("angle", _PI_DEGREES),
    "degrees/s": Unit("angular speed", 1.0),
    "rad/s": Unit("angular speed", _PI_DEGREES),
    "rpm": Unit("rotational speed", 1.0),
    "Hz": Unit("rotational speed", 60.0),
    # temperature
    "Celsius": Unit("temperature", 1.0),
    "K": Unit("temperature", 1.0, -273.15),
    "Fahrenheit": Unit("temperature", 5.0 / 9.0, -160.0 / 9.0),
    # pressure and force
    "kPa": Unit("pressure", 1.0),
    "Pa": Unit("pressure", 0.001),
    "mbar": Unit("pressure", 0.1),
    "bar": Unit("pressure", 100.0),
    "psi": Unit("pressure", _PSI / 1000.0),
    "N": Unit("force", 1.0),
    "kN": Unit("force", 1000.0),
    "Nm": Unit("torque", 1.0),
    "kNm": Unit("torque", 1000.0),
    # mass
    "kg": Unit("mass", 1.0),
    "g": Unit("mass", 0.001),
    "t": Unit("mass", 1000.0),
    "lbs": Unit("mass", 0.45359237),
    # energy and power
    "Wh": Unit("energy", 1.0),
    "kWh": Unit("energy", 1000.0),
    "J": Unit("energy", 1.0 / 3600.0),
    "kJ": Unit("energy", 1000.0 / 3600.0),
    "MJ": Unit("energy", 1e6 / 3600.0),
    "W": Unit("power", 1.0),
    "kW": Unit("power", 1000.0),
    "mW": Unit("power", 0.001),
    "PS": Unit("power", 75 * 9.80665),
    # electricity
    "V": Unit("voltage", 1.0),
    "mV": Unit("voltage", 0.001),
    "A": Unit("current", 1.0),
    "mA": Unit("current", 0.001),
    "Ah": Unit("charge", 1.0),
    "mAh": Unit("charge", 0.001),
    "C": Unit("charge", 1.0 / 3600.0),
    # time
    "s": Unit("time", 1.0),
    "ms": Unit("time", 0.001),
    "us": Unit("time", 1e-6),
    "ns": Unit("time", 1e-9),
    "min": Unit("time", 60.0),
    "h": Unit("time", 3600.0),
    "day": Unit("time", 86400.0),
    # share
    "percent": Unit("share", 1.0),
    "ratio": Unit("share", 100.0),
    # volume
    "l": Unit("volume", 1.0),
    "ml": Unit("volume", 0.001),
    "cm^3": Unit("volume", 0.001),
    "m^3": Unit("volume", 1000.0),
    "gal_us": Unit("volume", 231 * _INCH**3 * 1000.0),
    "gal_uk": Unit("volume", 4.54609),
    # energy for a distance; "mi/kWh" and "km/kWh" are its inverse
    "Wh/km": Unit("consumption", 1.0),
    "kWh/100km": Unit("consumption", 10.0),
    "Wh/mi": Unit("consumption", 1000.0 / _MILE),
    "kWh/100mi": Unit("consumption", 1e6 / (100.0 * _MILE / 1000.0) / 1000.0),
}

INVERSE: dict[str, tuple[str, float]] = {
    "km/kWh": ("Wh/km", 1000.0),
    "mi/kWh": ("Wh/km", 1000.0 / (_MILE / 1000.0)),
}
"""Units that are ``constant / value`` in another unit; zero has no counterpart."""

ALIASES: dict[str, str] = {
    "celsius": "Celsius",
    "°C": "Celsius",
    "fahrenheit": "Fahrenheit",
    "°F": "Fahrenheit",
    "kelvin": "K",
    "degree": "degrees",
    "°": "degrees",
    "%": "percent",
    "mi/h": "mph",
    "m/s2": "m/s^2",
    "kph": "km/h",
}
"""Other spellings, of older VSS versions and of people."""


def canonical(unit: str) -> str:
    """The spelling of VSS 6.0 for ``unit``; an unknown unit stays as it is."""
    return ALIASES.get(unit, unit)
