"""Guidance on the map: the next turn or why there is none, and along the bottom what is left of the way."""

from collections.abc import Callable

from kivy.uix.widget import Widget

from carservices.api.navigation import Guidance, GuidanceState, MapsState, RouteState
from carservices.api.routes import Turn
from carservices_ui.i18n import t
from carservices_ui.livemap import Road
from carservices_ui.planning import geo
from carservices_ui.planning.names import named
from carservices_ui.polyline import points
from carservices_ui.screens.guidance_notes import ImportCard, NotePill, RoadPill, StateCard
from carservices_ui.screens.guidance_turn import ThenPill, TurnCard
from carservices_ui.streams import GUIDANCE, MAPS, ROUTE
from carservices_ui.ui import Ui
from carservices_ui.widgets import Column


class GuidanceColumn(Column):
    """Top left: turn, lanes and what follows; or the state of guidance; or the road, and a map that is built.

    `tapped` is called when the turn card is.
    """

    def __init__(self, ui: Ui, tapped: Callable[[], None]) -> None:
        super().__init__(gap="s")
        self._ui = ui
        self.road, self.turn, self.then = RoadPill(), TurnCard(ui, tapped), ThenPill(ui)
        self.state, self.note, self.importing = StateCard(), NotePill(), ImportCard(ui)
        self._guidance: Guidance | None = None
        self._route: RouteState | None = None
        self._following: tuple[object, float | None] = (None, None)
        ui.store.bind_stream(ROUTE, self._show_route)
        ui.store.bind_stream(GUIDANCE, self._show_guidance)
        ui.store.bind_stream(MAPS, self._show_maps)

    @property
    def guiding(self) -> bool:
        """Whether a destination is set."""
        return self._guidance is not None and self._guidance.state is not GuidanceState.NONE

    @property
    def arrived(self) -> bool:
        """Whether nothing is left of the way."""
        return self._guidance is not None and self._guidance.state is GuidanceState.ARRIVED

    def show_road(self, road: Road) -> None:
        """The road the car is on."""
        self.road.show(road.name)
        self._stack()

    def _show_route(self, route: RouteState | None) -> None:
        self._route = route
        self._show_guidance(self._guidance)

    def _show_guidance(self, guidance: Guidance | None) -> None:
        self._guidance = guidance
        if guidance is not None and guidance.turn is not None and guidance.state is GuidanceState.DRIVING:
            self.turn.show(guidance.turn, guidance.distance_m)
            if guidance.then is not None:
                self.then.show(guidance.then, self._then_m(guidance.turn, guidance.then))
        elif guidance is not None:
            self._show_state(guidance)
        elif self._ui.store.gone(GUIDANCE):
            self.state.show("sync_problem", "heat", t("guidance.away"), t("guidance.away_why"))
        self._stack()

    def _show_state(self, guidance: Guidance) -> None:
        place = self._route.destination if self._route else None
        name = named(place) if place else ""
        if guidance.state is GuidanceState.ARRIVED:
            self.state.show("flag", "energy", t("guidance.arrived"), name, self._end)
        elif guidance.state is GuidanceState.REROUTING:
            self.state.show(
                "sync", "accent", t("guidance.rerouting"), self._ui.restrictions.text(guidance.message or name)
            )
        elif guidance.state is GuidanceState.OFF_MAP:
            self.state.show("map", "heat", t("guidance.off_map"), t("guidance.off_map_why"))
        elif guidance.state is GuidanceState.DRIVING:
            self.state.show("route", "accent", t("guidance.follow"), name)

    def _then_m(self, turn: Turn, then: Turn) -> float | None:
        """From one turn to the next along the route, measured once."""
        route = self._route.route if self._route else None
        key = (route and route.id, turn, then)
        if self._following[0] != key:
            places = [(turn.lat, turn.lon), (then.lat, then.lon)]
            self._following = key, geo.legs(points(route.geometry), places)[1] or None if route else None
        return self._following[1]

    def _show_maps(self, maps: MapsState | None) -> None:
        self.importing.show(maps)
        self._stack()

    def _stack(self) -> None:
        """Put in what belongs there now."""
        guidance = self._guidance
        wanted: list[Widget] = []
        if guidance is not None and self.guiding:
            driving = guidance.state is GuidanceState.DRIVING and guidance.turn is not None
            wanted.append(self.turn if driving else self.state)
            if driving and guidance.then is not None:
                wanted.append(self.then)
            if driving and guidance.message:
                self.note.words.text = self._ui.restrictions.text(guidance.message)
                wanted.append(self.note)
        elif self._ui.store.gone(GUIDANCE):
            wanted.append(self.state)
        elif self.road.name.text:
            wanted.append(self.road)
        if self.importing.wanted and not self.guiding:
            wanted.append(self.importing)
        if wanted != self.children[::-1]:
            self.clear_widgets()
            for widget in wanted:
                self.add_widget(widget)
            self._ui.rebuilt()

    def _end(self) -> None:
        self._ui.plan.routes.change("cancel")
