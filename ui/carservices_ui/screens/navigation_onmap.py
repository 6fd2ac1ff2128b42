"""What the plan puts on the map: the ways on offer, places and charging stations as marks, and the reachable area."""

from collections.abc import Callable

from carservices.api.routes import Charger, Place
from carservices_ui.mapmarks import Mark
from carservices_ui.planning import Page, Phase
from carservices_ui.planning.search import CHARGING
from carservices_ui.polyline import decode
from carservices_ui.screens import navigation_words as say
from carservices_ui.ui import Ui

PREVIEWING = (Page.ROUTES, Page.OPTIONS, Page.CHARGING)
"""Beside these pages the map shows the ways on offer."""
FINDING = (Page.RESULTS, Page.PLACE)
"""Beside these the places that were found."""
FAR_M = 20_000.0
"""A place further away is shown together with the car, or one would not know where it is."""
LOOKED_OVER = 8
"""Places the map is to show at once; the further ones would make the near ones small."""
Places = dict[str, tuple[Place, str]]
"""Marks by their key: the place and its colour token."""


class OnMap:
    """Draws only what is another than before, and looks there once."""

    def __init__(self, ui: Ui) -> None:
        self._ui, self._plan = ui, ui.plan
        self._drawn: dict[str, object] = {}
        self._places: Places = {}
        ui.map.on_hold(self._plan.show_point)
        ui.map.on_moved(self._look_for_stations)

    def close(self) -> None:
        """Leave nothing of the plan on the map."""
        self._ui.map.on_hold(None)
        self._ui.map.on_moved(None)
        self._ui.map.preview([])
        self._ui.map.show_marks([])
        if self._drawn.get("area") is not None:
            self._ui.map.show_areas((), ())

    def draw(self) -> None:
        """The plan has changed."""
        plan, charging = self._plan, self._plan.charging
        routes = plan.routes
        ways = (routes.offered, routes.chosen) if plan.page in PREVIEWING and routes.offered else None
        self._once("ways", ways, self._draw_ways)
        self._once("looked", plan.page is Page.TRIP or (ways and routes.offered), self._look_over_ways)
        self._places = self._collect()
        chosen = plan.place if plan.page is Page.PLACE else None
        self._once("marks", (self._places, chosen), self._draw_marks)
        self._once("found", self._sights(), self._look_over_sights)
        area = charging.area.answer if charging.reaching else None
        self._once("area", area, lambda: self._ui.map.show_areas(*((area.reach, area.back) if area else ((), ()))))
        if charging.shown and not charging.too_wide and charging.in_view.phase is Phase.IDLE:
            self._look_for_stations()

    def _once(self, what: str, now: object, draw: Callable[[], None]) -> None:
        if self._drawn.get(what) != (now or None):
            self._drawn[what] = now or None
            draw()

    def _look_for_stations(self) -> None:
        self._plan.charging.look(self._ui.map.box())

    # -- ways --------------------------------------------------------------------------------------------------------

    def _draw_ways(self) -> None:
        routes = self._plan.routes
        offered = routes.offered if self._plan.page in PREVIEWING else []
        self._ui.map.preview(offered, routes.chosen, routes.choose)

    def _look_over_ways(self) -> None:
        if self._drawn["looked"]:
            self._ui.map.look_over_routes()

    # -- places ------------------------------------------------------------------------------------------------------

    def _collect(self) -> Places:
        """The later ones lie over the earlier ones at the same place."""
        plan, charging = self._plan, self._plan.charging
        stations: list[Charger] = []
        if charging.shown and plan.page not in PREVIEWING:
            stations += charging.seen
        if plan.page is Page.ALONG:
            stations += charging.along.answer or ()
        category = plan.search.category
        if plan.page in FINDING and category is not None and category.key == CHARGING:
            stations += charging.nearest()
        found = {_key(one.place): (one.place, say.station_tone(one)) for one in stations}
        if plan.page in FINDING:
            found |= {_key(place): (place, "accent") for place in plan.search.found.answer or ()}
        if plan.page is Page.PLACE and plan.place is not None:
            place = plan.place
            tone = found.get(_key(place), (place, "energy" if place.category == CHARGING else "accent"))[1]
            found[_key(place)] = (place, tone)
        return found

    def _draw_marks(self) -> None:
        plan = self._plan
        chosen = _key(plan.place) if plan.page is Page.PLACE and plan.place is not None else None
        marks = [
            say.mark(key, place, tone, say.title(place) if key == chosen else "", chosen=key == chosen)
            for key, (place, tone) in self._places.items()
        ]
        self._ui.map.show_marks(marks, self._tap)

    def _tap(self, mark: Mark) -> None:
        if mark.key in self._places:
            self._plan.show_place(self._places[mark.key][0])

    def _sights(self) -> tuple[tuple[float, float], ...]:
        """What the map should look over now, nothing: it stays where it is."""
        plan = self._plan
        if plan.page is Page.PLACE and plan.place is not None:
            there = (plan.place.lat, plan.place.lon)
            far = (plan.place.distance_m or 0.0) > FAR_M
            return (plan.origin, there) if far and plan.origin is not None else (there,)
        area = plan.charging.area.answer if plan.charging.reaching and plan.page is Page.LAYERS else None
        if area is not None:
            return tuple(point for outline in area.reach for point in decode(outline))
        if plan.page in (Page.RESULTS, Page.ALONG):
            return tuple((place.lat, place.lon) for place, _ in self._places.values())[:LOOKED_OVER]
        return ()

    def _look_over_sights(self) -> None:
        if sights := self._sights():
            self._ui.map.look_over(sights)


def _key(place: Place) -> str:
    return f"{place.lat:.5f},{place.lon:.5f}"
