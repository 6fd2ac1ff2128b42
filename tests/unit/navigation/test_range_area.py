"""How far the charge reaches: against an exact search over hills, and the outlines that are drawn of it."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import shapely

from carservices.services.navigation.engine.base import RouteRequest, Via
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.energy import KWH, EnergyModel, G
from carservices.services.navigation.trips.range_area import Area, around, spent

MODEL = EnergyModel()
RECOVERED = MODEL.vehicle.mass_kg * G * (1.0 - MODEL.vehicle.loss_share) / KWH
MILD = Conditions()
CENTRE = (53.557, 13.261)


@pytest.fixture(scope="module")
def flat(neubrandenburg_graph: Path) -> RoadEngine:
    return RoadEngine(RoadGraph.load(neubrandenburg_graph))


def hilly(path: Path, seed: int) -> RoadGraph:
    """The town over hills of some 40 m."""
    with np.load(path) as parts:
        arrays = {key: parts[key] for key in parts.files}
    names = arrays.pop("names")
    chance = np.random.default_rng(seed)
    east, north = arrays["node_lon"] * 67_000.0, arrays["node_lat"] * 111_000.0
    height = sum(
        20.0 * np.sin(east / chance.uniform(300.0, 900.0) + north / chance.uniform(300.0, 900.0)) for _ in range(4)
    )
    tail = np.repeat(np.arange(len(height)), np.diff(arrays["first"]))
    rise = (height[arrays["head"]] - height[tail]) / arrays["length"]
    arrays |= {"node_ele": height, "grade": np.clip(rise, -0.35, 0.35)}
    return RoadGraph(arrays, names.tolist())


def exact(graph: RoadGraph, take: np.ndarray, starts: dict[int, float], kwh: float) -> np.ndarray:
    """Bellman and Ford: least energy to each node, never with an empty battery on the way."""
    found = np.full(graph.nodes, np.inf)
    for node, cost in starts.items():
        found[node] = cost
    while True:
        offered = np.where(found[graph.tail] <= kwh, found[graph.tail] + take, np.inf)
        better = found.copy()
        np.minimum.at(better, graph.head, offered)
        if np.all(better >= found - 1e-12):
            return np.where(found <= kwh, found, np.inf)
        found = better


@pytest.mark.parametrize(("seed", "kwh"), [(0, 0.3), (1, 0.8), (2, 3.0)])
def test_the_least_energy_over_hills_is_that_of_an_exact_search(neubrandenburg_graph: Path, seed: int, kwh: float):
    graph = hilly(neubrandenburg_graph, seed)
    take = MODEL.per_arc(graph, Conditions(outside_c=15.0)).kwh
    assert take.min() < -0.02, "some arcs lead downhill"
    snap = graph.nearest(*CENTRE, radius_m=500.0, limit=1)[0]
    out, home = spent(graph, [graph.at(snap.arc, 0.0)], take, kwh, RECOVERED)
    best = exact(graph, take, {int(graph.head[snap.arc]): float(take[snap.arc])}, kwh)
    reached = np.isfinite(out)
    assert np.all(out[reached] >= best[reached] - 1e-6)
    assert np.mean(out[reached] - best[reached] < 1e-4) > 0.99
    assert reached.sum() > 0.95 * np.isfinite(best).sum()
    both = reached & np.isfinite(home)
    assert both.sum() > 100
    assert np.all(out[both] + home[both] > 0.0), "no loop gives energy"


@pytest.mark.parametrize("surroundings", [Conditions(tyres_c=42.0, cabin_c=21.0), Conditions(outside_c=-2.0)])
async def test_roads_one_by_one_take_what_ways_over_them_take(flat: RoadEngine, surroundings: Conditions):
    """A search counts arc by arc and cannot know how fast one comes from the arc before; a cold car has to get warm."""
    arcs, graph = MODEL.per_arc(flat.roads, surroundings), flat.roads
    shares = []
    corners = [(53.535, 13.245), (53.575, 13.29), (53.545, 13.31), (53.58, 13.24), (53.557, 13.261), (53.548, 13.278)]
    for here, there in itertools.permutations(corners, 2):
        (route,) = await flat.route(RouteRequest((Via(*here), Via(*there))))
        driven = [edge.metres / graph.length[edge.arc] for edge in route.edges]
        kwh, seconds = (
            np.dot(driven, column[[edge.arc for edge in route.edges]]) for column in (arcs.kwh, arcs.seconds)
        )
        total = float(kwh + MODEL.begin_kwh(surroundings, seconds))
        shares.append(total / MODEL.along(route.edges, surroundings, geometry=route.geometry).spend().kwh)
    assert np.mean(shares) == pytest.approx(1.0, abs=0.02)
    assert np.std(shares) < 0.06


def test_a_cold_car_does_not_get_as_far_as_one_that_has_been_driven(flat: RoadEngine):
    cold = Conditions(outside_c=0.0)
    warm = Conditions(outside_c=0.0, cabin_c=21.0, tyres_c=20.0)
    first, later = (around(flat, CENTRE, MODEL, conditions, 10.0, 0.0).metres for conditions in (cold, warm))
    begin = float(MODEL.begin_kwh(cold, np.array(3600.0)) - MODEL.begin_kwh(warm, np.array(3600.0)))
    assert 0.2 < begin < 1.0
    assert first / later == pytest.approx(1.0 - begin / 10.0, abs=0.01)


def shape(area: tuple[tuple[tuple[float, float], ...], ...]) -> shapely.Geometry:
    return shapely.union_all([shapely.Polygon([(lon, lat) for lat, lon in outline]) for outline in area])


def test_more_charge_reaches_further_and_the_way_back_is_within(flat: RoadEngine):
    def area(kwh: float, conditions: Conditions = MILD) -> Area:
        return around(flat, CENTRE, MODEL, conditions, kwh, 0.0)

    small, large, cold = area(0.4), area(1.0), area(1.0, Conditions(outside_c=-15.0, load_kg=300.0))
    for one in (small, large, cold):
        assert shape(one.back).area < shape(one.reach).area
        assert shape(one.back).difference(shape(one.reach).buffer(3e-3)).is_empty
        assert shape(one.reach).buffer(3e-3).contains(shapely.Point(CENTRE[::-1]))
    assert shape(small.reach).area < shape(cold.reach).area < shape(large.reach).area
    assert cold.metres < large.metres
    assert shape(small.reach).difference(shape(large.reach).buffer(3e-3)).is_empty


def test_an_empty_battery_reaches_nothing_and_a_full_one_all_of_the_map(flat: RoadEngine):
    empty, full = (around(flat, CENTRE, MODEL, Conditions(), kwh, 0.0) for kwh in (0.0, 50.0))
    assert shape(empty.reach).area < 1e-5
    west, south, east, north = flat.roads.box
    bounds = shape(full.reach).bounds
    assert bounds == pytest.approx((west, south, east, north), abs=0.01)
    only_range = around(flat, CENTRE, MODEL, Conditions(), None, 2000.0)
    assert 0.0 < shape(only_range.reach).area < shape(full.reach).area
