"""What the navigation asks the car to set, where the car has it: its destination, the warming of its battery."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from carservices.api.navigation import Place
from carservices.bus.errors import CarError

DESTINATION = "Vehicle.Cabin.Infotainment.Navigation.DestinationSet"

log = logging.getLogger(__name__)


class Orders:
    """Sent without waiting for them; ``ask`` sets a signal. Raises nothing: a car may lack any of them."""

    def __init__(self, ask: Callable[[str, str | float], Awaitable[object]]) -> None:
        self._ask = ask
        self._under_way: set[asyncio.Task[None]] = set()
        self._target: tuple[float, float] | None = None

    def give(self, path: str, datum: str | float) -> None:
        """Set a signal."""
        task = asyncio.create_task(self._give(path, datum))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def lead_to(self, place: Place | None) -> None:
        """Tell the car its destination, each once."""
        target = (place.lat, place.lon) if place else None
        if target is not None and target != self._target:
            for name, degrees in zip(("Latitude", "Longitude"), target, strict=True):
                self.give(f"{DESTINATION}.{name}", degrees)
        self._target = target

    async def _give(self, path: str, datum: str | float) -> None:
        try:
            await self._ask(path, datum)
        except CarError as error:
            log.info("the car does not take %s: %s", path, error)
