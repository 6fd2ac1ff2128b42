"""The journey: where the driver wants to go, the route there, and guidance that finds a new one when it is left."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from carservices.api.navigation import Guidance, GuidanceState, Place, Position, RouteOptions, RoutePreview, RouteState
from carservices.api.state import StateFile
from carservices.services.navigation.engine.base import Engine, RouteError
from carservices.services.navigation.guide.announcer import Voice
from carservices.services.navigation.guide.guide import Guide, turn_of
from carservices.services.navigation.guide.pace import Pace
from carservices.services.navigation.plan import Plan
from carservices.services.navigation.refusals import Refused
from carservices.services.navigation.remarks import Remark
from carservices.services.navigation.trips.itinerary import Wanted
from carservices.services.navigation.trips.told import told
from carservices.services.navigation.trips.trip import Trip

MOST_OFFERS = 16
RETRY_S = 3.0
"""s after which a route is searched again when none was found."""
OFF_MAP_S = 5.0
"""s off every road after which guidance says so."""

Find = Callable[[Engine, Wanted], Awaitable[list[Trip]]]
"""Searches ways, best first. Raises `RouteError`."""

log = logging.getLogger(__name__)


async def plain(engine: Engine, wanted: Wanted) -> list[Trip]:
    """Routes of the engine, of which nothing is known about the battery."""
    return [Trip(route, wanted.own) for route in await engine.route(wanted.request)]


@dataclass(frozen=True, slots=True)
class Offer:
    """A way the driver may choose, the others that came with it, and where it leads."""

    trips: list[Trip]
    destination: Place
    options: RouteOptions


class Journey:
    """One destination at a time; `on_route` is called when anything of the route changes."""

    def __init__(self, state: StateFile, on_route: Callable[[RouteState], None], find: Find = plain) -> None:
        self._file = state
        self._on_route = on_route
        self._find_ways = find
        self.plan = Plan.restored(state)
        self.guide: Guide | None = None
        self._voice = Voice(self.plan.language, int(time.time()))
        self._trips: list[Trip] = []
        self._passed = 0
        """Vias of the trip that lie behind."""
        self._notice: Remark | None = None
        self._previews: list[RoutePreview] = []
        self._offers: dict[str, Offer] = {}
        self._numbers = 0
        self._problem: Remark | None = None
        self._searching: asyncio.Task[None] | None = None
        self._retry_at = 0.0
        self._off_since: float | None = None
        self._now = time.time()

    # -- what the driver wants ---------------------------------------------------------------------------------------

    def set_plan(self, destination: Place, stops: tuple[Place, ...], options: RouteOptions) -> None:
        """Another destination, other stops or options; a route is searched at the next `update`."""
        self._forget()
        self._keep(self.plan.model_copy(update={"destination": destination, "stops": stops, "options": options}))
        self._say()

    def offer(self, trips: Sequence[Trip], destination: Place, options: RouteOptions) -> list[RoutePreview]:
        """Ways to choose from; `drive` takes one by its id."""
        previews: list[RoutePreview] = []
        for trip in trips:
            self._numbers += 1
            previews.append(told(trip, f"route-{self._numbers}", self.plan.language))
            others = [other for other in trips if other is not trip]
            self._offers[previews[-1].id] = Offer([trip, *others], destination, options)
        for old in list(self._offers)[:-MOST_OFFERS]:
            del self._offers[old]
        return previews

    def drive(self, preview: str) -> Place:
        """Guide along an offered way; where it leads. Raises `Refused` when there is no such offer (any more)."""
        offer = self._offers.get(preview)
        if offer is None:
            raise Refused("NOT_FOUND", Remark.of("no_longer_on_offer"))
        self.set_plan(offer.destination, (), offer.options)
        self._follow(offer.trips, None)
        return offer.destination

    def add_stop(self, place: Place, position: int) -> None:
        """One more stop, at a position among those ahead. Raises `Refused` without a destination."""
        plan = self.plan
        if plan.destination is None:
            raise Refused("NOT_FOUND", Remark.of("no_destination_yet"))
        self.set_plan(plan.destination, (*plan.stops[:position], place, *plan.stops[position:]), plan.options)

    def remove_stop(self, position: int) -> None:
        """Leave out a stop. Raises `Refused` when there is none at that position."""
        plan = self.plan
        if plan.destination is None or position >= len(plan.stops):
            raise Refused("NOT_FOUND", Remark.of("no_such_stop", number=position, stops=len(plan.stops)))
        self.set_plan(plan.destination, plan.stops[:position] + plan.stops[position + 1 :], plan.options)

    def cancel(self) -> None:
        """No destination any more."""
        self._forget()
        self._keep(self.plan.model_copy(update={"destination": None, "stops": ()}))
        self._say()

    def speak(self, language: str) -> None:
        """The language of the sentences, spoken and written."""
        self._voice.language = language
        self._keep(self.plan.model_copy(update={"language": language}))
        pairs = zip(self._trips, self._previews, strict=True)
        self._previews = [told(trip, preview.id, language) for trip, preview in pairs]
        self._say()

    def mute(self, *, on: bool) -> None:
        self._keep(self.plan.model_copy(update={"muted": on}))

    # -- on the way --------------------------------------------------------------------------------------------------

    def update(self, position: Position | None, engine: Engine | None, now: float) -> Guidance:
        """Guidance at a position, ``now`` in Unix time; starts a search when the route is left or missing."""
        guide, self._now = self.guide, now
        if self.plan.destination is None:
            return Guidance(muted=self.plan.muted)
        if position is None:
            return self._without(Remark.of("no_position"))
        if guide is None:
            self._search(position, engine, now)
            return self._without(self._problem)
        guidance = guide.update(position, now)
        if guide.stops_reached:
            self._pass_stops(guide)
        if guide.left:
            self._search(position, engine, now)
            state = GuidanceState.OFF_MAP if self._off_map(position, now) else GuidanceState.REROUTING
            return self._voiced(guidance.model_copy(update={"state": state, "message": self._written(self._problem)}))
        self._problem = None
        return self._voiced(guidance)

    async def settle(self) -> None:
        """Wait until a search that is under way has ended."""
        if self._searching is not None:
            await asyncio.wait({self._searching})

    def state(self) -> RouteState:
        """The route as it is published."""
        turns = tuple(turn_of(trip.route, one) for trip in self._trips[:1] for one in trip.route.maneuvers)
        return RouteState(
            destination=self.plan.destination,
            stops=self.plan.stops,
            options=self.plan.options,
            route=self._previews[0] if self._previews else None,
            alternates=tuple(self._previews[1:]),
            turns=turns,
            problem=self._written(self._problem),
            notice=self._written(self._notice),
        )

    @property
    def trip(self) -> Trip | None:
        """What is driven."""
        return self._trips[0] if self._trips else None

    def replan(self, position: Position, engine: Engine, judge: Callable[[Trip], Remark | None]) -> None:
        """Search anew while the route in hand is driven on; taken when ``judge`` has a remark on it."""
        if self._searching is None and self.plan.destination is not None:
            self._searching = asyncio.create_task(self._find_better(engine, self._wanted(position), judge))
            self._searching.add_done_callback(self._searched)

    async def _find_better(self, engine: Engine, wanted: Wanted, judge: Callable[[Trip], Remark | None]) -> None:
        plan, guide = self.plan, self.guide
        try:
            trips = await self._find_ways(engine, wanted)
        except RouteError as error:
            log.info("no other plan for charging: %s", error)
            return
        if plan == self.plan and guide is self.guide and (remark := judge(trips[0])) is not None:
            self._follow(trips, guide, remark)

    def _search(self, position: Position, engine: Engine | None, now: float) -> None:
        if self._searching is not None or 0.0 < self._retry_at - now <= RETRY_S:  # more: the clock was set back
            return
        if engine is None:
            self._fail(Remark.of("no_map"), now)
            return
        wanted = self._wanted(position)
        self._searching = asyncio.create_task(self._find(engine, wanted, self.plan, now))
        self._searching.add_done_callback(self._searched)

    def _wanted(self, position: Position) -> Wanted:
        """The way to the destination; for a car that left its route only the best, over the charging stops ahead."""
        request = self.plan.request(position)
        if self.trip and self.guide and self.guide.left:
            ahead = self.trip.vias[self._passed :]
            return Wanted(replace(request, alternates=0), self.plan.options.charging, ahead)
        return Wanted(request, self.plan.options.charging, ())

    async def _find(self, engine: Engine, wanted: Wanted, plan: Plan, now: float) -> None:
        try:
            trips = await self._find_ways(engine, wanted)
        except RouteError as error:
            if plan == self.plan:
                self._fail(error.remark, now)
            return
        if plan == self.plan:
            self._follow(trips, self.guide)

    def _searched(self, task: "asyncio.Task[None]") -> None:
        self._searching = None
        if not task.cancelled() and (error := task.exception()):
            log.error("the search for a route failed", exc_info=error)
            self._fail(Remark.of("search_failed", error=str(error)), self._now)

    def _fail(self, remark: Remark, now: float) -> None:
        self._retry_at = now + RETRY_S
        if remark != self._problem:
            self._problem = remark
            if self.guide is not None:
                self._voice.say_plain("no_route", now)
            self._say()

    def _follow(self, trips: list[Trip], before: Guide | None, notice: Remark | None = None) -> None:
        assert self.plan.destination is not None
        self._trips, self._problem, self._passed, self._notice = trips, None, 0, notice
        self._previews = self.offer(trips, self.plan.destination, self.plan.options)
        self.guide = Guide(trips[0].route, self._voice, before.pace if before else Pace())
        if before is not None:
            self._voice.say_plain("new_route", self._now)
        self._say()

    def _pass_stops(self, guide: Guide) -> None:
        """The driver's stops that lie behind are no longer part of the plan; the route goes on."""
        assert self.trip is not None
        behind = self.trip.vias[self._passed : self._passed + guide.stops_reached]
        self._passed += guide.stops_reached
        own = sum(via is None for via in behind)
        self._keep(self.plan.model_copy(update={"stops": self.plan.stops[own:]}))
        guide.stops_reached = 0
        self._say()

    def _off_map(self, position: Position, now: float) -> bool:
        if position.on_road:
            self._off_since = None
        elif self._off_since is None or now < self._off_since:
            self._off_since = now
        return self._off_since is not None and now - self._off_since >= OFF_MAP_S

    def _without(self, remark: Remark | None) -> Guidance:
        """Guidance while there is no route."""
        message = self._written(remark)
        return self._voiced(Guidance(state=GuidanceState.REROUTING, message=message, sentence=self._voice.last))

    def _written(self, remark: Remark | None) -> str | None:
        return None if remark is None else remark.text(self.plan.language)

    def _voiced(self, guidance: Guidance) -> Guidance:
        """With its sentence, or muted."""
        muted = self.plan.muted
        return guidance.model_copy(update={"muted": True, "sentence": None}) if muted else guidance

    def _forget(self) -> None:
        if self._searching is not None:
            self._searching.cancel()
        self.guide, self._problem, self._retry_at = None, None, 0.0
        self._trips, self._previews, self._passed, self._notice = [], [], 0, None

    def _say(self) -> None:
        self._on_route(self.state())

    def _keep(self, plan: Plan) -> None:
        self.plan = plan
        self._file.write(plan.model_dump_json())
