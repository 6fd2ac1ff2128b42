"""Builds graph.npz, the directed road graph of a map, from the roads of an OSM extract.

Format (one uncompressed npz; n nodes, m arcs sorted by tail, p inner shape points):

- ``node_lat``, ``node_lon`` float64[n], degrees; ``node_ele`` float32[n], m, NaN without elevation data;
- ``first`` int32[n+1] (CSR: arcs of node i are ``first[i]:first[i+1]``), ``head`` int32[m];
- ``length`` float32[m], m; ``seconds`` float32[m], free flow; ``speed`` float32[m], km/h expected on it;
- ``limit`` uint8[m], km/h: posted, or the statutory one where `Flag.POSTED` is not set; 0 unknown (ferries);
- ``road_class`` uint8[m], index in `CLASSES`; ``flags`` uint16[m], `Flag`; ``way`` int64[m], OSM way;
- ``name``, ``ref`` int32[m], index in the names or -1; ``names`` uint8[], a JSON list of texts in UTF-8;
- ``twin`` int32[m], an arc of the same piece of road in the other direction or -1;
- ``shape_first`` int32[m+1], ``shape_lat``, ``shape_lon`` float32[p]: inner points in order of driving;
- ``grade`` float32[m], mean rise per metre, 0 without elevation data, on bridges and in tunnels;
- ``profile_first`` int32[m+1], ``profile`` float32[q], m: heights that cut long arcs into equal parts, see `profile`;
- ``restrict`` int32[k, 3]: arc from, node, arc to that may not follow each other; an arc that a restriction over whole
  ways leads along is there once more for each way to come to it (see `bans`);
- ``signs`` int32[k, 4]: arc, and what is to be read there as indices in the names or -1: the number of the exit, where
  it leads, the lanes at its end (as `turn:lanes`);
- ``left`` bool: driven on the left;
- ``bbox`` float64[4]: west, south, east, north.

A reader fills in what is missing in the files of older versions.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carservices.services.navigation.flags import Flag
from carservices.services.navigation.maps.bans import Roads, bans
from carservices.services.navigation.maps.countries import Lands
from carservices.services.navigation.maps.elevation import Elevation
from carservices.services.navigation.maps.landuse import BuiltUp
from carservices.services.navigation.maps.limits import drives_left
from carservices.services.navigation.maps.profile import STEEPEST, profile
from carservices.services.navigation.maps.roads import Network, stream_ways
from carservices.services.navigation.maps.ways import Ways
from carservices.signals.earth import EARTH_RADIUS_M

SHARE_OF_LIMIT = (0.92, 0.9, 0.85, 0.8, 0.8, 0.75, 0.7, 0.9, 0.75)
"""By class: what free-flowing traffic drives of the limit, junctions included. Assumed: typical of published
floating-car figures for Germany (ratio of mean free-flow speed to the limit); the car's own history corrects it."""

FERRY_KMH = 10.0
"""Assumed: a ferry, waiting and boarding included."""


class EmptyMap(ValueError):
    """The extract holds no road a car may use."""


def write_graph(
    pbf: Path, target: Path, elevation: Elevation | None = None, country: str | None = None
) -> dict[str, int]:
    """Read the roads of ``pbf`` and write ``target``; returns counts of nodes, arcs, km and restrictions.

    ``country`` (ISO code) says that all of the map is one. Raises `EmptyMap` where there is no road, `MapError`.
    """
    network, ways, built_up = Network(), Ways(), BuiltUp(pbf)
    for way in stream_ways(pbf, network):
        ways.add(way, built_up, network.barriers)
    if not ways.rows:
        raise EmptyMap(f"{pbf.name} holds no road a car may use: import an extract with roads (highway=*)")
    lands = Lands.around(ways.box(), country, pbf)
    arrays = _graph(ways, network, lands, elevation)
    with target.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    return {
        "nodes": len(arrays["node_lat"]),
        "arcs": len(arrays["head"]),
        "road_km": round(float(arrays["length"][arrays["twin"] < np.arange(len(arrays["twin"]))].sum()) / 1000),
        "restrictions": len(arrays["restrict"]),
        "countries": len(lands.countries),
    }


def _graph(ways: Ways, network: Network, lands: Lands, elevation: Elevation | None) -> dict[str, NDArray[Any]]:
    ref = np.array(ways.ref, np.int64)
    lat, lon = np.array(ways.lat), np.array(ways.lon)
    start = np.array(ways.start, np.int64)
    ids, place, uses = np.unique(ref, return_inverse=True, return_counts=True)
    joint = uses[place] > 1
    joint[start[:-1]] = joint[start[1:] - 1] = True
    cuts = np.flatnonzero(joint)
    way_of = np.searchsorted(start, cuts, side="right") - 1
    same = way_of[:-1] == way_of[1:]
    begin, end, way_of = cuts[:-1][same], cuts[1:][same], way_of[:-1][same]
    ends_way = np.column_stack((end == start[way_of + 1] - 1, begin == start[way_of]))
    nodes, number = np.unique(np.concatenate((place[begin], place[end])), return_inverse=True)
    tail, head = np.split(number, 2)
    where = np.zeros(len(ids), np.int64)
    where[place] = np.arange(len(place))
    node_lat, node_lon = lat[where[nodes]], lon[where[nodes]]
    steps = np.concatenate(([0.0], np.cumsum(_metres(lat[:-1], lon[:-1], lat[1:], lon[1:]))))
    columns = {name: column[way_of] for name, column in ways.columns(lands).items()}
    oneway = columns["oneway"]

    ahead, back = np.flatnonzero(oneway >= 0), np.flatnonzero(oneway <= 0)
    piece = np.concatenate((ahead, back))
    backward = np.repeat([False, True], [len(ahead), len(back)])
    arc_tail = np.where(backward, head[piece], tail[piece])
    order = np.argsort(arc_tail, kind="stable")
    piece, backward, arc_tail = piece[order], backward[order], arc_tail[order]
    node_osm = ids[nodes]
    first = np.searchsorted(arc_tail, np.arange(len(nodes) + 1))
    ends = Roads(node_osm, first, arc_tail, np.where(backward, tail[piece], head[piece]), columns["way"][piece])
    copied, banned = bans(network.restrictions, ends)
    every = np.concatenate((np.arange(len(piece)), np.array(copied, np.int64)))
    order = np.argsort(arc_tail[every], kind="stable")
    restrict = np.array(banned, np.int64).reshape(-1, 3)
    restrict[:, ::2] = np.argsort(order)[restrict[:, ::2]]
    piece, backward, arc_tail = piece[every][order], backward[every][order], arc_tail[every][order]
    arc_head = np.where(backward, tail[piece], head[piece])
    length = np.maximum(steps[end[piece]] - steps[begin[piece]], 0.1)
    road_class = columns["road_class"][piece]
    limit = np.where(backward, columns["limit_backward"][piece], columns["limit_forward"][piece])
    posted = np.where(backward, columns["posted_backward"][piece], columns["posted_forward"][piece]) > 0
    flags = (
        columns["flags"][piece]
        | np.where(posted, Flag.POSTED, 0)
        | np.where(oneway[piece] != 0, Flag.ONEWAY, 0)
        | np.where(backward, Flag.BACKWARD, 0)
    )
    halts = np.fromiter(network.halts, np.int64, len(network.halts))
    flags |= np.where(_halting(ref, begin, end, halts)[piece, backward.astype(int)], Flag.HALT, 0)
    afloat = (flags & Flag.FERRY) != 0
    limit[afloat] = 0
    speed = np.where(afloat, FERRY_KMH, np.maximum(limit * np.array(SHARE_OF_LIMIT)[road_class], 5.0))
    shape_first, shape_at = _shapes(begin[piece], end[piece], backward)
    ele = elevation.heights(node_lat, node_lon) if elevation else np.full(len(nodes), np.nan)
    grade = np.nan_to_num((ele[arc_head] - ele[arc_tail]) / length)
    level = (flags & (Flag.BRIDGE | Flag.TUNNEL)) != 0
    grade[level] = 0.0
    known = ~(level | np.isnan(ele[arc_tail] + ele[arc_head]))
    profile_first, heights = profile(elevation, (steps, lat, lon), (begin[piece], end[piece]), backward, known)
    return {
        "node_lat": node_lat,
        "node_lon": node_lon,
        "node_ele": ele.astype(np.float32),
        "first": np.searchsorted(arc_tail, np.arange(len(nodes) + 1)).astype(np.int32),
        "head": arc_head.astype(np.int32),
        "length": length.astype(np.float32),
        "seconds": (length / speed * 3.6).astype(np.float32),
        "speed": speed.astype(np.float32),
        "limit": limit.astype(np.uint8),
        "road_class": road_class.astype(np.uint8),
        "name": columns["name"][piece].astype(np.int32),
        "ref": columns["ref"][piece].astype(np.int32),
        "flags": flags.astype(np.uint16),
        "way": columns["way"][piece],
        "twin": _twins(piece, backward, len(begin)),
        "shape_first": shape_first,
        "shape_lat": lat[shape_at].astype(np.float32),
        "shape_lon": lon[shape_at].astype(np.float32),
        "grade": np.clip(grade, -STEEPEST, STEEPEST).astype(np.float32),
        "profile_first": profile_first,
        "profile": heights,
        "restrict": restrict.astype(np.int32),
        "signs": _signs(ways, network, columns, piece, backward, node_osm[arc_tail], ends_way),
        "left": np.array(drives_left(lands.countries[0].code)),
        "names": np.frombuffer(json.dumps(list(ways.names), ensure_ascii=False).encode(), np.uint8),
        "bbox": np.array([lon.min(), lat.min(), lon.max(), lat.max()]),
    }


def _signs(
    ways: Ways,
    network: Network,
    columns: dict[str, NDArray[np.int64]],
    piece: NDArray[np.int64],
    backward: NDArray[np.bool_],
    tail: NDArray[np.int64],
    ends_way: NDArray[np.bool_],
) -> NDArray[np.int32]:
    """What is to be read on arcs, whose pieces, directions and tails (OSM nodes) come in.

    A slip road leaving at a numbered junction has the junction's number and direction unless it has its own. Lanes are
    those of the end of a way.
    """
    either = [
        np.where(backward, columns[f"{what}_backward"][piece], columns[f"{what}_forward"][piece])
        for what in ("toward", "lanes")
    ]
    exits, toward, lanes = columns["exit"][piece], either[0], either[1]
    lanes[~ends_way[piece, backward.astype(int)]] = -1
    slips = np.flatnonzero(columns["flags"][piece] & Flag.LINK)
    for arc in slips[np.isin(tail[slips], list(network.exits))].tolist():
        number, leads = network.exits[int(tail[arc])]
        exits[arc] = ways.text(number) if exits[arc] < 0 else exits[arc]
        toward[arc] = ways.text(leads) if toward[arc] < 0 else toward[arc]
    some = np.flatnonzero((exits >= 0) | (toward >= 0) | (lanes >= 0))
    return np.column_stack((some, exits[some], toward[some], lanes[some])).astype(np.int32)


def _metres(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> NDArray[np.float64]:
    """Great-circle distance (haversine) of points in degrees."""
    a, b = np.radians(lat1), np.radians(lat2)
    h = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    distances: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(h))
    return distances


def _halting(
    ref: NDArray[np.int64], begin: NDArray[np.int64], end: NDArray[np.int64], halts: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(pieces, 2): whether one driving the piece forward, backward has to halt within it or at its end."""
    known = np.concatenate(([0], np.cumsum(np.isin(ref, halts))))
    inner = known[end] - known[begin + 1] > 0
    at_begin, at_end = known[begin + 1] > known[begin], known[end + 1] > known[end]
    return np.column_stack((inner | at_end, inner | at_begin))


def _shapes(
    begin: NDArray[np.int64], end: NDArray[np.int64], backward: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Where the inner points of each arc start, and which points they are, in order of driving."""
    count = end - begin - 1
    first = np.concatenate(([0], np.cumsum(count)))
    step = np.where(backward, -1, 1)
    base = np.where(backward, end - 1, begin + 1)
    within = np.arange(first[-1]) - np.repeat(first[:-1], count)
    return first.astype(np.int32), np.repeat(base, count) + within * np.repeat(step, count)


def _twins(piece: NDArray[np.int64], backward: NDArray[np.bool_], pieces: int) -> NDArray[np.int32]:
    arc_of = np.full((2, pieces), -1, np.int32)
    arc_of[backward[::-1].astype(int), piece[::-1]] = np.arange(len(piece))[::-1]  # of copies the first, which is none
    twins: NDArray[np.int32] = arc_of[1 - backward.astype(int), piece]
    return twins
