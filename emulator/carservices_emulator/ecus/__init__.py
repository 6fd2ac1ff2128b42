"""The control units of the emulated car on a CAN bus."""

from carservices_emulator.ecus.carbus import CarBus

__all__ = ["CarBus"]
