"""The engines of a map in order of preference: when one fails the next answers, and says so."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from carservices.api.routes import Mode
from carservices.services.navigation.engine.base import (
    Engine,
    Matched,
    Matrix,
    Outline,
    Route,
    RouteError,
    RouteRequest,
)
from carservices.services.navigation.geo import Point
from carservices.services.navigation.remarks import Remark

R = TypeVar("R")
SIMPLER = Remark.of("engine_lost")
"""What a driver is told of a route by another engine than the best."""

log = logging.getLogger(__name__)


class Engines(Engine):
    """Asks the first engine that is up."""

    def __init__(self, engines: Sequence[Engine]) -> None:
        self._engines = list(engines)
        self._failed: set[str] = set()

    @property
    def name(self) -> str:  # type: ignore[override]
        """Of the one that answers now."""
        return next((one.name for one in self._engines if one.up and one.name not in self._failed), "")

    async def route(self, request: RouteRequest) -> list[Route]:
        if request.mode is Mode.ECO and (weighing := next((one for one in self._engines if one.weighs_energy), None)):
            return await weighing.route(request)
        routes = await self._ask(lambda engine: engine.route(request))
        if routes[0].engine == self._engines[0].name:
            return routes
        return [replace(route, notes=(*route.notes, SIMPLER)) for route in routes]

    async def matrix(self, points: Sequence[Point]) -> Matrix:
        return await self._ask(lambda engine: engine.matrix(points))

    async def isochrone(self, point: Point, minutes: float) -> list[Outline]:
        return await self._ask(lambda engine: engine.isochrone(point, minutes))

    async def match(self, points: Sequence[Point]) -> Matched:
        return await self._ask(lambda engine: engine.match(points))

    async def close(self) -> None:
        for engine in self._engines:
            await engine.close()

    async def _ask(self, question: Callable[[Engine], Awaitable[R]]) -> R:
        for engine in self._engines[:-1]:
            if not engine.up:
                continue
            try:
                answer = await question(engine)
            except RouteError as error:
                if error.kind != "engine_down":
                    raise
                if engine.name not in self._failed:
                    log.warning("%s does not answer (%s): %s takes over", engine.name, error, self._engines[-1].name)
                self._failed.add(engine.name)
            else:
                self._failed.discard(engine.name)
                return answer
        return await question(self._engines[-1])
