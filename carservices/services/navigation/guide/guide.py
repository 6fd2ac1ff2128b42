"""Guidance along one route: from each position to what the driver sees and hears."""

from carservices.api.navigation import Guidance, GuidanceState, Position
from carservices.api.routes import ManeuverKind as Kind
from carservices.api.routes import Turn
from carservices.services.navigation.engine.base import Maneuver, Route
from carservices.services.navigation.guide.announcer import Announcer, Voice, next_real
from carservices.services.navigation.guide.pace import Pace
from carservices.services.navigation.guide.progress import Progress

ARRIVED_M, PARKING_M = 20.0, 60.0
"""m to the end at which the car has arrived: in any case, and when it stands."""
STANDING_KMH = 4.0
PASSED_M = 3.0
"""m after which a maneuver lies behind."""
GAP_S = 60.0
"""s between two positions beyond which it was not the traffic that took them: the clock was set, or the car slept."""
SPEEDOMETER = 1.05, 3.0
"""Share of the limit and km/h more from which on it is exceeded (what German enforcement tolerates is 3 km/h)."""


def turn_of(route: Route, maneuver: Maneuver) -> Turn:
    """A maneuver as it is shown."""
    lat, lon = route.geometry[maneuver.at_index]
    return Turn(
        kind=maneuver.kind,
        lat=lat,
        lon=lon,
        street=maneuver.streets[0] if maneuver.streets else None,
        exit=maneuver.exit,
        roundabout_exit=maneuver.roundabout_exit,
        sign=maneuver.sign,
        lanes=maneuver.lanes,
    )


class Guide:
    """Guides along a route; a new route needs a new guide, which takes over voice and pace."""

    def __init__(self, route: Route, voice: Voice, pace: Pace | None = None) -> None:
        self.route = route
        self.progress = Progress(route)
        self.pace = pace or Pace()
        self.arrived = False
        self.stops_reached = 0
        """How many of the stops on the way lie behind."""
        self.resting = False
        """Whether the car stands at a planned stop, so that its time is no delay."""
        self._voice = voice
        self._announcer = Announcer(route.maneuvers, self.progress.marks, voice)
        self._turns = [turn_of(route, maneuver) for maneuver in route.maneuvers]
        self._next = next_real(route.maneuvers, 0)
        self._began: float | None = None
        self._last: tuple[float, float] | None = None

    @property
    def left(self) -> bool:
        """Whether the car is on another way, so that a new route is needed."""
        return self.progress.left and not self.arrived

    def update(self, position: Position, now: float) -> Guidance:
        """What the driver needs at a position, ``now`` in Unix time; call it several times a second."""
        progress = self.progress
        spot = progress.update(position.lat, position.lon, position.bearing, position.accuracy_m)
        along = progress.along_m
        self._keep_pace(along, now)
        speed = position.speed_kmh / 3.6
        left = max(0.0, progress.length - along)
        if not self.arrived and not progress.left:
            self._pass(along, now)
            self._arrive(left, spot.aside_m, position.speed_kmh, now)
        rest = max(0.0, progress.seconds - progress.seconds_at(along)) * self.pace.factor
        street, limit = self._road(position, along)
        distance = None if self._next is None else max(0.0, progress.marks[self._next] - along)
        if distance is not None and not self.arrived and not progress.left:
            assert self._next is not None
            self._announcer.update(self._next, distance, speed, street, now)
        then = None if self._next is None else self._announcer.after(self._next, speed)
        return Guidance(
            state=GuidanceState.ARRIVED if self.arrived else GuidanceState.DRIVING,
            turn=None if self._next is None else self._turns[self._next],
            distance_m=distance,
            then=None if then is None else self._turns[then],
            street=street or None,
            limit_kmh=limit,
            over_limit=limit is not None and position.speed_kmh > limit * SPEEDOMETER[0] + SPEEDOMETER[1],
            remaining_m=0.0 if self.arrived else left,
            remaining_s=0.0 if self.arrived else rest,
            eta=now + (0.0 if self.arrived else rest),
            delay_s=now - (self._began or now) + rest - progress.seconds,
            travelled_m=along,
            sentence=self._voice.last,
        )

    def _keep_pace(self, along: float, now: float) -> None:
        if self._began is None:
            self._began = now - self.progress.seconds_at(along)
        elif self._last is not None:
            passed = now - self._last[1]
            if self.resting or not 0.0 <= passed <= GAP_S:
                self._began += passed
            else:
                self.pace.add(passed, self.progress.seconds_at(along) - self.progress.seconds_at(self._last[0]))
        self._last = along, now

    def _pass(self, along: float, now: float) -> None:
        """Go on to the next maneuver once one lies behind."""
        maneuvers, marks = self.route.maneuvers, self.progress.marks
        while self._next is not None and self._next < len(maneuvers) - 1 and along >= marks[self._next] + PASSED_M:
            if maneuvers[self._next].kind is Kind.WAYPOINT:
                self.stops_reached += 1
                self._announcer.arrived(Kind.WAYPOINT, now)
            self._next = next_real(maneuvers, self._next + 1)

    def _arrive(self, left: float, aside: float, speed_kmh: float, now: float) -> None:
        stands = speed_kmh < STANDING_KMH and left + aside <= PARKING_M
        if left <= ARRIVED_M or stands:
            self.arrived = True
            self._next = len(self.route.maneuvers) - 1
            self._announcer.arrived(self.route.maneuvers[-1].kind, now)

    def _road(self, position: Position, along: float) -> tuple[str, int | None]:
        """Name and limit of the road: the map's at the position, else the route's."""
        if position.street or position.limit_kmh:
            return position.street or "", position.limit_kmh
        edge = self.progress.edge_at(along)
        if edge < 0:
            return "", None
        part = self.route.edges[edge]
        return part.street, part.limit or None
