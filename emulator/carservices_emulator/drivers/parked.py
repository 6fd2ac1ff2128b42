"""Nobody at the wheel."""

from typing import ClassVar

from carservices_emulator.drivers.base import Driver, park
from carservices_emulator.model.car import PARK, Car, Pedals


class ParkedDriver(Driver):
    """The car stands; it brakes to a stop first if it must."""

    name: ClassVar[str] = "parked"

    def drive(self, car: Car, dt: float) -> Pedals:
        if car.road.speed:
            return Pedals(0.0, 0.3)
        if car.gear != PARK:
            park(car)
        return Pedals()
