"""Targets as `kuksa.val.v1` has them: the last command to each actuator, and older providers that listen for them."""

import contextlib
import time
from collections.abc import AsyncIterator, Sequence

from carservices.signals import Datum, Value
from carservices_hal.doors.access import Access
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.mailbox import Mailbox
from carservices_hal.doors.vehicle import Vehicle

KEY = "target of "
"""What marks a target in a mailbox that has values too."""


class Listener:
    """Who subscribed to targets; for the actuators that it may provide, it is their provider."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self.provides: set[str] = set()

    def actuate(self, path: str, value: Datum) -> None:
        self.say(Value(path, value, time.monotonic_ns()))

    def sampled(self, path: str, rate: float) -> None:
        """An older provider publishes when it likes."""

    def say(self, value: Value) -> None:
        self._mailbox.put(value, KEY + value.path)


class Targets:
    """The targets of one door."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self._listeners: dict[Listener, frozenset[str]] = {}
        self.last: dict[str, Value] = {}

    def say(self, value: Value) -> None:
        """A command was accepted."""
        self.last[value.path] = value
        for listener, paths in self._listeners.items():
            if value.path in paths - listener.provides:
                listener.say(value)

    @contextlib.asynccontextmanager
    async def follow(self, access: Access, paths: Sequence[str], mailbox: Mailbox) -> AsyncIterator[None]:
        """Put the targets of these actuators into a mailbox, beginning with those of now."""
        listener = Listener(mailbox)
        self._listeners[listener] = frozenset(paths)
        try:
            for path in access.provide.select(paths):
                with contextlib.suppress(DoorError):  # it has a HAL or a provider: this client only looks on
                    await self._vehicle.claim(access, listener, {path: None}, actuation=True)
                    listener.provides.add(path)
            for path in paths:
                if path in self.last:
                    listener.say(self.last[path])
            yield
        finally:
            del self._listeners[listener]
            self._vehicle.providers.release(listener)
