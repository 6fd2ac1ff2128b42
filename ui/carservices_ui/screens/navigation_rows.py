"""Rows and tiles of the planning: a place, a kind of places, a switch, and what stands where there is nothing."""

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp

from carservices.api.driving import Restriction
from carservices.api.routes import Charger, Place
from carservices_ui.i18n import t
from carservices_ui.planning.search import CHARGING
from carservices_ui.screens import navigation_words as say
from carservices_ui.templates.states import Spinner
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import (
    Card,
    Column,
    Control,
    Flow,
    Icon,
    IconTile,
    Row,
    Text,
    TextButton,
    Toggle,
    spacer,
)

HEIGHT = 88
CENTER = {"center_x": 0.5, "center_y": 0.5}
FILL: dict[str, Any] = {"size_hint": (1, 1), "pos_hint": {"x": 0, "y": 0}}


class Entry(Control):
    """An icon, a title over a quiet line, and one or two short texts at the end; long ones are cut where they meet."""

    def __init__(
        self,
        title: str,
        detail: str,
        *,
        icon: str,
        tone: str = "accent",
        end: str = "",
        below: str = "",
    ) -> None:
        super().__init__(size_hint=(1, None), height=dp(HEIGHT))
        self.title, self.detail = Text(title, strong=bool(detail)), Text(detail, tone="text2")
        for text in (self.title, self.detail):
            text.shorten, text.shorten_from = True, "right"
        self.end = Column(
            *(Text(words, tone=tint) for words, tint in ((end, "text"), (below, "text2")) if words),
            gap=None,
            align="right",
        )
        words = Column(self.title, *([self.detail] if detail else []), gap=None, size_hint=(1, None))
        self.add_widget(Card(tone="surface2", radius="tile", pos_hint=CENTER))
        ends = [self.end] if self.end.children else []
        self.add_widget(Row(IconTile(icon, tone=tone), words, *ends, gap="m", padding=(dp(16), 0, dp(20), 0), **FILL))
        self.bind(width=self._limit)

    def _limit(self, *_: Any) -> None:
        end = self.end.minimum_width + dp(16) if self.end.children else 0.0
        room = self.width - dp(16 + 48 + 16 + 20) - end
        for text in (self.title, self.detail):
            text.relimit(room)


class PlaceEntry(Entry):
    """A place: icon of its category, name, address (or that no way can be found there), distance."""

    def __init__(
        self,
        ui: Ui,
        place: Place,
        choose: Callable[[Place], None],
        *,
        icon: str | None = None,
        off_map: bool = False,
    ) -> None:
        self.place = place
        detail = say.address(place) or (t("nav.station") if place.category == CHARGING else "")
        super().__init__(
            ui.restrictions.text(say.title(place)),
            t("nav.off_map") if off_map else ui.restrictions.text(detail),
            icon=icon or say.icon(place),
            tone="energy" if place.category == CHARGING else "accent",
            end=say.away(ui, place.distance_m),
        )
        self.bind(on_release=lambda *_: choose(place))


class StationEntry(Entry):
    """A charging station: its power and free plugs, and how far it is."""

    def __init__(self, ui: Ui, charger: Charger, choose: Callable[[Charger], None], end: str, below: str = "") -> None:
        self.charger = charger
        super().__init__(
            ui.restrictions.text(say.title(charger.place)),
            say.station_line(charger),
            icon="ev_station",
            tone=say.station_tone(charger),
            end=end,
            below=below,
        )
        self.bind(on_release=lambda *_: choose(charger))


def tailed(entry: Entry, button: Control) -> Row:
    """An entry with a button of its own beside it, for a finger and for the rotary."""
    return Row(entry, button, gap="s", size_hint=(1, None))


class KindTile(Control):
    """A kind of places: its icon over its name."""

    def __init__(self, icon: str, name: str, *, tone: str = "accent") -> None:
        super().__init__(size_hint=(1, None), height=dp(112))
        self.name = Text(name)
        self.name.shorten, self.name.shorten_from = True, "right"
        self.add_widget(Card(tone="surface2", radius="tile", pos_hint=CENTER))
        words = Column(Icon(icon, tone=tone, filled=True), self.name, gap="s", align="center_x", pos_hint=CENTER)
        self.add_widget(words)
        self.bind(width=lambda _, width: self.name.relimit(width - dp(16)))


class SwitchEntry(Card):
    """A switch with its name before it; `choose` gets what the person wants."""

    def __init__(self, icon: str, name: str, on: bool, choose: Callable[[bool], None], *, tone: str = "accent") -> None:
        super().__init__(tone="surface2", radius="tile", size_hint=(1, None), height=dp(TARGET))
        self.toggle = Toggle()
        self.toggle.value = on
        self.toggle.bind(on_choose=lambda _, value: choose(value))
        self.add_widget(
            Row(
                Icon(icon, tone=tone if on else "text2", filled=on),
                Text(name),
                spacer(),
                self.toggle,
                gap="m",
                padding=(dp(20), 0, dp(12), 0),
                **FILL,
            )
        )


class Heading(Text):
    """Over a group of rows."""

    def __init__(self, words: str) -> None:
        super().__init__(words, tone="text2", strong=True, padding=(dp(4), dp(4)))


class Nothing(Column):
    """An icon with a sentence or two in the middle, and a way out if there is one."""

    def __init__(
        self,
        icon: str,
        title: str,
        detail: str = "",
        *,
        tone: str = "text2",
        way_out: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        flow: dict[str, Any] = {"halign": "center", "size_hint": (1, None)}
        parts: list[Any] = [Flow(title, lines=2, strong=True, **flow)]
        if detail:
            parts.append(Flow(detail, lines=4, tone="text2", **flow))
        if way_out is not None:
            button = TextButton(way_out[0])
            button.bind(on_release=lambda *_: way_out[1]())
            parts.append(button)
        tile = IconTile(icon, tone=tone, side=72)
        super().__init__(spacer(), tile, *parts, spacer(), gap="m", align="center_x", padding=(dp(16), 0), **FILL)


class Busy(Column):
    """The spinner and what is waited for; it stands still while nothing may move."""

    def __init__(self, ui: Ui, words: str) -> None:
        spinner = Spinner(still=ui.restrictions.forbids(Restriction.NO_VIDEO))
        super().__init__(spacer(), spinner, Text(words, tone="text2"), spacer(), gap="m", align="center_x", **FILL)


def failed(problem: str, again: Callable[[], None]) -> Nothing:
    """Why there is nothing, and a button that asks again."""
    return Nothing("sync_problem", t("nav.failed"), say.sentence(problem), tone="heat", way_out=(t("nav.again"), again))
