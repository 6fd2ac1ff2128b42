"""A person with keyboard, mouse or panel: pedals and steering as they were last set."""

import random
from typing import ClassVar

from carservices_emulator.drivers.base import Driver
from carservices_emulator.model.car import Car, Pedals
from carservices_emulator.tables import clamp

STEERING_RATE = 400.0
"""°/s a person turns the wheel at most."""


class ManualDriver(Driver):
    """Holds what `set` said last; the steering wheel follows at a human rate."""

    name: ClassVar[str] = "manual"

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.wanted = Pedals()

    def set(self, accelerator: float | None, brake: float | None, steering: float | None) -> None:
        """New pedal positions (0–1) and steering wheel angle (degrees); None keeps one."""
        if accelerator is not None:
            self.wanted.accelerator = clamp(accelerator, 0.0, 1.0)
        if brake is not None:
            self.wanted.brake = clamp(brake, 0.0, 1.0)
        if steering is not None:
            self.wanted.steering = clamp(steering, -500.0, 500.0)

    def drive(self, car: Car, dt: float) -> Pedals:
        at = car.pedals.steering
        turn = clamp(self.wanted.steering - at, -STEERING_RATE * dt, STEERING_RATE * dt)
        return Pedals(self.wanted.accelerator, self.wanted.brake, at + turn)
