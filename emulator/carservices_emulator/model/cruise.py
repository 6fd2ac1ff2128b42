"""Cruise control: holds a speed through the accelerator until the brake pedal ends it."""

from dataclasses import dataclass

from carservices_emulator.model.drive import DriveUnit, Mode
from carservices_emulator.model.road import Road
from carservices_emulator.tables import clamp


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

    def pedal(self, road: Road, unit: DriveUnit, mode: Mode, load: float) -> float:
        """Accelerator (0–1) that closes in on the set speed with at most 1 m/s²; ``load`` N hold the present one."""
        wanted = clamp(0.6 * (self.speed / 3.6 - road.speed), -1.0, 1.0)
        return unit.pedal(road.inertia * wanted + load, road.speed, road.mass, mode)
