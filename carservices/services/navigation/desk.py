"""Asks a map's databases in a thread of their own: a question that takes long keeps waiting only who asked it."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from carservices.services.navigation.chargers.network import ChargerNetwork
from carservices.services.navigation.maps.store import CHARGERS, SEARCH
from carservices.services.navigation.refusals import Refused
from carservices.services.navigation.remarks import Remark
from carservices.services.navigation.search.search import Search

R = TypeVar("R")

log = logging.getLogger(__name__)


class Desk:
    """Questions are answered one after the other, in their order."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._search, self._chargers = folder / SEARCH, folder / CHARGERS
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="map")
        self._databases = ExitStack()
        """Of the thread, as what it holds."""
        self._opened: tuple[Search, ChargerNetwork | None] | None = None

    async def open(self) -> None:
        """Raises sqlite3.Error where a part is missing or damaged."""
        self._opened = await self._do(self._open)

    def _open(self) -> tuple[Search, ChargerNetwork | None]:
        search = self._databases.enter_context(Search(self._search))
        if not self._chargers.exists():
            return search, None
        return search, self._databases.enter_context(ChargerNetwork(self._chargers))

    async def search(self, question: Callable[[Search], R]) -> R:
        """Raises `Refused` where the map turns out to be damaged, or is another one by now."""
        return await self._ask(lambda search, _: question(search))

    async def chargers(self, question: Callable[[ChargerNetwork], list[R]]) -> list[R]:
        """Nothing of a map without stations. Raises `Refused` as `search`."""
        return await self._ask(lambda _, chargers: question(chargers) if chargers else [])

    async def close(self) -> None:
        """No more questions; those that were asked are answered."""
        self._opened = None
        await self._do(self._databases.close)
        self._thread.shutdown(wait=False)

    async def _ask(self, question: Callable[[Search, ChargerNetwork | None], R]) -> R:
        if self._opened is None:
            raise Refused("UNAVAILABLE", Remark.of("map_closed", map=self._name))
        search, chargers = self._opened
        try:
            return await self._do(lambda: question(search, chargers))
        except sqlite3.Error as error:
            log.error("the databases of the map %s: %s", self._name, error)
            raise Refused("UNAVAILABLE", Remark.of("map_damaged", map=self._name)) from None

    async def _do(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
