"""Turn restrictions over nodes and over ways: the graph allows what a reader of them allows, and nothing else."""

import itertools
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices.services.navigation.maps.defaults import EXTRACTS
from carservices.services.navigation.maps.road_graph import write_graph
from carservices.services.navigation.maps.roads import read_network
from tests.unit.navigation.towns import write_town

STEP = 0.001
CROSSINGS = {3 * row + column + 1: (53.0 + row * STEP, 13.0 + column * STEP) for row in range(3) for column in range(3)}
BLOCKS = {10 * a + b: (a, b) for a, b in itertools.combinations(CROSSINGS, 2) if (b - a == 1 and a % 3) or b - a == 3}
"""The streets of a town of four blocks, each from crossing to crossing, by way."""
WALK = 4
Walk = tuple[int, ...]


def ways_of(walk: Walk) -> list[int]:
    return [10 * min(pair) + max(pair) for pair in itertools.pairwise(walk)]


def walks(length: int) -> list[Walk]:
    """Along so many streets, turning round included."""
    found: list[Walk] = [(a,) for a in CROSSINGS]
    for _ in range(length):
        found = [(*walk, b) for walk in found for b in CROSSINGS if 10 * min(walk[-1], b) + max(walk[-1], b) in BLOCKS]
    return found


@st.composite
def restrictions(draw: st.DrawFn) -> tuple[str, Walk]:
    """Of a walk over a crossing, or over one street or two."""
    every = [walk for length in (2, 3, 4) for walk in walks(length)]
    walk = draw(st.sampled_from([walk for walk in every if len(walk) == 3 or len(set(ways_of(walk))) == len(walk) - 1]))
    return draw(st.sampled_from(["no_left_turn", "only_straight_on"])), walk


def broken(walk: Walk, kind: str, ban: Walk) -> bool:
    """Whether a walk does what the restriction forbids: only turns bind from their way or ways on."""
    for start in range(len(walk) - len(ban) + 1):
        part = walk[start : start + len(ban)]
        if kind.startswith("no_") and part == ban:
            return True
    entered = 2 if len(ban) == 3 else 3
    for start in range(len(walk)):
        part = walk[start : start + len(ban)]
        same = next((k for k, (a, b) in enumerate(zip(part, ban, strict=False)) if a != b), len(part))
        if kind.startswith("only_") and entered <= same < len(part):
            return True
    return False


@settings(max_examples=15, deadline=None)
@given(st.lists(restrictions(), max_size=4))
def test_a_walk_is_possible_when_no_restriction_forbids_it(bans: list[tuple[str, Walk]]) -> None:
    graph = built(bans)
    follows = {
        int(arc): range(graph["first"][head], graph["first"][head + 1]) for arc, head in enumerate(graph["head"])
    }
    apart = {(int(a), int(b)) for a, _, b in graph["restrict"]}
    tails = np.repeat(np.arange(len(CROSSINGS)), np.diff(graph["first"]))
    _, plain = np.unique(np.column_stack((graph["way"], tails)), axis=0, return_index=True)
    assert np.flatnonzero(graph["twin"][graph["twin"]] == np.arange(len(tails))).tolist() == sorted(plain)
    driven = [(arc,) for arc in follows]
    for _ in range(WALK - 1):
        driven = [(*arcs, one) for arcs in driven for one in follows[arcs[-1]] if (arcs[-1], one) not in apart]
    places = [*tails, -1]
    possible = {(*(int(places[arc]) + 1 for arc in arcs), int(graph["head"][arcs[-1]]) + 1) for arcs in driven}
    assert possible == {walk for walk in walks(WALK) if not any(broken(walk, *ban) for ban in bans)}


@pytest.mark.parametrize(
    ("tags", "holds"),
    [
        ({"restriction": "no_left_turn"}, True),
        ({"restriction": "no_left_turn", "except": "bus; motorcar"}, False),
        ({"restriction": "give_way"}, False),
        ({"restriction": "no_left_turn", "except": "bus"}, True),
        ({"restriction:motorcar": "no_left_turn"}, True),
        ({"restriction:hgv": "no_left_turn"}, False),
        ({"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"}, False),
    ],
)
def test_a_restriction_holds_for_cars_and_at_all_times_or_not_at_all(tags: dict[str, str], holds: bool) -> None:
    graph = built([(tags, (1, 2, 5))])
    assert bool(len(graph["restrict"])) is holds


def built(bans: list[tuple[str | dict[str, str], Walk]]) -> dict[str, np.ndarray]:
    """The graph of the town, whose nodes come in the order of its crossings."""
    relations = []
    for kind, walk in bans:
        first, *over, last = ways_of(walk)
        relations.append((kind, first, tuple(over) or walk[1], last))
    with tempfile.TemporaryDirectory() as name:
        streets = {way: (ends, {"highway": "residential"}) for way, ends in BLOCKS.items()}
        write_graph(write_town(Path(name, "town.osm.pbf"), CROSSINGS, streets, relations), Path(name, "graph.npz"))
        with np.load(Path(name, "graph.npz")) as file:
            return dict(file)


def test_the_restrictions_of_a_real_city_hold(neubrandenburg_graph: Path) -> None:
    network = read_network(EXTRACTS["neubrandenburg"].pbf)
    drivable = {way.id for way in network.ways}
    with np.load(neubrandenburg_graph) as graph:
        apart = {(int(graph["way"][a]), int(graph["way"][b])) for a, _, b in graph["restrict"]}
    forbidden = [one for one in network.restrictions if not one.only and drivable.issuperset(one.targets)]
    assert len(forbidden) == 9
    assert sorted(len(one.ways) for one in forbidden)[-2:] == [2, 3]
    for one in forbidden:
        assert ((*one.sources, *one.ways)[-1], one.targets[0]) in apart
