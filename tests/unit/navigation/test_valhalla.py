"""The Valhalla engine in a process of its own: its routes as ours, and what happens when it is killed."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from carservices.api.polyline import encode
from carservices.api.routes import ManeuverKind
from carservices.services.navigation.engine.base import RouteError, RouteRequest, Via
from carservices.services.navigation.engine.choice import Engines
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.engine.sidecar import SidecarError, serve
from carservices.services.navigation.engine.sidecar_port import port_of
from carservices.services.navigation.engine.valhalla import ValhallaEngine
from carservices.services.navigation.engine.valhalla_answer import routes_of
from carservices.services.navigation.geo import metres
from carservices.services.navigation.maps.defaults import EXTRACTS
from carservices.services.navigation.maps.routing_tiles import write_tiles
from carservices.services.navigation.maps.store import GRAPH, TILES, MapFacts, MapStore
from carservices.services.navigation.valhalla_home import INSTALLED, find_programs
from carservices.system.run_dir import state_dir

HERE, STOP, THERE = (53.55354, 13.27298), (53.55580, 13.29186), (53.54349, 13.31280)
ON_THE_LAKE = (53.5150, 13.2170)
HOME = find_programs(state_dir())
installed = pytest.mark.skipif(HOME is None, reason="Valhalla is not installed: carservices nav engine install")


@pytest.fixture(scope="module")
def car_with_tiles(tmp_path_factory: pytest.TempPathFactory, neubrandenburg_graph: Path) -> Path:
    """A state directory with Valhalla and a map of roads and tiles."""
    state = tmp_path_factory.mktemp("state")
    store = MapStore(state / "maps")
    assert HOME is not None
    (state / INSTALLED).parent.mkdir(parents=True)
    (state / INSTALLED).symlink_to(HOME)
    work = store.work_folder("city")
    work.mkdir(parents=True)
    box = (13.09, 53.41, 13.44, 53.63)
    write_tiles(HOME, EXTRACTS["neubrandenburg"].pbf, work / TILES, box, "DE", None)
    (work / GRAPH).write_bytes(neubrandenburg_graph.read_bytes())
    with store.locked():
        store.publish(MapFacts("city", "City", "", box, "", 0.0, synthetic=False))
    return state


class Sidecar:
    """The sidecar's program as a task, with its run directory."""

    def __init__(self, run_dir: Path, state: Path) -> None:
        self.folder = MapStore(state / "maps").folder("city")
        self.run_dir = run_dir
        self._state = state
        self.task: asyncio.Task[None] | None = None

    def port(self) -> int | None:
        return port_of(self.run_dir, self.folder)

    async def start(self) -> None:
        up = asyncio.Event()
        self.task = asyncio.create_task(serve(self.run_dir, self._state, up.set))
        await asyncio.wait_for(up.wait(), 20)


@pytest_asyncio.fixture
async def sidecar(car_with_tiles: Path, tmp_path: Path) -> AsyncIterator[Sidecar]:
    sidecar = Sidecar(tmp_path, car_with_tiles)
    await sidecar.start()
    yield sidecar
    assert sidecar.task is not None
    sidecar.task.cancel()
    with contextlib.suppress(asyncio.CancelledError, SidecarError):
        await sidecar.task


@installed
async def test_valhalla_and_the_road_graph_answer_alike(sidecar: Sidecar, neubrandenburg_graph: Path):
    request = RouteRequest(tuple(Via(*point) for point in (HERE, STOP, THERE)))
    theirs, ours = ValhallaEngine(sidecar.port), RoadEngine(RoadGraph.load(neubrandenburg_graph))
    for engine in (theirs, ours):
        route = (await engine.route(request))[0]
        assert route.engine == engine.name
        assert metres(route.geometry[0], HERE) < 30
        assert metres(route.geometry[-1], THERE) < 30
        assert metres(route.geometry[route.legs[0].end_index], STOP) < 30
        kinds = [one.kind for one in route.maneuvers]
        assert kinds[0] is ManeuverKind.START
        assert kinds.count(ManeuverKind.WAYPOINT) == 1
        assert kinds[-1].value.startswith("destination")
        assert sum(edge.metres for edge in route.edges) == pytest.approx(route.metres, rel=0.02)
        assert {edge.limit for edge in route.edges} & {30, 50}
        assert any(edge.street == "Juri-Gagarin-Ring" for edge in route.edges)
    lengths = [(await engine.matrix([HERE, THERE]))[1][0][1] for engine in (theirs, ours)]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.3)
    areas = [await engine.isochrone(HERE, 5.0) for engine in (theirs, ours)]
    assert all(len(area[0]) > 10 for area in areas)
    drive = route.geometry[::3]
    matches = [await engine.match(drive) for engine in (theirs, ours)]
    assert len(set(matches[0].ways) & set(matches[1].ways)) > 0.6 * len(set(matches[0].ways))
    for engine in (theirs, ours):
        (lake,) = await engine.route(RouteRequest((Via(*HERE), Via(*ON_THE_LAKE))))
        assert [note.key for note in lake.notes] == ["ends_beside"]
        assert 300.0 < metres(lake.geometry[-1], ON_THE_LAKE) < 1500.0
        with pytest.raises(RouteError, match="no road near"):
            await engine.route(RouteRequest((Via(*HERE), Via(53.75, 13.27))))
    await theirs.close()


@installed
async def test_when_valhalla_is_killed_the_road_graph_takes_over_until_it_is_back(
    sidecar: Sidecar, neubrandenburg_graph: Path
):
    roads = RoadEngine(RoadGraph.load(neubrandenburg_graph))
    engines = Engines([ValhallaEngine(sidecar.port), roads])
    request = RouteRequest((Via(*HERE), Via(*THERE)))
    assert (await engines.route(request))[0].engine == "valhalla"
    assert sidecar.task is not None
    sidecar.task.cancel()
    await asyncio.wait({sidecar.task})
    assert (await engines.route(request))[0].engine == engines.name == "roads"
    await sidecar.start()
    assert (await engines.route(request))[0].engine == engines.name == "valhalla"
    await engines.close()


async def test_an_engine_that_hangs_is_left_alone_for_a_while(
    neubrandenburg_graph: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("carservices.services.navigation.engine.valhalla.TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        roads = RoadEngine(RoadGraph.load(neubrandenburg_graph))
        engines = Engines([ValhallaEngine(lambda: silent.getsockname()[1]), roads])
        for _ in range(3):
            assert (await engines.route(RouteRequest((Via(*HERE), Via(*THERE)))))[0].engine == engines.name == "roads"
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()
        monkeypatch.setattr("carservices.services.navigation.engine.choice.REST_S", 0.0)
        assert engines.name == "valhalla"
        await engines.close()


def test_an_answer_of_valhalla_becomes_a_route():
    line = encode([(52.0, 13.0), (52.001, 13.0), (52.001, 13.002)])
    leg = {
        "shape": line,
        "summary": {"length": 0.25, "time": 30.0},
        "maneuvers": [
            {"type": 2, "begin_shape_index": 0, "length": 0.11, "time": 12.0, "street_names": ["A 1"]},
            {
                "type": 20,
                "begin_shape_index": 1,
                "length": 0.14,
                "time": 18.0,
                "sign": {
                    "exit_number_elements": [{"text": "23"}],
                    "exit_toward_elements": [{"text": "Berlin"}, {"text": "Mitte"}],
                },
                "lanes": [{"directions": 2}, {"directions": 2 | 64, "valid": 64, "active": 64}],
            },
            {"type": 6, "begin_shape_index": 2, "length": 0.0, "time": 0.0},
        ],
    }
    edge = {"length": 0.11, "speed": 100, "speed_limit": "unlimited", "way_id": 7, "begin_shape_index": 0, "toll": True}
    route = routes_of({"legs": [leg]}, [[edge]], "valhalla")
    exit_ramp = route.maneuvers[1]
    assert (exit_ramp.kind, exit_ramp.exit, exit_ramp.sign) == (ManeuverKind.EXIT_RIGHT, "23", "Berlin, Mitte")
    assert [lane.valid for lane in exit_ramp.lanes] == [False, True]
    assert exit_ramp.lanes[1].directions == ("through", "right")
    assert route.maneuvers[-1].kind is ManeuverKind.DESTINATION_LEFT
    assert (route.metres, route.seconds, route.edges[0].limit) == (250.0, 30.0, 130)
