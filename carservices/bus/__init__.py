"""The core bus: one connection per process, authenticated, with topics, last values and calls."""

from carservices.bus.car import Car
from carservices.bus.errors import CallError, CarError, NotConnected, SetFailed, UnknownSignal
from carservices.bus.sethandle import SetHandle
from carservices.bus.topics import Watch

__all__ = ["CallError", "Car", "CarError", "NotConnected", "SetFailed", "SetHandle", "UnknownSignal", "Watch"]
