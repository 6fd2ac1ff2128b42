"""What the navigation asks the car to do, where the car can: the warming of its battery."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from carservices.bus.errors import CarError

log = logging.getLogger(__name__)


class Orders:
    """Sent without waiting for them; ``ask`` sets a signal. Raises nothing: a car may lack any of them."""

    def __init__(self, ask: Callable[[str, str | float], Awaitable[object]]) -> None:
        self._ask = ask
        self._under_way: set[asyncio.Task[None]] = set()

    def give(self, path: str, datum: str | float) -> None:
        """Set a signal."""
        task = asyncio.create_task(self._give(path, datum))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _give(self, path: str, datum: str | float) -> None:
        try:
            await self._ask(path, datum)
        except CarError as error:
            log.info("the car does not take %s: %s", path, error)
