"""Five times a second: where the car is, and what its driver needs to know there."""

import asyncio
import time
from collections.abc import Callable

from carservices.api.navigation import Guidance, Position
from carservices.services.navigation.atlas import Atlas
from carservices.services.navigation.charging import Charging
from carservices.services.navigation.journey import Journey
from carservices.services.navigation.openmap import OpenMap
from carservices.services.navigation.position.locator import PATHS, Locator
from carservices.services.navigation.refusals import Refused
from carservices.services.navigation.remarks import Remark
from carservices.signals import Value

PERIOD = 0.2
"""s between two positions."""


class Pulse:
    """Says positions and guidance when they have changed."""

    PATHS = (*PATHS, *Charging.PATHS)

    def __init__(
        self,
        atlas: Atlas,
        journey: Journey,
        charging: Charging,
        say_position: Callable[[Position], None],
        say_guidance: Callable[[Guidance], None],
    ) -> None:
        self._atlas, self._journey, self._charging = atlas, journey, charging
        self._say_position, self._say_guidance = say_position, say_guidance
        self._opened: OpenMap | None = None
        self._locator = Locator()
        self._guidance: Guidance | None = None
        self.position: Position | None = None
        """The last one."""

    @property
    def here(self) -> Position:
        """Where the car is. Raises `Refused` while that is not known."""
        if self.position is None:
            raise Refused("UNAVAILABLE", Remark.of("no_position"))
        return self.position

    def take(self, value: Value) -> None:
        """A signal of `PATHS`."""
        if value.path in Charging.PATHS:
            self._charging.take(value)
        if value.path in PATHS:
            self._locator.take(value, time.monotonic())

    def use_map(self) -> None:
        """Perhaps another map is in use."""
        opened = self._atlas.map
        if opened is not self._opened:
            self._opened = opened
            self._locator.use(opened.roads.lines if opened else None)
            self._charging.use(opened)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            self.beat()

    def beat(self) -> None:
        """Look where the car is now."""
        now = time.monotonic()
        position, snap = self._locator.position(now), self._locator.snap
        self._charging.consumption.tick(now, snap.arc if snap else None)
        if position is not None and (self.position is None or _differs(position, self.position)):
            self.position = position
            self._say_position(position)
        engine = self._atlas.map.engine if self._atlas.map else None
        guidance = self._journey.update(position, engine, time.time())
        if position is not None:
            guidance = self._charging.live(guidance, self._journey, position, engine, now)
        if guidance != self._guidance:
            self._guidance = guidance
            self._say_guidance(guidance)


def _differs(a: Position, b: Position) -> bool:
    """Whether anything but the time is another."""
    return a.model_copy(update={"time": b.time}) != b
