"""What who writes a first HAL gets wrong in Python itself: a HAL each."""

import threading
import time

from carservices.hal import Hal, VirtualHal
from carservices.signals import SignalConfig, Value

SPEED = SignalConfig(path="Vehicle.Speed", datatype="float")


class Sound(Hal):
    async def open(self):
        return [SPEED]

    async def events(self):
        yield [Value(SPEED.path, 1.0, time.monotonic_ns())]


class NoEvents(Hal):
    async def open(self):
        return [SPEED]


class NoOptionsTaken(Sound):
    def __init__(self):
        pass


class OptionsOfAnotherKind(Sound):
    Options = dict


class PathMisspelt(Sound):
    def __init__(self, options):
        super().__init__(options)
        self.config = SignalConfig(path="my speed", datatype="float")


class DeviceMissing(Sound):
    async def open(self):
        raise FileNotFoundError(2, "No such file or directory", "/dev/ttyUSB7")


class OpenForgetsReturn(Sound):
    async def open(self):
        pass


class OpenIsNoCoroutine(Sound):
    def open(self):
        return [SPEED]


class OpenReturnsPaths(Sound):
    async def open(self):
        return [SPEED.path]


class OpenBlocks(Sound):
    async def open(self):
        threading.Event().wait()


class EventsForgetYield(VirtualHal):
    async def events(self):
        return []


class EventsYieldNoList(VirtualHal):
    async def events(self):
        yield Value(SPEED.path, 1.0, time.monotonic_ns())


class EventsRaise(VirtualHal):
    async def events(self):
        yield []
        raise ZeroDivisionError("no gear")


class EventsBlock(VirtualHal):
    async def events(self):
        yield []
        threading.Event().wait()
