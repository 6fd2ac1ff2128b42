"""The map in use, opened: its roads, engines, search and chargers; watched, and opened anew when it changes."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from carservices.api.navigation import Box, ImportProgress, MapInfo, MapsState
from carservices.services.navigation.chargers.network import ChargerNetwork
from carservices.services.navigation.engine.choice import Engines
from carservices.services.navigation.engine.graph import GraphError, RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.engine.valhalla import ValhallaEngine
from carservices.services.navigation.maps.errors import MapError
from carservices.services.navigation.maps.first import build_first, still_to_build
from carservices.services.navigation.maps.store import CHARGERS, GRAPH, SEARCH, TILES, MapStore
from carservices.services.navigation.search.search import Search

FIRST_MAP_AFTER_S = 3.0
"""s after the start until the first map is built: the car itself comes first."""
LOOK_S = 2.0
"""s between two looks at whether the map has changed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenMap:
    """One map, ready for questions."""

    name: str
    folder: Path
    roads: RoadEngine
    engine: Engines
    search: Search
    chargers: ChargerNetwork | None

    @classmethod
    async def open(cls, name: str, folder: Path, port: Callable[[Path], int | None]) -> "OpenMap":
        """``port`` gives where Valhalla answers for a map; the roads of a country take seconds, in a thread.

        Raises GraphError and sqlite3.Error when a part is missing or damaged.
        """
        roads = await asyncio.to_thread(lambda: RoadEngine(RoadGraph.load(folder / GRAPH)))
        chargers = folder / CHARGERS
        return cls(
            name,
            folder,
            roads,
            Engines([ValhallaEngine(lambda: port(folder)), roads] if (folder / TILES).exists() else [roads]),
            Search(folder / SEARCH),
            ChargerNetwork(chargers) if chargers.exists() else None,
        )

    @property
    def stations(self) -> Path | None:
        """Its file of charging stations."""
        return self.folder / CHARGERS if self.chargers else None

    @property
    def reason(self) -> str:
        """Why this engine."""
        if self.engine.name != self.roads.name:
            return "It knows lanes, signs and exits."
        plain = "Routes come from the map's own road graph, with the lanes and signs it knows"
        if (self.folder / TILES).exists():
            return f"{plain}: Valhalla does not answer, though this map has tiles for it."
        return f"{plain}: `carservices nav engine install` and a new import of the map bring Valhalla."

    async def close(self) -> None:
        """Let go of it."""
        await self.engine.close()
        self.search.close()


class Atlas:
    """Knows which map is in use; ``on_change`` is called when another is, or when maps come and go.

    Without a directory (nothing is kept) there is no map.
    """

    def __init__(self, root: Path | None, port: Callable[[Path], int | None], on_change: Callable[[], None]) -> None:
        self._port = port
        self._kept = root is not None
        self.store = MapStore(root or Path(os.devnull))
        self.map: OpenMap | None = None
        self.problem: str | None = None
        self._on_change = on_change
        self._seen: object = None
        self._looking: asyncio.Task[None] | None = None
        self._building: asyncio.Task[None] | None = None
        self._import: ImportProgress | None = None

    async def start(self) -> None:
        """Open the map there is, watch for changes, and build the maps that came with the car."""
        await self.refresh()
        self._looking = asyncio.create_task(self._look())
        if self._kept:
            self._building = asyncio.create_task(self._build())

    async def stop(self) -> None:
        for task in (self._looking, self._building):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self.map is not None:
            await self.map.close()

    async def refresh(self) -> None:
        """Look whether another map is in use by now."""
        name = self.store.current()
        folder = self.store.folder(name) if name else None
        seen = (name, folder, tuple(self.store.names()), self.map and self.map.engine.name)
        if seen == self._seen:
            return
        self._seen = seen
        if name is None or folder is None:
            await self._take(None)
        elif self.map is None or self.map.folder != folder:
            try:
                await self._take(await OpenMap.open(name, folder, self._port))
            except (GraphError, sqlite3.Error) as error:
                self.problem = str(error)
                log.error("the map %s cannot be used: %s", name, error)
        self._on_change()

    def state(self) -> MapsState:
        """What is published of the maps."""
        opened = self.map
        return MapsState(
            current=opened.name if opened else None,
            folder=str(opened.folder) if opened else None,
            available=tuple(self._info(name) for name in self.store.names()),
            importing=self._import,
            engine=opened.engine.name if opened else None,
            engine_reason=opened.reason if opened else self.problem or "There is no map yet.",
        )

    def _info(self, name: str) -> MapInfo:
        try:
            facts = self.store.facts(name)
        except MapError as error:
            box = Box(west=0.0, south=0.0, east=0.0, north=0.0)
            return MapInfo(name=name, title=str(error), box=box, attribution="")
        west, south, east, north = facts.bbox
        return MapInfo(
            name=name,
            title=facts.title,
            box=Box(west=west, south=south, east=east, north=north),
            attribution=facts.attribution,
            synthetic=facts.synthetic,
            bytes=facts.bytes,
            built=facts.built,
        )

    async def _take(self, opened: OpenMap | None) -> None:
        before, self.map = self.map, opened
        self.problem = None
        if before is not None:
            await before.close()

    async def _build(self) -> None:
        await asyncio.sleep(FIRST_MAP_AFTER_S)
        for name in still_to_build(self.store):
            try:
                async with aclosing(build_first(self.store, name)) as steps:
                    async for step in steps:
                        self._import = ImportProgress(name=name, part=step.part, done=step.done * 100.0)
                        self._on_change()
                self._import = None
                await self.refresh()
                self._on_change()
            except (MapError, OSError) as error:
                log.warning("the map %s that came with the car: %s", name, error)
                self._import = ImportProgress(name=name, part="", done=0.0, problem=str(error))
                self._on_change()
                return

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.refresh()
            except (MapError, OSError) as error:
                log.warning("the maps in %s cannot be read: %s", self.store.root, error)
