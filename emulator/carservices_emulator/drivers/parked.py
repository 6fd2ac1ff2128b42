"""Nobody at the wheel."""

from typing import ClassVar

from carservices_emulator.drivers.base import Driver
from carservices_emulator.model.car import Car, Pedals


class ParkedDriver(Driver):
    """The car stands; it brakes to a stop first if it must."""

    name: ClassVar[str] = "parked"

    def drive(self, car: Car, dt: float) -> Pedals:
        return Pedals(0.0, 0.0 if not car.road.speed else 0.3, 0.0)
