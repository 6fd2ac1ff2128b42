"""Which map is in use: watched, and opened anew when it changes; builds the maps that came with the car."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from carservices.api.navigation import Box, ImportProgress, MapInfo, MapsState
from carservices.services.navigation.engine.graph import GraphError
from carservices.services.navigation.maps.defaults import EXTRACTS
from carservices.services.navigation.maps.errors import FAILED, BuilderKilled, MapError, MapsBusy
from carservices.services.navigation.maps.first import build_first, still_to_build
from carservices.services.navigation.maps.store import MapStore
from carservices.services.navigation.openmap import OpenMap
from carservices.services.navigation.refusals import Refused
from carservices.services.navigation.remarks import Remark

FIRST_MAP_AFTER_S = 3.0
"""s after the start until the first map is built: the car itself comes first."""
BUILDERS = 3
"""Processes that may be killed while they build, as by a machine that has no memory left, until the next start."""
LOOK_S = 2.0
"""s between two looks at whether the map has changed."""
NO_MAP = Remark.of("no_map")

log = logging.getLogger(__name__)


class Atlas:
    """Keeps one map open; ``on_change`` is called when another is in use, or when maps come and go.

    Without a directory (nothing is kept) there is no map.
    """

    def __init__(self, root: Path | None, port: Callable[[Path], int | None], on_change: Callable[[], None]) -> None:
        self._port = port
        self._kept = root is not None
        self._store = MapStore(root or Path(os.devnull))
        self.map: OpenMap | None = None
        self._problem = NO_MAP
        """Why there is none."""
        self._on_change = on_change
        self._changing = asyncio.Lock()
        self._seen: object = None
        self._import: tuple[ImportProgress, Remark | None] | None = None

    async def run(self) -> None:
        """Watch for changes, and build the maps that came with the car."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._look())
            if self._kept:
                both.create_task(self._build())

    async def close(self) -> None:
        """Let go of the map."""
        if self.map is not None:
            await self.map.close()

    async def refresh(self) -> None:
        """Look whether another map is in use by now."""
        async with self._changing:
            name = self._store.current()
            folder = self._store.folder(name) if name else None
            seen = (name, folder, tuple(self._store.names()), self.map and self.map.engine.name)
            if seen == self._seen:
                return
            self._seen = seen
            if name is None or folder is None:
                await self._take(None)
            elif self.map is None or self.map.folder != folder:
                try:
                    await self._take(await self._opened(name))
                except Refused as error:
                    self._problem = error.remark
            self._on_change()

    async def use(self, name: str) -> None:
        """Take another map. Raises `Refused` when it is none or damaged, `MapError`; the one in use then stays."""
        async with self._changing:
            if name not in self._store.names():
                raise Refused("NOT_FOUND", Remark.of("map_unknown", map=name))
            there = self.map is not None and self.map.folder == self._store.folder(name)
            opened = self.map if there else await self._opened(name)
            try:
                self._store.use(name)
            except MapError:
                if opened is not None and not there:
                    await opened.close()
                raise
            if not there:
                await self._take(opened)
            self._seen = None
        await self.refresh()

    async def remove(self, name: str) -> None:
        """Delete a map. Raises `Refused` for one that is in use or is none, `MapError`."""
        if self.map is not None and self.map.name == name:
            raise Refused("INVALID_ARGUMENT", Remark.of("map_in_use", map=name))
        if name not in self._store.names():
            raise Refused("NOT_FOUND", Remark.of("map_unknown", map=name))
        await asyncio.to_thread(self._store.remove, name)
        await self.refresh()

    def opened(self) -> OpenMap:
        """The map in use. Raises `Refused` when there is none."""
        if self.map is None:
            raise Refused("UNAVAILABLE", self._problem)
        return self.map

    def state(self, language: str) -> MapsState:
        """What is published of the maps."""
        opened = self.map
        progress, problem = self._import or (None, None)
        if progress is not None and problem is not None:
            progress = progress.model_copy(update={"problem": problem.text(language)})
        return MapsState(
            current=opened.name if opened else None,
            folder=str(opened.folder) if opened else None,
            available=tuple(self._info(name, language) for name in self._store.names()),
            importing=progress,
            engine=opened.engine.name if opened else None,
            engine_reason=(opened.reason if opened else self._problem).text(language),
        )

    def _info(self, name: str, language: str) -> MapInfo:
        try:
            facts = self._store.facts(name)
        except MapError:
            box = Box(west=0.0, south=0.0, east=0.0, north=0.0)
            title = Remark.of("map_damaged", map=name).text(language)
            return MapInfo(name=name, title=title, box=box, attribution="")
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

    async def _opened(self, name: str) -> OpenMap:
        try:
            return await OpenMap.open(name, self._store.folder(name), self._port)
        except (GraphError, sqlite3.Error) as error:
            log.error("the map %s cannot be used: %s", name, error)
            raise Refused("UNAVAILABLE", Remark.of("map_damaged", map=name)) from None

    async def _take(self, opened: OpenMap | None) -> None:
        before, self.map, self._problem = self.map, opened, NO_MAP
        if before is not None:
            await before.close()

    async def _build(self) -> None:
        """The maps that came with the car, one after the other; one that fails ends it until the next start."""
        wait, lives = FIRST_MAP_AFTER_S, BUILDERS
        while name := next(iter(still_to_build(self._store)), None):
            begun = ImportProgress(name=name, title=EXTRACTS[name].title, part="", done=0.0)
            if self._import is None:
                self._tell(begun)
            await asyncio.sleep(wait)
            wait = 0.0
            try:
                async with aclosing(build_first(self._store, name)) as steps:
                    async for step in steps:
                        self._tell(begun.model_copy(update={"part": step.part, "done": step.done * 100.0}))
                self._import = None
                await self.refresh()
                self._on_change()
            except MapsBusy as error:
                self._tell(begun, error.remark)
                wait = LOOK_S
            except (MapError, OSError) as error:
                log.warning("the map %s that came with the car: %s", name, error)
                if isinstance(error, BuilderKilled) and (lives := lives - 1):
                    wait = LOOK_S
                    continue
                self._tell(begun, error.remark if isinstance(error, MapError) else FAILED)
                return

    def _tell(self, progress: ImportProgress, problem: Remark | None = None) -> None:
        if self._import != (progress, problem):
            self._import = progress, problem
            self._on_change()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.refresh()
            except (MapError, OSError) as error:
                log.warning("the maps in %s cannot be read: %s", self._store.root, error)
