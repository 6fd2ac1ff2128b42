"""The next turn: how far, which way, onto which road, which lanes, and what follows it."""

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices.api.routes import ManeuverKind, Turn
from carservices_ui.i18n import t
from carservices_ui.maneuvers import icon_of, words_of
from carservices_ui.screens.guidance_lanes import Lanes
from carservices_ui.screens.guidance_parts import GLASS
from carservices_ui.tokens import RADIUS, TARGET, rgb
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Column, Control, Icon, Row, Text, put
from carservices_ui.widgets.shapes import rounded

WIDTH, HEIGHT = 316, 108
TILE = (*rgb("#4A8DF8"), 1.0), (*rgb("#1F5FE0"), 1.0)
"""From top to bottom, by day and night, as signs are."""
ROAD = 380
"""The longest name of a road in dp."""
LANES_M = 2000.0
"""m from which on the lanes are of use."""
NOW_M = 15.0
"""m from which on the turn is now."""
AT_ROUNDABOUT = (ManeuverKind.ROUNDABOUT_ENTER, ManeuverKind.ROUNDABOUT_EXIT)


class TurnTile(FloatLayout):
    """The arrow on blue; the number of a roundabout's exit stands in its corner."""

    def __init__(self) -> None:
        super().__init__(size_hint=(None, None), size=(dp(TARGET), dp(TARGET)))
        with self.canvas.before:
            Color(1, 1, 1, 1)
            self._plate = Rectangle(
                texture=rounded(self.size, dp(RADIUS["tile"]), TILE[0], bottom=TILE[1]), size=self.size
            )
        self.bind(pos=lambda *_: setattr(self._plate, "pos", (round(self.x), round(self.y))))
        self._arrow = Icon("near_me", size="large", tone="on_accent", pos_hint={"center_x": 0.5, "center_y": 0.5})
        self.exit = Text(strong=True, tone="on_accent", pos_hint={"right": 0.9, "y": 0.04})
        self.add_widget(self._arrow)
        self.add_widget(self.exit)

    def show(self, turn: Turn) -> None:
        """Another turn."""
        self._arrow.show(icon_of(turn))
        number = turn.roundabout_exit if turn.kind in AT_ROUNDABOUT else None
        self.exit.text = "" if number is None else str(number)
        self._arrow.pos_hint = {"center_x": 0.42, "center_y": 0.56} if number else {"center_x": 0.5, "center_y": 0.5}


class ExitSign(Card):
    """The number of a motorway exit."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(tone="accent_tint", radius=12, size_hint=(None, None), height=dp(40), **kwargs)
        self.words = Text(strong=True, tone="accent", pos_hint={"center_x": 0.5, "center_y": 0.5})
        self.words.bind(width=lambda _, width: setattr(self, "width", width + dp(28)))
        self.add_widget(self.words)


class TurnCard(Control):
    """Large and on top; a tap asks for all the turns."""

    def __init__(self, ui: Ui, tapped: Callable[[], None]) -> None:
        super().__init__(radius="overlay", width=dp(WIDTH), height=dp(HEIGHT))
        self._ui = ui
        self.bind(on_release=lambda *_: tapped())
        self.tile = TurnTile()
        self.distance = Text(role="title", strong=True)
        self.street = Text(tone="text2", limit=ROAD)
        self.sign = ExitSign(pos_hint={"center_y": 0.5})
        self.lanes = Lanes()
        self._line = Row(self.distance, gap="m")
        self._head = Row(self.tile, Column(self._line, self.street, gap=None), gap="m", pos_hint={"x": 0})
        self._content = Column(self._head, gap="m", pos_hint={"center_y": 0.5})
        self.add_widget(Card(tone="overlay", alpha=GLASS, radius="overlay", pos_hint={"x": 0, "y": 0}))
        self.add_widget(self._content)
        self._content.bind(size=self._fit)
        self.bind(x=self._fit)
        self._fit()

    def show(self, turn: Turn, distance_m: float | None) -> None:
        """Another turn, or the same one nearer."""
        self.tile.show(turn)
        near = distance_m is not None and distance_m < NOW_M
        self.distance.text = t("guidance.now") if near else "" if distance_m is None else self._ui.units.way(distance_m)
        roads = " · ".join(dict.fromkeys(words for words in (turn.street, turn.sign) if words))
        self.street.text = roads or words_of(turn)
        self.sign.words.text = t("guidance.exit", exit=turn.exit) if turn.exit else ""
        self.lanes.show(turn.lanes)
        put(self._line, self.sign, bool(turn.exit))
        put(self._content, self.lanes, bool(turn.lanes) and (distance_m is None or distance_m < LANES_M))
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.lanes.width = max(self.lanes.least, self._head.width, dp(WIDTH - 16 - 24))
        width, height = self._content.size
        self.size = (max(dp(WIDTH), width + dp(16 + 24)), max(dp(HEIGHT), height + dp(2 * 16)))
        self._content.x = self.x + dp(16)


class ThenPill(Card):
    """The turn after the next one, when it comes soon."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="pill", size_hint=(None, None), height=dp(52))
        self._ui = ui
        self._icon = Icon("straight", size="small")
        self.way = Text(limit=ROAD)
        row = Row(Text(t("guidance.then"), tone="text2"), self._icon, self.way)
        row.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        row.bind(width=lambda _, width: setattr(self, "width", width + dp(40)))
        self.add_widget(row)

    def show(self, turn: Turn, distance_m: float | None) -> None:
        """Another turn; how far it is behind the one before, or onto which road when that is not known."""
        self._icon.show(icon_of(turn))
        known = distance_m is not None and distance_m >= NOW_M
        self.way.text = self._ui.units.way(distance_m) if known and distance_m else turn.street or words_of(turn)
