"""A map that is open: its roads, engines, search and charging stations, ready for questions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from carservices.services.navigation.desk import Desk
from carservices.services.navigation.engine.choice import Engines
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.engine.valhalla import ValhallaEngine
from carservices.services.navigation.maps.store import CHARGERS, GRAPH, TILES
from carservices.services.navigation.remarks import Remark


@dataclass(frozen=True, slots=True)
class OpenMap:
    """``engine`` is the best that answers, ``roads`` the one every map has."""

    name: str
    folder: Path
    roads: RoadEngine
    engine: Engines
    desk: Desk

    @classmethod
    async def open(cls, name: str, folder: Path, port: Callable[[Path], int | None]) -> "OpenMap":
        """``port`` gives where Valhalla answers for a map; the roads of a country take seconds, in a thread.

        Raises `GraphError` and sqlite3.Error when a part is missing or damaged.
        """
        desk = Desk(name, folder)
        try:
            await desk.open()
            roads = await asyncio.to_thread(lambda: RoadEngine(RoadGraph.load(folder / GRAPH)))
        except BaseException:
            await desk.close()
            raise
        tiled = (folder / TILES).exists()
        engines = Engines([ValhallaEngine(lambda: port(folder)), roads] if tiled else [roads])
        return cls(name, folder, roads, engines, desk)

    @property
    def stations(self) -> Path | None:
        """Its file of charging stations."""
        file = self.folder / CHARGERS
        return file if file.exists() else None

    @property
    def reason(self) -> Remark:
        """Why this engine."""
        if self.engine.name != self.roads.name:
            return Remark.of("engine_full")
        return Remark.of("engine_lost" if (self.folder / TILES).exists() else "engine_plain")

    async def close(self) -> None:
        """Let go of it."""
        await self.engine.close()
        await self.desk.close()
