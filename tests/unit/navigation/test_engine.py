"""Routes on the road graph: exact, obeying turns, with the maneuvers a driver expects."""

import heapq
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api.polyline import decode, encode
from carservices.api.routes import Avoid, ManeuverKind, Mode
from carservices.services.navigation.engine.base import RouteError, RouteRequest, Via
from carservices.services.navigation.engine.graph import GraphError, RoadGraph
from carservices.services.navigation.engine.linegraph import ENTER_S
from carservices.services.navigation.engine.maneuvers import decisions
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.flags import Flag
from carservices.services.navigation.geo import metres, moved
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.energy import EnergyModel
from tests.unit.navigation.roads import at, town

CROSS = {1: (0, 0), 2: (0, -300), 3: (300, 0), 4: (0, 300), 5: (-300, 0), 6: (300, 300), 7: (300, -300)}
STREETS = {
    10: ([2, 1], "Südstraße"),
    11: ([1, 3], "Oststraße"),
    12: ([1, 4], "Nordstraße"),
    13: ([1, 5], "Weststraße"),
    14: ([4, 6, 3], "Ring"),
}


def request(*points: tuple[float, float], **options) -> RouteRequest:
    return RouteRequest(tuple(Via(*point) for point in points), **options)


def told(route) -> list[tuple[str, str]]:
    """Kind and first street of each maneuver between start and destination."""
    return [(one.kind.value, one.streets[0] if one.streets else "") for one in route.maneuvers[1:-1]]


def exact(roads: RoadGraph, start: int, per_s: float) -> dict[int, float]:
    """Least m from the head of an arc to the head of each other one: the textbook, one arc at a time."""
    banned = {(a, b) for a, _, b in roads.restrict.tolist()}
    best, heap = {}, [(0.0, start)]
    while heap:
        cost, arc = heapq.heappop(heap)
        if arc in best:
            continue
        best[arc] = cost
        ways_on = roads.out(int(roads.head[arc]))
        for one in ways_on:
            if (arc, one) in banned or (one == roads.twin[arc] and len(ways_on) > 1):
                continue
            entering = (roads.flags[one] & Flag.DESTINATION) > (roads.flags[arc] & Flag.DESTINATION)
            heapq.heappush(heap, (cost + float(roads.length[one]) + entering * ENTER_S * per_s, one))
    return best


@pytest.fixture(scope="module")
def city(neubrandenburg_graph: Path) -> RoadEngine:
    return RoadEngine(RoadGraph.load(neubrandenburg_graph))


def test_shortest_ways_are_those_of_an_exact_search(city: RoadEngine):
    roads = city.roads
    per_s = float(np.median(roads.length / roads.seconds))
    costs = city.lines.costs(Mode.SHORTEST)
    chance = random.Random(5)
    for start in chance.sample(range(roads.arcs), 3):
        cost, _ = city.lines.tree([(start, 0.0)], costs)
        reference = exact(roads, start, per_s)
        found = {arc for arc in np.flatnonzero(np.isfinite(cost)).tolist() if arc != start}
        assert found == reference.keys() - {start}
        assert max(abs(cost[arc] - reference[arc]) for arc in found) < 0.01
        for goal in chance.sample(sorted(found), 40):
            cost, _ = city.lines.ways([(start, 0.0)], [(goal, 0.0)], costs)
            assert cost[goal] == pytest.approx(reference[goal], abs=0.01)


def test_a_search_towards_a_goal_finds_the_cheapest_of_several(city: RoadEngine):
    chance = random.Random(7)
    main, every = np.flatnonzero(city.lines.main).tolist(), range(city.roads.arcs)
    for mode, avoid in ((Mode.FASTEST, frozenset()), (Mode.ECO, frozenset({Avoid.MOTORWAYS, Avoid.TOLLS}))):
        costs = city.lines.costs(mode, avoid)
        for _ in range(25):
            start = [(arc, chance.uniform(0, costs.arc[arc])) for arc in chance.sample(main, 2)]
            goals = [(arc, chance.uniform(0, costs.arc[arc])) for arc in chance.sample(every, 3)]
            all_of, _ = city.lines.tree(start, costs)
            some_of, _ = city.lines.ways(start, goals, costs)
            best, found = (min(cost[arc] - rest for arc, rest in goals) for cost in (all_of, some_of))
            assert found == pytest.approx(best, rel=1e-6)


async def test_a_route_is_as_long_as_its_line_and_its_parts(city: RoadEngine):
    chance = random.Random(1)
    nodes = [int(city.roads.head[arc]) for arc in chance.sample(np.flatnonzero(city.lines.main).tolist(), 12)]
    points = [(float(city.roads.node_lat[node]), float(city.roads.node_lon[node])) for node in nodes]
    for a, b in zip(points[::2], points[1::2], strict=True):
        route = (await city.route(request(a, b)))[0]
        drawn = sum(metres(p, q) for p, q in zip(route.geometry, route.geometry[1:], strict=False))
        assert route.metres == pytest.approx(drawn, rel=2e-3)
        assert sum(edge.metres for edge in route.edges) == pytest.approx(route.metres)
        assert sum(one.metres for one in route.maneuvers) == pytest.approx(route.metres)
        assert sum(one.seconds for one in route.maneuvers) == pytest.approx(route.seconds)


async def test_stops_are_passed_and_ends_are_told(city: RoadEngine):
    points = (53.55354, 13.27298), (53.55580, 13.29186), (53.54349, 13.31280)
    route = (await city.route(request(*points)))[0]
    assert [metres(route.geometry[leg.end_index], p) < 60 for leg, p in zip(route.legs, points[1:], strict=True)] == [
        True,
        True,
    ]
    kinds = [one.kind for one in route.maneuvers]
    assert kinds[0] is ManeuverKind.START
    assert kinds.count(ManeuverKind.WAYPOINT) == 1
    assert kinds[-1].value.startswith("destination")


async def test_alternates_are_other_ways_that_are_not_much_longer(city: RoadEngine):
    best, *others = await city.route(request((53.55354, 13.27298), (53.49538, 13.31028), alternates=2))
    assert others
    for other in others:
        assert best.seconds < other.seconds < 1.5 * best.seconds
        assert len({e.arc for e in best.edges} & {e.arc for e in other.edges}) < 0.8 * len(best.edges)


async def test_the_matrix_says_what_single_routes_say(city: RoadEngine):
    points = [(53.55354, 13.27298), (53.54349, 13.31280), (53.49538, 13.31028)]
    seconds, lengths = await city.matrix(points)
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            if i != j:
                route = (await city.route(request(a, b)))[0]
                assert seconds[i][j] == pytest.approx(route.seconds, abs=0.01)
                assert lengths[i][j] == pytest.approx(route.metres, abs=0.5)


async def test_an_economic_way_takes_less_of_this_cars_energy(city: RoadEngine):
    model, chance = EnergyModel(), random.Random(12)
    nodes = [int(city.roads.head[arc]) for arc in chance.sample(np.flatnonzero(city.lines.main).tolist(), 24)]
    points = [(float(city.roads.node_lat[node]), float(city.roads.node_lon[node])) for node in nodes]
    city.lines.weigh(lambda: model.per_arc(city.roads).kwh)
    kwh, seconds = dict.fromkeys(Mode, 0.0), dict.fromkeys(Mode, 0.0)
    for a, b in zip(points[::2], points[1::2], strict=True):
        for mode in (Mode.FASTEST, Mode.ECO):
            route = (await city.route(request(a, b, mode=mode)))[0]
            kwh[mode] += float(model.along(route.edges, Conditions(), geometry=route.geometry).kwh[-1])
            seconds[mode] += route.seconds
    assert kwh[Mode.ECO] < 0.98 * kwh[Mode.FASTEST]
    assert seconds[Mode.ECO] < 1.1 * seconds[Mode.FASTEST]


async def test_a_recorded_drive_lies_on_the_roads_it_was_driven_on(city: RoadEngine):
    chance = random.Random(2)
    right = total = 0
    for a, b in (((53.55354, 13.27298), (53.49538, 13.31028)), ((53.55580, 13.29186), (53.54349, 13.31280))):
        route = (await city.route(request(a, b)))[0]
        spots = [city.roads.at(edge.arc, s) for edge in route.edges[1:-1] for s in range(10, int(edge.metres), 25)]
        noisy = [
            moved(moved((spot.lat, spot.lon), 0.0, chance.gauss(0, 5)), 90.0, chance.gauss(0, 5)) for spot in spots
        ]
        matched = await city.match([*noisy, (52.0, 13.0)])
        assert matched.ways[-1] == 0
        right += sum(int(city.roads.way[spot.arc]) == way for spot, way in zip(spots, matched.ways, strict=False))
        total += len(spots)
    assert right / total > 0.97


async def test_more_time_reaches_further(city: RoadEngine):
    point = (53.55354, 13.27298)
    areas = [await city.isochrone(point, minutes) for minutes in (3, 8)]
    spans = [max(p[0] for p in area[0]) - min(p[0] for p in area[0]) for area in areas]
    assert 0 < spans[0] < spans[1]


async def test_turns_are_named_by_their_angle(tmp_path: Path):
    engine = town(tmp_path, CROSS, STREETS)
    for target, kind, street in (
        (CROSS[3], "right", "Oststraße"),
        (CROSS[5], "left", "Weststraße"),
    ):
        route = (await engine.route(request(at(0, -250), at(*target))))[0]
        assert told(route) == [(kind, street)]
    straight = (await engine.route(request(at(0, -250), at(0, 250))))[0]
    assert told(straight) == [("becomes", "Nordstraße")]


@pytest.mark.parametrize(
    ("east", "name", "other", "kind"),
    [
        (0, "Südstraße", (-60, "Südstraße"), "stay_right"),  # a fork of 17 degrees
        (60, "Bogen", (-200, "Südstraße"), "slight_right"),  # the other name bends less than the old one
        (0, "Bogen", (-200, "Südstraße"), "becomes"),
    ],
)
async def test_where_a_road_parts_the_driver_is_told_when_he_has_to_choose(
    tmp_path: Path, east: float, name: str, other: tuple[float, str], kind: str
):
    nodes = {1: (0, -300), 2: (0, 0), 3: (east, 200), 4: (other[0], 200)}
    engine = town(tmp_path, nodes, {10: ([1, 2], "Südstraße"), 11: ([2, 3], name), 12: ([2, 4], other[1])})
    route = (await engine.route(request(at(0, -250), at(0.9 * east, 180))))[0]
    assert told(route) == [(kind, name)]


async def test_a_forbidden_turn_is_driven_around(tmp_path: Path):
    free = town(tmp_path, CROSS, STREETS)
    short = (await free.route(request(at(0, -250), at(250, 0))))[0]
    banned = town(tmp_path, CROSS, STREETS, [("no_right_turn", 10, 1, 11)])
    way = (await banned.route(request(at(0, -250), at(250, 0))))[0]
    assert short.metres == pytest.approx(500, abs=2)
    assert way.metres == pytest.approx(250 + 300 + 300 + 300 + 50, abs=3)


async def test_exits_of_a_roundabout_are_counted(tmp_path: Path):
    ring = {20: (0, -20), 21: (20, 0), 22: (0, 20), 23: (-20, 0)}
    arms = {30: (0, -300), 31: (300, 0), 32: (0, 300), 33: (-300, 0)}
    engine = town(
        tmp_path,
        ring | arms,
        {
            40: ([20, 21, 22, 23, 20], "", {"junction": "roundabout"}),
            41: ([30, 20], "Südstraße"),
            42: ([21, 31], "Oststraße"),
            43: ([22, 32], "Nordstraße"),
            44: ([23, 33], "Weststraße"),
        },
    )
    for number, target in enumerate((31, 32, 33), 1):
        route = (await engine.route(request(at(0, -250), at(*arms[target]))))[0]
        enter = route.maneuvers[1]
        assert (enter.kind, enter.roundabout_exit) == (ManeuverKind.ROUNDABOUT_ENTER, number)
        assert enter.streets == (("Oststraße", "Nordstraße", "Weststraße")[number - 1],)
        assert route.maneuvers[2].kind is ManeuverKind.ROUNDABOUT_EXIT


async def test_lanes_lead_where_the_route_goes(tmp_path: Path):
    painted = STREETS | {10: ([2, 1], "Südstraße", {"turn:lanes:forward": "left|through;right|"})}
    engine = town(tmp_path, CROSS, painted)
    for target, valid in ((CROSS[3], [False, True, False]), (CROSS[5], [True, False, False])):
        (turn,) = (await engine.route(request(at(0, -250), at(*target))))[0].maneuvers[1:-1]
        assert [lane.directions for lane in turn.lanes] == [("left",), ("through", "right"), ("through",)]
        assert [lane.valid for lane in turn.lanes] == valid
    back = (await engine.route(request(at(-250, 0), at(0, -250))))[0]
    assert not any(one.lanes for one in back.maneuvers)


def test_on_real_roads_the_lanes_tell_which_one_to_take(city: RoadEngine):
    painted = [arc for arc in range(city.roads.arcs) if city.roads.lanes(arc)]
    turns = [
        one for a in painted for b in city.lines.followers(a) for one in decisions(city.lines, [a, b]) if one.lanes
    ]
    assert len(turns) > 50
    assert all(any(lane.valid for lane in one.lanes) for one in turns)
    assert sum(not all(lane.valid for lane in one.lanes) for one in turns) > 40


async def test_an_exit_is_told_with_its_number_and_where_it_leads(tmp_path: Path):
    nodes = {
        1: (0, -900),
        2: (0, 0, {"highway": "motorway_junction", "ref": "17"}),
        3: (0, 900),
        4: (40, 300),
        5: (300, 400),
    }
    ways = {
        10: ([1, 2], "", {"highway": "motorway", "ref": "A 20", "turn:lanes": "through|through;slight_right"}),
        11: ([2, 3], "", {"highway": "motorway", "ref": "A 20"}),
        12: ([2, 4], "", {"highway": "motorway_link", "oneway": "yes", "destination": "Altentreptow;Friedland"}),
        13: ([4, 5], "Dorfstraße"),
    }
    engine = town(tmp_path, nodes, ways)
    (leave, *_) = (await engine.route(request(at(0, -850), at(290, 396))))[0].maneuvers[1:]
    assert (leave.kind, leave.exit, leave.sign) == (ManeuverKind.EXIT_RIGHT, "17", "Altentreptow, Friedland")
    assert [lane.valid for lane in leave.lanes] == [False, True]


async def test_a_slip_road_beside_a_junction_is_part_of_the_turn(tmp_path: Path):
    nodes = {1: (0, -500), 2: (0, -60), 3: (0, 0), 4: (0, 300), 5: (40, -5), 6: (60, 0), 7: (400, 0), 8: (20, -45)}
    slip = {"highway": "secondary_link", "oneway": "yes"}
    ways = {
        10: ([1, 2], "Südstraße", {"highway": "secondary"}),
        11: ([2, 3, 4], "Südstraße", {"highway": "secondary"}),
        12: ([2, 8, 5, 6], "", slip),
        13: ([3, 6, 7], "Oststraße", {"highway": "secondary"}),
    }
    engine = town(tmp_path, nodes, ways)
    assert told((await engine.route(request(at(0, -450), at(390, 0))))[0]) == [("right", "Oststraße")]
    assert told((await engine.route(request(at(0, -450), at(0, 290))))[0]) == []


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"name": "Oststraße", "oneway": "yes"}, "right"),  # another road, though there is no choice
        ({"name": "Südstraße"}, None),  # the same road, round a bend
    ],
)
async def test_a_corner_is_a_turn_where_the_road_changes(tmp_path: Path, tags: dict[str, str], kind: str | None):
    nodes = {1: (0, -300), 2: (0, 0), 3: (300, 0)}
    engine = town(tmp_path, nodes, {10: ([1, 2], "Südstraße"), 11: ([2, 3], tags.pop("name"), tags)})
    route = (await engine.route(request(at(0, -250), at(290, 0))))[0]
    assert [one.kind.value for one in route.maneuvers[1:-1]] == ([kind] if kind else [])


async def test_the_car_goes_on_ahead_rather_than_turning_round(tmp_path: Path):
    engine = town(tmp_path, CROSS, STREETS | {15: ([3, 7, 2], "Südring")})
    ahead = RouteRequest((Via(*at(0, -150), heading=0.0), Via(*at(0, -250))))
    route = (await engine.route(ahead))[0]
    assert route.metres > 1000
    assert not any("uturn" in one.kind.value for one in route.maneuvers)


async def test_what_is_to_be_avoided_is_driven_only_without_another_way(tmp_path: Path):
    tolled = STREETS | {12: ([1, 4], "Nordstraße", {"toll": "yes"})}
    engine = town(tmp_path, CROSS, tolled)
    avoid = frozenset({Avoid.TOLLS})
    around = (await engine.route(request(at(0, -250), at(10, 300), avoid=avoid)))[0]
    assert not any(edge.flags & Flag.TOLL for edge in around.edges)
    through = (await engine.route(request(at(0, -250), at(0, 150), avoid=avoid)))[0]
    assert any(edge.flags & Flag.TOLL for edge in through.edges)


async def test_a_ferry_that_takes_cars_is_a_way_unless_it_is_to_be_avoided(tmp_path: Path):
    nodes = {1: (0, -300), 2: (0, 0), 3: (0, 300), 4: (0, 600), 5: (6000, 0), 6: (6000, 300)}
    ways = {
        10: ([1, 2], "Südufer"),
        11: ([2, 3], "Fähre", {"route": "ferry", "motor_vehicle": "yes", "highway": ""}),
        12: ([3, 4], "Nordufer"),
        13: ([2, 5, 6, 3], "Brücke"),
        14: ([1, 4], "Ausflugsschiff", {"route": "ferry", "highway": ""}),
    }
    engine = town(tmp_path, nodes, ways)
    ends = at(0, -250), at(0, 590)
    across = (await engine.route(request(*ends)))[0]
    assert [one.kind.value for one in across.maneuvers[1:-1]] == ["ferry_enter", "ferry_exit"]
    around = (await engine.route(request(*ends, avoid=frozenset({Avoid.FERRIES}))))[0]
    assert around.metres > 12_000


async def test_an_island_is_reached_as_near_as_roads_lead(tmp_path: Path):
    island = {50: (150, 150), 51: (200, 150)}
    engine = town(tmp_path, CROSS | island, STREETS | {60: ([50, 51], "Insel")})
    route = (await engine.route(request(at(0, -250), at(200, 150))))[0]
    assert [note.key for note in route.notes] == ["nearest_reachable"]
    assert metres(route.geometry[-1], at(200, 150)) == pytest.approx(100, abs=2)


async def test_a_place_far_from_all_roads_is_led_to_the_nearest_one_and_told_so(tmp_path: Path):
    engine = town(tmp_path, CROSS, STREETS)
    (route, *_) = await engine.route(request(at(0, -250), at(3300, 0)))
    assert metres(route.geometry[-1], at(300, 0)) < 2
    assert [str(note) for note in route.notes] == [
        "The route ends 3.0 km from the place: this map knows no road that is nearer."
    ]


async def test_off_the_map_is_said_in_a_sentence(tmp_path: Path):
    engine = town(tmp_path, CROSS, STREETS)
    with pytest.raises(RouteError, match="There is no road near 48") as caught:
        await engine.route(request(at(0, 0), (48.0, 11.0)))
    assert caught.value.kind == "off_map"


def test_a_graph_of_before_is_read_without_what_it_lacks(neubrandenburg_graph: Path, tmp_path: Path):
    with np.load(neubrandenburg_graph) as file:
        np.savez(tmp_path / "graph.npz", **{name: file[name] for name in file.files if name not in ("signs", "left")})
    roads = RoadGraph.load(tmp_path / "graph.npz")
    assert not roads.left
    assert not any(roads.lanes(arc) or roads.exit(arc) or roads.toward(arc) for arc in range(roads.arcs))


def test_a_truncated_graph_says_what_to_do(neubrandenburg_graph: Path, tmp_path: Path):
    broken = tmp_path / "graph.npz"
    broken.write_bytes(neubrandenburg_graph.read_bytes()[:50_000])
    with pytest.raises(GraphError, match="import the map again"):
        RoadGraph.load(broken)


@given(st.lists(st.tuples(st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000)), max_size=30))
def test_polylines_come_back_as_they_went(points: list[tuple[int, int]]):
    line = [(lat / 1e6, lon / 1e6) for lat, lon in points]
    assert decode(encode(line)) == line


def test_turns_on_which_a_road_goes_on_are_those_without_anything_to_tell(city: RoadEngine):
    lines = city.lines
    shortcut, lines.goes_on = lines.goes_on, [False] * len(lines.goes_on)
    try:
        pairs = zip(lines.source.tolist(), lines.target.tolist(), shortcut, strict=True)
        told = [(a, b) for a, b, goes_on in pairs if goes_on and decisions(lines, (a, b))]
    finally:
        lines.goes_on = shortcut
    assert not told
    assert sum(shortcut) > len(shortcut) / 4
