"""The car's own word for the destination, two signals, kept at one with the destination of the journey."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from carservices.api.mirror import Mirror
from carservices.api.navigation import Place
from carservices.bus import CallError, Car
from carservices.bus.sethandle import same
from carservices.services.navigation.geo import Point

DESTINATION: Final = "Vehicle.Cabin.Infotainment.Navigation.DestinationSet"
PATHS: Final = (f"{DESTINATION}.Latitude", f"{DESTINATION}.Longitude")
"""VSS 6.0: double, degrees (WGS 84)."""
NOWHERE: Final[Point] = (0.0, 0.0)
"""What the signals are without a destination: in the sea, and the value of a new car. VSS has no word for it."""
MOMENT: Final = 3.0
"""s in which the other half of a place follows one that was set: two runs of a command-line tool take 1 s."""

log = logging.getLogger(__name__)


class CarDestination:
    """Tells the car the destination, and calls ``go`` with the place (None: nowhere) that somebody in the car has set.

    What reaches the journey last is the destination. A value that is not the half of our destination is half a wish.
    The wish is whole when both halves have come, or, with the value the other had before, when that has not followed
    within ``moment`` s. ``go`` raises `CallError` when it cannot be: then the car is told our destination again, or,
    while there is none, a lone half waits for the other. One under way is ended by a newer one and by another choice of
    the driver (`lead_to`). While the driver has chosen nothing, what the car shows when it comes into sight is a wish.
    """

    def __init__(self, car: Car, go: Callable[[Point | None], Awaitable[None]], moment: float = MOMENT) -> None:
        self._go = go
        self._moment = moment
        self._place: Place | None = None
        self._wish: dict[str, float] = {}
        self._fresh: set[str] = set()
        """Halves that are not part of a whole place under way."""
        self._timer: asyncio.TimerHandle | None = None
        self._going: asyncio.Task[None] | None = None
        self._mirror = Mirror(
            car, PATHS, self._to_show, self._take, lost=self._on_lost, unseen=dict(zip(PATHS, NOWHERE, strict=True))
        )
        self.start = self._mirror.start

    def stop(self) -> None:
        self._drop_wish()
        self._mirror.stop()

    def lead_to(self, place: Place | None) -> None:
        """The destination of the journey; each new choice is an object of its own."""
        if place is not self._place:
            self._place = place
            self._drop_wish()
            self._mirror.tell()

    @property
    def _held(self) -> dict[str, float]:
        point = (self._place.lat, self._place.lon) if self._place else NOWHERE
        return dict(zip(PATHS, point, strict=True))

    def _to_show(self) -> dict[str, float]:
        return {} if self._wish else self._held

    def _on_lost(self) -> None:
        if self._going is None or self._going.done():
            self._drop_wish()

    def _take(self, path: str, degrees: float) -> None:
        """Half a wish, or the end of one."""
        wish, fresh = {**self._wish, path: degrees}, {*self._fresh, path}
        self._drop_wish()
        self._wish = {half: value for half, value in wish.items() if not same(self._held[half], value)}
        self._fresh = fresh & self._wish.keys()
        if len(self._fresh) == len(PATHS):
            self._fresh = set()
            self._fulfil()
        elif self._wish:
            self._timer = asyncio.get_running_loop().call_later(self._moment, self._fulfil)

    def _drop_wish(self) -> None:
        self._wish, self._fresh = {}, set()
        if self._timer:
            self._timer.cancel()
        if self._going and self._going is not asyncio.current_task():
            self._going.cancel()
        self._timer = self._going = None

    def _fulfil(self) -> None:
        self._going = asyncio.create_task(self._go_there())

    async def _go_there(self) -> None:
        whole = self._held | self._wish
        point = whole[PATHS[0]], whole[PATHS[1]]
        try:
            await self._go(None if point == NOWHERE else point)
        except CallError as error:
            log.warning("%.5f, %.5f, set in the car, is no destination: %s", *point, error)
            if self._place or len(self._wish) == len(PATHS):
                self._wish = {}
                self._mirror.tell()
