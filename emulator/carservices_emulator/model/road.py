"""Longitudinal dynamics: the forces on the car and one exact step of its speed."""

import math
from dataclasses import dataclass

from carservices_emulator.profile import Resistance
from carservices_emulator.weather import Weather, air_density

G = 9.80665
ROTATING = 0.03
"""Rotating masses as a share of the mass (UN GTR 15, Annex 4, §2.5.1: 3 % where not measured)."""


@dataclass(slots=True)
class Step:
    """What one step did: ``distance`` m (signed), mean ``speed`` m/s, and the energies in J.

    ``rolling`` and ``brake`` are heat, ``air`` what the air took (negative when it pushes), ``grade`` and
    ``kinetic`` what was stored. The work of the drive is the sum of all five.
    """

    distance: float = 0.0
    speed: float = 0.0
    rolling: float = 0.0
    brake: float = 0.0
    air: float = 0.0
    grade: float = 0.0
    kinetic: float = 0.0


class Road:
    """The car as a point mass on a slope (Mitschke/Wallentowitz, Dynamik der Kraftfahrzeuge, ch. 3)."""

    def __init__(self, resistance: Resistance, mass: float) -> None:
        self.mass = mass
        self.inertia = mass + ROTATING * (resistance.mass + 25.0)
        self.drag_area = resistance.drag * resistance.area
        self.speed = 0.0
        self.acceleration = 0.0
        self._density = 1.2
        self.last = Step()

    def set_air(self, weather: Weather, altitude: float) -> None:
        """Refresh the air density; once a second is enough."""
        self._density = air_density(weather.temperature, altitude)

    def drag(self, speed: float, wind: float) -> float:
        """Aerodynamic force in N against the motion: ½ ρ c_d A (v + w)², w the head wind."""
        relative = speed + wind
        return 0.5 * self._density * self.drag_area * relative * abs(relative)

    def load(self, speed: float, grade: float, rolling: float, wind: float) -> float:
        """N the wheels must give to hold ``speed`` (m/s) on a slope of ``grade`` (tan of its angle)."""
        hypotenuse = math.sqrt(1.0 + grade * grade)
        return self.mass * G * (rolling + grade) / hypotenuse + self.drag(speed, wind)

    def step(self, dt: float, drive: float, brake: float, grade: float, rolling: float, wind: float) -> Step:
        """Advance ``dt`` s under ``drive`` N (signed) against up to ``brake`` N of friction.

        ``rolling`` is the coefficient of the tyres, ``grade`` the tangent of the slope. Rolling and braking are
        reactions: they stop the car but never push it. Energies use the mean speed, which makes ΔE_kin exact.
        """
        v0 = self.speed
        weight = self.mass * G / math.sqrt(1.0 + grade * grade)
        slope = weight * grade
        air = self.drag(v0, wind) if v0 or wind else 0.0
        roll = weight * rolling
        net = drive - slope - air
        friction = roll + brake
        if v0:
            direction = 1.0 if v0 > 0 else -1.0
            v1 = v0 + (net - direction * friction) / self.inertia * dt
            if v1 * direction < 0.0:  # it stops within this step: friction takes just what is left
                friction = min(friction, max(0.0, direction * net + self.inertia * abs(v0) / dt))
                v1 = v0 + (net - direction * friction) / self.inertia * dt
                if abs(v1) < 1e-9:
                    v1 = 0.0
        else:
            direction = 1.0 if net > 0 else -1.0
            friction = min(friction, abs(net))
            v1 = (net - direction * friction) / self.inertia * dt
        mean = 0.5 * (v0 + v1)
        distance = mean * dt
        share = roll / (roll + brake)
        heat = friction * abs(distance)
        self.speed = v1
        self.acceleration = (v1 - v0) / dt
        self.last = Step(
            distance,
            mean,
            heat * share,
            heat * (1.0 - share),
            air * distance,
            slope * distance,
            0.5 * self.inertia * (v1 * v1 - v0 * v0),
        )
        return self.last
