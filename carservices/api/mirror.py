"""Signals of the car that are what a service holds: the car is told, and who else sets them is heard."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from carservices.bus import Car
from carservices.bus.errors import CarError
from carservices.bus.sethandle import same
from carservices.signals import Status, Value

TIMEOUT = 2.0
"""s in which the car shows that it has taken a value; meanwhile the next one waits."""

log = logging.getLogger(__name__)


class Mirror:
    """Tells the car ``held()``, numbers by path, and calls ``heard`` with a path and number that somebody else has set.

    What is shown and was not the last thing told is somebody else's: a knob, a client. So what is taken over is not
    sent back, unless an older word of ours has covered it in the car, and there is no loop. One value at a time is
    told, the newest next: no older echo turns anything back.

    When a signal comes into sight, at the start or after its HAL or the hub was away, the car is told what is held, as
    long as that was ``chosen``; before, what the car shows is heard. ``lost`` hears that a signal went out of sight. It
    counts as showing what ``unseen`` has for it, and is not told when that has nothing. A car may lack the signals, or
    not let them be set, which the log says.
    """

    def __init__(
        self,
        car: Car,
        paths: Sequence[str],
        held: Callable[[], Mapping[str, float]],
        heard: Callable[[str, float], None],
        *,
        chosen: bool = False,
        lost: Callable[[], None] = lambda: None,
        unseen: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self._car = car
        self._paths = paths
        self._held = held
        self._heard = heard
        self._lost = lost
        self._unseen = unseen
        self.chosen = chosen
        self._shown: dict[str, float] = {}
        """The signals that are in sight."""
        self._seen: dict[str, int] = {}
        """Timestamps (ns) of the newest values; a confirmation may overtake the value it is about."""
        self._told: tuple[str, float] | None = None
        """What the car was told and has not shown yet."""
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._car.on_connection(lambda connected: None if connected else self.stop())
        await self._car.watch(self._paths, self._see)

    def stop(self) -> None:
        """No signal is in sight."""
        for path in self._paths:
            self._forget(path)

    def tell(self) -> None:
        """Something was chosen, which the car shall show."""
        self.chosen = True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    def _forget(self, path: str) -> None:
        if self._telling:
            self._telling.cancel()
        self._told = self._telling = None
        self._shown.pop(path, None)
        self._seen.pop(path, None)
        self._lost()

    def _see(self, value: Value) -> None:
        path, number = value.path, value.value
        if value.status is not Status.AVAILABLE or not isinstance(number, int | float):
            self._forget(path)
        elif value.timestamp > self._seen.get(path, 0):
            first = path not in self._shown
            self._shown[path], self._seen[path] = number, value.timestamp
            if first and self.chosen:
                self.tell()
            elif self._told is None or self._told[0] != path or not same(self._told[1], number):
                self._heard(path, number)

    async def _tell(self) -> None:
        try:
            while untold := self._untold():
                self._told = path, number = untold
                shown = await (await self._car.set(path, number, timeout=TIMEOUT)).confirmed()
                if shown.timestamp > self._seen.get(path, 0):
                    self._shown[path], self._seen[path] = number, shown.timestamp
        except CarError as error:
            log.info("what was told is not in the car: %s", error)
        self._told = None

    def _untold(self) -> tuple[str, float] | None:
        shown = {**self._unseen, **self._shown}
        held = self._held().items()
        return next(((path, number) for path, number in held if path in shown and not same(number, shown[path])), None)
