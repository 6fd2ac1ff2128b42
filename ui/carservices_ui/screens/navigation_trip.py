"""The journey under way: its stops, which can be taken out, and every maneuver until the destination."""

from collections.abc import Sequence

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.navigation import Guidance, RouteState
from carservices.api.routes import Place, RoutePreview, Turn
from carservices_ui.i18n import t
from carservices_ui.maneuvers import icon_of, words_of
from carservices_ui.planning import Page, geo
from carservices_ui.polyline import points
from carservices_ui.screens import navigation_words as say
from carservices_ui.screens.navigation_rows import Entry, Heading, Nothing, tailed
from carservices_ui.screens.navigation_sheet import Sheet
from carservices_ui.streams import GUIDANCE
from carservices_ui.units import duration
from carservices_ui.widgets import Dialog, Icon, IconButton, Row, Text, TextButton, spacer


class TripPage(Sheet):
    """Also where stops are added, the sentences muted, and the guidance ended."""

    def build(self) -> None:
        self.title.text = t("nav.journey")
        self.mute = IconButton("volume_up")
        self.mute.bind(on_release=lambda *_: self.plan.routes.change("mute", on=not self.muted))
        self.stations = IconButton("ev_station", tone="energy")
        self.stations.bind(on_release=lambda *_: self.plan.open(Page.ALONG))
        self.ends = [self.stations, self.mute]
        self.add = TextButton(t("nav.add_stop"), icon="add", size_hint=(1, None))
        self.add.bind(on_release=lambda *_: self.plan.open(Page.SEARCH))
        self.end = TextButton(t("nav.end"), icon="close", kind="danger", size_hint=(1, None))
        self.end.bind(on_release=lambda *_: self._end())
        self.foot.add_widget(self.add)
        self.foot.add_widget(self.end)
        self.turns: list[TurnRow] = []
        self.stops: list[Row] = []
        self.take_out: list[IconButton] = []

    @property
    def muted(self) -> bool:
        """Whether no sentences are spoken."""
        return self._guidance is not None and self._guidance.muted

    @property
    def _guidance(self) -> Guidance | None:
        guidance: Guidance | None = self.ui.store.stream(GUIDANCE)
        return guidance

    def depends(self) -> object:
        return self.plan.routes.under_way, self.muted, self._guidance and self._guidance.turn

    def content(self) -> Widget | Sequence[Widget]:
        journey = self.plan.routes.under_way
        self.mute.icon.show("volume_off" if self.muted else "volume_up", tone="heat" if self.muted else "text")
        self.add.available = self.end.available = self.stations.available = journey is not None
        if journey is None or journey.destination is None:
            return Nothing("route", t("nav.no_journey"))
        destination = journey.destination
        self.take_out = []
        self.stops = [self._stop(index, place) for index, place in enumerate(journey.stops)]
        self.turns = self._turns(journey)
        plan = self._charge_plan(journey.route)
        goal = Entry(self.ui.restrictions.text(say.title(destination)), say.address(destination), icon="flag")
        goal.bind(on_release=lambda *_: self.plan.show_place(destination))
        problem = [Text(journey.problem, tone="heat", wrap=500)] if journey.problem else []
        turns = [Heading(t("nav.maneuvers")), *self.cut(self.turns)] if self.turns else []
        return [*problem, *self.stops, goal, *plan, *turns]

    def _turns(self, journey: RouteState) -> "list[TurnRow]":
        """Those that are ahead, each with its way from the one before."""
        line = points(journey.route.geometry if journey.route is not None else "")
        ways = geo.legs(line, [(turn.lat, turn.lon) for turn in journey.turns])
        following = self._guidance.turn if self._guidance is not None else None
        first = journey.turns.index(following) if following in journey.turns else 0
        return [
            TurnRow(turn, self.ui.units.way(way) if way and index > first else "")  # to the first it grows less
            for index, (turn, way) in enumerate(zip(journey.turns, ways, strict=True))
            if index >= first
        ]

    def _charge_plan(self, route: RoutePreview | None) -> list[Entry]:
        """Where the charge along the way is shown; nothing while it is not known."""
        if route is None or not route.charge:
            return []
        stops = len(route.charge_stops)
        charging = t("nav.charging_time", n=stops, time=duration(route.charge_s)) if stops else ""
        at_goal = t("nav.at_destination", soc=say.charge(route.arrival))
        entry = Entry(t("nav.charge_plan"), say.dotted([charging, at_goal]), icon="bolt", tone="energy")
        entry.bind(on_release=lambda *_: self.plan.open(Page.CHARGING))
        return [entry]

    def _stop(self, index: int, place: Place) -> Row:
        take_out = IconButton("close", tone="text2", surface="surface2", radius="tile")
        take_out.bind(on_release=lambda *_: self.plan.routes.change("remove_stop", position=index))
        detail = t("nav.stop_number", n=index + 1)
        entry = Entry(self.ui.restrictions.text(say.title(place)), detail, icon=say.icon(place))
        entry.bind(on_release=lambda *_: self.plan.show_place(place))
        self.take_out.append(take_out)
        return tailed(entry, take_out)

    def _end(self) -> None:
        def end() -> None:
            self.plan.routes.change("cancel")
            self.plan.close()

        actions = [(t("nav.go_on"), "plain", lambda: None), (t("nav.end"), "danger", end)]
        self.ui.ask(Dialog(t("nav.end_title"), t("nav.end_text"), actions))


class TurnRow(Row):
    """A maneuver: its arrow, what to do, and the way to it from the one before."""

    def __init__(self, turn: Turn, way: str) -> None:
        words = Text(words_of(turn), limit=370)
        parts = (Icon(icon_of(turn), tone="accent"), words, spacer(), Text(way, tone="text2"))
        super().__init__(*parts, gap="m", size_hint=(1, None), height=dp(60), padding=(dp(20), 0))
