"""The Valhalla engine: asks the sidecar's service over HTTP on this machine."""

import asyncio
import http.client
import json
import math
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from carservices.api.routes import Avoid, Mode
from carservices.services.navigation.engine.base import (
    NEAR_M,
    Engine,
    Matched,
    Matrix,
    Outline,
    Route,
    RouteError,
    RouteRequest,
    Trouble,
    Via,
    ended,
)
from carservices.services.navigation.engine.valhalla_answer import EDGE_FIELDS, routes_of
from carservices.services.navigation.geo import Point
from carservices.services.navigation.remarks import Remark

TIMEOUT_S = 10.0
ECO_KMH = 100
"""The speed above which air drag makes time dear; Valhalla has no cost of energy."""
NEARBY: dict[str, Any] = {"search_cutoff": 300, "minimum_reachability": 5}
ANYWHERE: dict[str, Any] = {"search_cutoff": NEAR_M}
"""Roads that a place may lie at: m, and how many others a road must lead to (50 by itself, against islands). Nearly
every place is found with the first, in a quarter less time; only where that finds no way it is the second's turn."""
GPS_M = 10
"""Accuracy of a recorded point; less breaks the match at dense points."""
TROUBLES: dict[int, tuple[Trouble, Remark]] = {
    154: ("unreachable", Remark.of("too_long")),
    170: ("unreachable", Remark.of("no_way")),
    171: ("off_map", Remark.of("no_road_at_ends")),
    442: ("unreachable", Remark.of("no_way")),
    443: ("unreachable", Remark.of("no_way")),
    444: ("off_map", Remark.of("drive_off_map")),
}
"""Valhalla's error codes (docs/docs/api/turn-by-turn/api-reference.md, "HTTP status codes and conditions")."""


class ValhallaEngine(Engine):
    """Routes with lanes, signs and exits. ``port`` gives where the sidecar listens, None while it does not."""

    name = "valhalla"

    def __init__(self, port: Callable[[], int | None]) -> None:
        self._port = port
        self._connection: socket.socket | None = None
        self._lock = threading.Lock()

    @property
    def up(self) -> bool:
        return self._port() is not None

    async def route(self, request: RouteRequest) -> list[Route]:
        return await asyncio.to_thread(self._route, request)

    def _route(self, request: RouteRequest) -> list[Route]:
        """All questions of a route in one thread: each change of threads costs as much as a short answer."""
        body: dict[str, Any] = {
            "costing": "auto",
            "costing_options": {"auto": _costing(request)},
            "units": "kilometers",
            "directions_type": "maneuvers",
            "turn_lanes": True,
        }
        if request.alternates and len(request.via) == 2:
            body["alternates"] = request.alternates
        try:
            answer = self._post("route", json.dumps(body | _places(request, NEARBY)))
        except RouteError as error:
            if error.kind == "engine_down":
                raise
            answer = self._post("route", json.dumps(body | _places(request, ANYWHERE)))
        trips = [answer["trip"], *(one["trip"] for one in answer.get("alternates", ()))]
        routes = []
        for trip in trips:
            edges = [self._edges(leg["shape"]) for leg in trip["legs"]]
            routes.append(ended(routes_of(trip, edges, self.name), request.via[-1]))
        return routes

    async def matrix(self, points: Sequence[Point]) -> Matrix:
        places = [{"lat": lat, "lon": lon} for lat, lon in points]
        answer = await self._ask("sources_to_targets", {"sources": places, "targets": places, "costing": "auto"})
        rows = answer["sources_to_targets"]
        seconds = [[_finite(cell["time"]) for cell in row] for row in rows]
        metres = [[_finite(cell["distance"]) * 1000.0 for cell in row] for row in rows]
        return seconds, metres

    async def isochrone(self, point: Point, minutes: float) -> list[Outline]:
        body = {
            "locations": [{"lat": point[0], "lon": point[1]}],
            "costing": "auto",
            "contours": [{"time": minutes}],
            "polygons": True,
        }
        answer = await self._ask("isochrone", body)
        outlines: list[Outline] = []
        for feature in answer["features"]:
            shape = feature["geometry"]
            rings = shape["coordinates"] if shape["type"] == "Polygon" else [part[0] for part in shape["coordinates"]]
            outlines.append(tuple((lat, lon) for lon, lat in rings[0]))
        return outlines

    async def match(self, points: Sequence[Point]) -> Matched:
        body = {
            "shape": [{"lat": lat, "lon": lon} for lat, lon in points],
            "costing": "auto",
            "shape_match": "map_snap",
            "trace_options": {"gps_accuracy": GPS_M},
            "filters": {"attributes": ["edge.way_id", "matched.point", "matched.edge_index"], "action": "include"},
        }
        answer = await self._ask("trace_attributes", body)
        edges, found = answer["edges"], answer["matched_points"]
        ways = tuple(
            int(edges[one["edge_index"]]["way_id"]) if one.get("edge_index", len(edges)) < len(edges) else 0
            for one in found
        )
        return Matched(tuple((one["lat"], one["lon"]) for one in found), ways)

    async def close(self) -> None:
        await asyncio.to_thread(self._hang_up)  # a question that is under way has the line until it is answered

    def _hang_up(self) -> None:
        with self._lock:
            self._drop()

    def _edges(self, shape: str) -> list[dict[str, Any]]:
        """The stretches of road below a line of its own; nothing when it does not find them again."""
        body = {
            "encoded_polyline": shape,
            "costing": "auto",
            "shape_match": "edge_walk",
            "filters": {"attributes": EDGE_FIELDS, "action": "include"},
        }
        try:
            edges: list[dict[str, Any]] = self._post("trace_attributes", json.dumps(body))["edges"]
        except RouteError as error:
            if error.kind == "engine_down":
                raise
            return []
        return edges

    async def _ask(self, action: str, body: dict[str, Any]) -> Any:
        return await asyncio.to_thread(self._post, action, json.dumps(body))

    def _post(self, action: str, body: str) -> Any:
        """One question on the one connection, which is opened anew when it was closed in between.

        Head and body go in one packet, or Valhalla's threads are woken once more.
        """
        content = body.encode()
        question = f"POST /{action} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        with self._lock:
            for last in (False, True):
                try:
                    connection = self._connect()
                    connection.sendall(question + content)
                    with http.client.HTTPResponse(connection, method="POST") as reply:
                        reply.begin()
                        answer = json.loads(reply.read())
                        if reply.will_close:
                            self._drop()
                    break
                except (OSError, http.client.HTTPException, ValueError) as error:
                    self._drop()
                    if last or isinstance(error, TimeoutError):
                        raise RouteError("engine_down", Remark.of("engine_silent")) from error
        if reply.status == http.client.OK:
            return answer
        reason = answer.get("error", "the engine gave no reason")
        unknown: tuple[Trouble, Remark] = ("unreachable", Remark.of("no_route_because", reason=reason))
        raise RouteError(*TROUBLES.get(answer.get("error_code", 0), unknown))

    def _connect(self) -> socket.socket:
        if self._connection is None:
            port = self._port()
            if port is None:
                raise RouteError("engine_down", Remark.of("engine_starts"))
            self._connection = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _places(request: RouteRequest, where: dict[str, Any]) -> dict[str, Any]:
    return {"locations": [_location(via) | where for via in request.via]}


def _location(via: Via) -> dict[str, Any]:
    place: dict[str, Any] = {"lat": via.lat, "lon": via.lon, "radius": 0}
    return place if via.heading is None else place | {"heading": round(via.heading) % 360, "heading_tolerance": 60}


def _costing(request: RouteRequest) -> dict[str, Any]:
    """Options of Valhalla's costing ``auto``; an avoided kind of road stays possible where there is no other."""
    options: dict[str, Any] = {}
    if request.mode is Mode.SHORTEST:
        options["shortest"] = True
    elif request.mode is Mode.ECO:
        options["top_speed"] = ECO_KMH
    for avoid, option in ((Avoid.TOLLS, "use_tolls"), (Avoid.MOTORWAYS, "use_highways"), (Avoid.FERRIES, "use_ferry")):
        if avoid in request.avoid:
            options[option] = 0.0
    return options


def _finite(value: float | None) -> float:
    return math.inf if value is None else float(value)
