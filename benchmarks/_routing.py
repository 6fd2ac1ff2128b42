"""Routes in a city: over the bus, by each engine directly, beside an exact search; how fast Valhalla comes up."""

import asyncio
import heapq
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
from _table import Row
from _turns import agreement

from carservices.api.navigation import Navigation, Place, RouteOptions
from carservices.api.routes import Mode
from carservices.api.state import STATE_DIR_VARIABLE
from carservices.hal.virtual import VirtualHal
from carservices.services.navigation.engine.base import Engine, RouteError, RouteRequest, Via
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.engine.sidecar import serve
from carservices.services.navigation.engine.sidecar_port import port_of
from carservices.services.navigation.engine.valhalla import ValhallaEngine
from carservices.services.navigation.maps.importer import import_shipped
from carservices.services.navigation.maps.store import GRAPH, TILES, MapStore
from carservices.services.navigation.position.locator import LATITUDE, LONGITUDE
from carservices.services.navigation.service import NavigationService
from carservices.services.navigation.valhalla_home import INSTALLED, find_programs
from carservices.signals import Catalogue
from carservices.system.run_dir import state_dir
from carservices.testing import car

CITY, SEED = "neubrandenburg", 3
BUS_P50_MS, BUS_P99_MS, ROADS_P99_MS, UP_S = 10.0, 40.0, 5.0, 0.5
TOLD_PERCENT = 90.0
COMPARED = 60
"""Routes whose instructions are compared; each measurement has at least as many."""
PLAIN = RouteOptions(alternates=0)
Pair = tuple[tuple[float, float], tuple[float, float]]


def measure_routing(maps: MapStore, *, quick: bool) -> list[Row]:
    """Rows of the road graph, and of Valhalla where it is installed; the maps get its tiles."""
    programs = find_programs(state_dir())
    state = maps.root.parent
    if programs is not None:
        (state / INSTALLED).parent.mkdir(parents=True)
        (state / INSTALLED).symlink_to(programs)
        import_shipped(maps, CITY)
    maps.use(CITY)
    os.environ[STATE_DIR_VARIABLE] = str(state)
    rows = asyncio.run(_measure(maps, state, 150 if quick else 400))
    if programs is None:
        why = "Valhalla is not installed: carservices nav engine install"
        rows.append(Row("Valhalla over the bus: p50", None, "ms", BUS_P50_MS, note=why))
    return rows


async def _measure(store: MapStore, state: Path, count: int) -> list[Row]:
    roads = RoadEngine(RoadGraph.load(store.folder(CITY) / GRAPH))
    pairs = _pairs(roads, count)
    direct = await _times(pairs, lambda pair: _route(roads, pair))
    worked = await _times(pairs, lambda pair: _route(roads, pair), time.process_time)
    bus = await _over_the_bus(pairs, None)
    rows = [
        Row(f"road graph, {count} routes: p99", _at(direct, 99), "ms", ROADS_P99_MS),
        Row("there, processor time: p99", _at(worked, 99), "ms", ROADS_P99_MS),
        Row("road graph: longest deviation from an exact search", _deviation(roads, 5), "m", 0.01),
        Row("road graph over the bus: p50", _at(bus, 50), "ms", BUS_P50_MS, peers={"directly": _at(direct, 50)}),
        Row("road graph over the bus: p99", _at(bus, 99), "ms", BUS_P99_MS, peers={"directly": _at(direct, 99)}),
    ]
    tiled = (store.folder(CITY) / TILES).exists()
    return [*rows, *(await _valhalla(pairs, roads, store, state))] if tiled else rows


async def _valhalla(pairs: list[Pair], roads: RoadEngine, store: MapStore, state: Path) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        run_dir, up = Path(name), asyncio.Event()
        start = time.perf_counter()
        sidecar = asyncio.create_task(serve(run_dir, state, up.set))
        await asyncio.wait({sidecar, asyncio.create_task(up.wait())}, return_when=asyncio.FIRST_COMPLETED)
        took = time.perf_counter() - start
        engine = ValhallaEngine(lambda: port_of(run_dir, store.folder(CITY)))
        direct = await _times(pairs, lambda pair: _route(engine, pair))
        bus = await _over_the_bus(pairs, run_dir)
        alike = await agreement(roads, engine, pairs[:COMPARED])
        await engine.close()
        sidecar.cancel()
        await asyncio.gather(sidecar, return_exceptions=True)
    return [
        Row("Valhalla takes questions after its start", took, "s", UP_S),
        Row("Valhalla over the bus: p50", _at(bus, 50), "ms", BUS_P50_MS, peers={"directly": _at(direct, 50)}),
        Row("Valhalla over the bus: p99", _at(bus, 99), "ms", BUS_P99_MS, peers={"directly": _at(direct, 99)}),
        Row("routes of Valhalla that lie on the road graph's roads", 100.0 * alike.routes / COMPARED, "%"),
        Row("there: its instructions that the road graph gives too", alike.told, "%", TOLD_PERCENT, less=False),
        Row("there: the road graph's instructions that it does not give", alike.extra, "%"),
        Row("there: its lanes that the road graph gives too, the same ones right", alike.lanes, "%"),
    ]


async def _over_the_bus(pairs: list[Pair], sidecar: Path | None) -> list[float]:
    """Previews by the service, from where the car stands to the end of each pair."""
    known = Catalogue.default()
    here = dict(zip((LATITUDE, LONGITUDE), pairs[0][0], strict=True))
    hal = VirtualHal.of(*(known.config(path, min_rate=1, max_rate=50) for path in here), values=here)
    async with car(hal) as c:
        if sidecar is not None:
            (c.run_dir / "valhalla.port").write_bytes((sidecar / "valhalla.port").read_bytes())
        await c.start_service(NavigationService)
        nav = c.service(Navigation)
        await c.until_state(nav.position, lambda position: True)
        return await _times(pairs, lambda pair: nav.preview(Place(lat=pair[1][0], lon=pair[1][1]), PLAIN))


async def _route(engine: Engine, pair: Pair) -> None:
    await engine.route(RouteRequest(tuple(Via(*point) for point in pair)))


async def _times(
    pairs: list[Pair], ask: Callable[[Pair], Awaitable[object]], clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """ms of each by a clock; that of the processor leaves out what others do on a busy machine."""
    times = []
    for pair in pairs:
        start = clock()
        try:
            await ask(pair)
        except RouteError:
            continue
        times.append((clock() - start) * 1000.0)
    return times


def _pairs(roads: RoadEngine, count: int) -> list[Pair]:
    """Ends of roads that all others can be reached from, by a seed."""
    graph, chance = roads.roads, random.Random(SEED)
    nodes = graph.head[np.flatnonzero(roads.lines.main)].tolist()
    points = [(float(graph.node_lat[n]), float(graph.node_lon[n])) for n in chance.choices(nodes, k=2 * count)]
    return list(zip(points[::2], points[1::2], strict=True))


def _deviation(engine: RoadEngine, starts: int) -> float:
    """m by which shortest ways differ from those of Dijkstra's algorithm written out in Python."""
    lines, costs = engine.lines, engine.lines.costs(Mode.SHORTEST)
    turns: dict[int, list[tuple[int, float]]] = {}
    for source, target, price in zip(lines.source.tolist(), lines.target.tolist(), costs.turn.tolist(), strict=True):
        turns.setdefault(source, []).append((target, price))
    worst = 0.0
    for start in random.Random(SEED).sample(np.flatnonzero(lines.main).tolist(), starts):
        found, _ = lines.tree([(start, 0.0)], costs)
        exact: dict[int, float] = {}
        heap = [(0.0, start)]
        while heap:
            cost, arc = heapq.heappop(heap)
            if arc not in exact:
                exact[arc] = cost
                for follower, price in turns.get(arc, ()):
                    heapq.heappush(heap, (cost + price, follower))
        worst = max(worst, *(abs(float(found[arc]) - cost) for arc, cost in exact.items() if arc != start))
    return worst


def _at(times: list[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]
