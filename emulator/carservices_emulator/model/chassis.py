"""Tyres and brakes: warmth, pressure, leaks, rolling coefficient, wear."""

import math

from carservices_emulator.profile import Resistance, Tyres
from carservices_emulator.tables import clamp

WHEELS = ("Row1.Wheel.Left", "Row1.Wheel.Right", "Row2.Wheel.Left", "Row2.Wheel.Right")
COLD = 293.15
"""K at which the cold pressure is set."""
ATMOSPHERE = 101.325
LOW = 0.8
"""Share of the set pressure below which UN R141 wants a warning."""
TYRE_CAPACITY = 17_000.0
"""J/K of one tyre: 9 kg of rubber at 1.9 kJ/(kg K)."""
ISO_SPEED = 80.0 / 3.6
ISO_COEFFICIENT = 0.008
"""1/K: rolling resistance falls with temperature (ISO 28580, correction to 25 °C for car tyres)."""
PAD_VOLUME = 9e4
"""mm³ of lining on one wheel: two pads of 50 cm² and 9 mm."""
WEAR_RATE = 1e-4
"""mm³/J of friction work, the middle of published pad wear tests (0.5–2·10⁻⁴)."""
WORN = 90.0
"""% at which the wear sensor of a pad closes: 1 mm left of 9."""


def tyre_cooling(speed: float) -> float:
    """W/K from one tyre to the air at ``speed`` m/s; gives the 20–25 K rise tyres show at 80 km/h."""
    return 8.0 + 32.0 * math.pow(abs(speed) / ISO_SPEED, 0.8)


class Wheel:
    """One wheel with tyre and brake."""

    def __init__(self, pressure: float, ambient: float) -> None:
        self.recommended = pressure
        self.temperature = ambient
        self.air = 1.0
        """Share of the air that was filled in."""
        self.leak = 0.0
        """Share of the air lost per second."""
        self.wear = 0.0
        """% of the lining."""

    @property
    def pressure(self) -> float:
        """kPa gauge: Gay-Lussac, p/T constant at constant volume, times the air left."""
        absolute = (self.recommended + ATMOSPHERE) * self.air * (self.temperature + 273.15) / COLD
        return max(0.0, absolute - ATMOSPHERE)

    @property
    def low(self) -> bool:
        return self.pressure < LOW * self.recommended

    @property
    def worn(self) -> bool:
        return self.wear >= WORN


class Chassis:
    """The four wheels."""

    def __init__(self, tyres: Tyres, resistance: Resistance, mass: float, ambient: float) -> None:
        self.wheels = {name: Wheel(tyres.front if "Row1" in name else tyres.rear, ambient) for name in WHEELS}
        self._crr = resistance.rolling
        force = resistance.rolling * mass * 9.80665 / 4.0
        self._reference = 25.0 + force * ISO_SPEED / tyre_cooling(ISO_SPEED)
        self.rolling = self._coefficient()

    def _coefficient(self) -> float:
        """C_rr = C_rr25 / (1 + K (T − T_iso)), T_iso the warm tyre of the ISO 28580 test; soft tyres roll harder.

        The pressure term (p/p₀)^−0.4 is SAE J2452's exponent for passenger tyres.
        """
        total = 0.0
        for wheel in self.wheels.values():
            warm = max(0.5, 1.0 + ISO_COEFFICIENT * (wheel.temperature - self._reference))
            pressure = max(0.2, (wheel.pressure + ATMOSPHERE) / (wheel.recommended + ATMOSPHERE))
            total += self._crr / warm * math.pow(min(1.0, pressure), -0.4)
        return total / 4.0

    def step(self, dt: float, speed: float, rolling_heat: float, brake_heat: float, ambient: float) -> None:
        """Advance ``dt`` s; heats in W of all four wheels. The front axle takes 65 % of the braking."""
        cooling = tyre_cooling(speed)
        for name, wheel in self.wheels.items():
            heat = rolling_heat / 4.0 - cooling * (wheel.temperature - ambient)
            wheel.temperature += dt * heat / TYRE_CAPACITY
            if wheel.leak:
                wheel.air *= max(0.0, 1.0 - wheel.leak * dt)
            share = 0.325 if "Row1" in name else 0.175
            wheel.wear = clamp(wheel.wear + 100.0 * brake_heat * share * dt * WEAR_RATE / PAD_VOLUME, 0.0, 100.0)
        self.rolling = self._coefficient()
