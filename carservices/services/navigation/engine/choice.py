"""The engines of a map in order of preference: when one fails the next answers, and says so."""

import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from time import monotonic
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
REST_S = 10.0
"""s for which an engine that did not answer is not asked: one that hangs would keep every route waiting."""

log = logging.getLogger(__name__)


class Engines(Engine):
    """Asks the first engine that is up."""

    def __init__(self, engines: Sequence[Engine]) -> None:
        self._engines = list(engines)
        self._failed: dict[Engine, float] = {}
        """When each did not answer, in monotonic s."""

    @property
    def name(self) -> str:  # type: ignore[override]
        """Of the one that answers now."""
        return next((one.name for one in self._engines if self._may_be_asked(one)), "")

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
            if not self._may_be_asked(engine):
                continue
            try:
                answer = await question(engine)
            except RouteError as error:
                if error.kind != "engine_down":
                    raise
                if engine not in self._failed:
                    log.warning("%s does not answer (%s): %s takes over", engine.name, error, self._engines[-1].name)
                self._failed[engine] = monotonic()
            else:
                self._failed.pop(engine, None)
                return answer
        return await question(self._engines[-1])

    def _may_be_asked(self, engine: Engine) -> bool:
        return engine.up and monotonic() - self._failed.get(engine, -math.inf) >= REST_S
