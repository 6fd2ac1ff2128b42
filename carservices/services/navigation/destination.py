"""The car's own word for the destination, two signals, kept at one with the destination of the journey."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from carservices.api.navigation import Place
from carservices.bus import CallError, Car
from carservices.bus.errors import CarError
from carservices.bus.sethandle import same
from carservices.services.navigation.geo import Point
from carservices.signals import Status, Value

DESTINATION: Final = "Vehicle.Cabin.Infotainment.Navigation.DestinationSet"
PATHS: Final = (f"{DESTINATION}.Latitude", f"{DESTINATION}.Longitude")
"""VSS 6.0: double, degrees (WGS 84)."""
NOWHERE: Final[Point] = (0.0, 0.0)
"""What the signals are without a destination: in the sea, and the value of a new car. VSS has no word for it."""
TIMEOUT: Final = 2.0
"""s in which the car shows that it has taken a value; meanwhile the next one waits."""
MOMENT: Final = 3.0
"""s in which the other half of a place follows one that was set: two runs of a command-line tool take 1 s."""

log = logging.getLogger(__name__)


class CarDestination:
    """Tells the car the destination, and calls ``go`` with the place (None: nowhere) that somebody in the car has set.

    What reaches the journey last is the destination. A value that is neither what we said nor the half of our
    destination is somebody else's: half a wish. The wish is whole when both halves have come, or, with the old value
    of the other, when that has not followed within ``moment`` s. ``go`` raises `CallError` when it cannot be: then the
    car is told our destination again, or, while there is none, a lone half waits for the other. A newer wish, or
    another choice of the driver (`lead_to`), ends one under way.

    When the signals come into sight, at the start or after their HAL or the hub was away, the car is told what the
    driver has chosen. While he has chosen nothing, what the car shows is a wish. A car may lack the signals.
    """

    def __init__(self, car: Car, go: Callable[[Point | None], Awaitable[None]], moment: float = MOMENT) -> None:
        self._car = car
        self._go = go
        self._moment = moment
        self._place: Place | None = None
        self._chosen = False
        """Whether the driver has chosen a destination, or to have none."""
        self._shown: dict[str, float] = {}
        """The signals that are in sight."""
        self._seen: dict[str, int] = {}
        """Timestamps (ns) of the newest values; a confirmation may overtake the value it is about."""
        self._said: tuple[str, float] | None = None
        """What the car was told and has not shown yet."""
        self._wish: dict[str, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._going: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._car.on_connection(self._on_connection)
        await self._car.watch(PATHS, self._see)

    def stop(self) -> None:
        self._drop_wish()
        for path in PATHS:
            self._forget(path)

    def lead_to(self, place: Place | None) -> None:
        """The destination of the journey; each new choice is an object of its own."""
        if place is not self._place:
            self._place, self._chosen = place, True
            self._drop_wish()
            self._tell()

    @property
    def _held(self) -> dict[str, float]:
        point = (self._place.lat, self._place.lon) if self._place else NOWHERE
        return dict(zip(PATHS, point, strict=True))

    def _on_connection(self, connected: bool) -> None:
        if not connected:
            for path in PATHS:
                self._forget(path)

    def _forget(self, path: str) -> None:
        """The signal is out of sight."""
        if self._going is None or self._going.done():
            self._drop_wish()
        if self._telling:
            self._telling.cancel()
        self._said = self._telling = None
        self._shown.pop(path, None)
        self._seen.pop(path, None)

    # -- what the car says -------------------------------------------------------------------------------------------

    def _see(self, value: Value) -> None:
        path, degrees = value.path, value.value
        if value.status is not Status.AVAILABLE or not isinstance(degrees, int | float):
            self._forget(path)
        elif value.timestamp > self._seen.get(path, 0):
            first = path not in self._shown
            self._shown[path], self._seen[path] = degrees, value.timestamp
            if first and self._chosen:
                self._tell()
            elif self._said is None or self._said[0] != path or not same(self._said[1], degrees):
                self._take(path, float(degrees))

    def _take(self, path: str, degrees: float) -> None:
        """Half a wish, or the end of one."""
        wish = {**self._wish, path: degrees}
        self._drop_wish()
        self._wish = {half: value for half, value in wish.items() if not same(self._held[half], value)}
        if len(self._wish) == len(PATHS):
            self._fulfil()
        elif self._wish:
            self._timer = asyncio.get_running_loop().call_later(self._moment, self._fulfil)

    def _drop_wish(self) -> None:
        self._wish = {}
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
                self._tell()

    # -- what the car is told ----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        try:
            while not self._wish and (untold := self._untold()):
                self._said = path, degrees = untold
                shown = await (await self._car.set(path, degrees, timeout=TIMEOUT)).confirmed()
                if shown.timestamp > self._seen.get(path, 0):
                    self._shown[path], self._seen[path] = degrees, shown.timestamp
        except CarError as error:
            log.info("the destination is not in the car: %s", error)
        self._said = None

    def _untold(self) -> tuple[str, float] | None:
        """A half that the car shows otherwise, or not at all."""
        absent = dict(zip(PATHS, NOWHERE, strict=True)) | self._shown
        return next(((path, half) for path, half in self._held.items() if not same(half, absent[path])), None)
