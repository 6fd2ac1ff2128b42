"""Cruise control: holds a speed through the accelerator until the brake pedal ends it."""

from dataclasses import dataclass


@dataclass(slots=True)
class Cruise:
    """``speed`` is the set speed in km/h; ``adaptive`` keeps a distance where there is someone ahead."""

    enabled: bool = True
    active: bool = False
    speed: float = 50.0
    adaptive: bool = True

    def engage(self, speed: float, *, active: bool) -> None:
        """Switch on at the present speed (km/h), or off."""
        self.active = active
        if active:
            self.speed = max(30.0, round(speed))
