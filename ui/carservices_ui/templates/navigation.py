"""Guidance over the car's map: the next step and the one after it, lanes, what is left, and short questions."""

import time
from datetime import datetime
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices.app import templates as nodes
from carservices.app.templates import NavigationTemplate, RoutingInfo, TravelEstimate
from carservices_ui.i18n import t
from carservices_ui.templates.actions import AppButton, buttons
from carservices_ui.templates.header import Unsandboxed
from carservices_ui.templates.host import Host
from carservices_ui.templates.hostmap import HostMap
from carservices_ui.templates.pictures import PictureView
from carservices_ui.templates.states import Spinner
from carservices_ui.templates.view import View
from carservices_ui.tokens import TARGET
from carservices_ui.units import duration
from carservices_ui.widgets import Card, Column, Icon, IconButton, Row, Text, spacer

GLASS = 0.96
EDGE = 20
STEP = 480
TURNS = {
    "unknown": "near_me",
    "depart": "near_me",
    "straight": "straight",
    "keep_left": "turn_slight_left",
    "keep_right": "turn_slight_right",
    "turn_slight_left": "turn_slight_left",
    "turn_slight_right": "turn_slight_right",
    "turn_left": "turn_left",
    "turn_right": "turn_right",
    "turn_sharp_left": "turn_sharp_left",
    "turn_sharp_right": "turn_sharp_right",
    "u_turn_left": "u_turn_left",
    "u_turn_right": "u_turn_right",
    "on_ramp_left": "ramp_left",
    "on_ramp_right": "ramp_right",
    "off_ramp_left": "ramp_left",
    "off_ramp_right": "ramp_right",
    "fork_left": "fork_left",
    "fork_right": "fork_right",
    "merge_left": "merge",
    "merge_right": "merge",
    "roundabout": "roundabout_right",
    "ferry": "directions_boat",
    "destination": "flag",
    "destination_left": "flag",
    "destination_right": "flag",
}
"""Manoeuvre → icon."""


class NavigationView(View):
    """No header: everything floats on the map."""

    def build(self) -> None:
        node: NavigationTemplate = self.node
        covered = dp(EDGE + TARGET)
        self.map = HostMap(self.host.ui, insets=(0, covered, covered, covered), pos_hint={"x": 0, "y": 0})
        self.add_widget(self.map)
        self.step = Step(self.host, node.info)
        self.bar = EstimateBar(self.host)
        self.strip = Row(*self._badge(), *buttons(self, lambda whole: whole.actions, surface="overlay"), gap="m")
        self.on_map = Column(*buttons(self, lambda whole: whole.map_actions, surface="overlay"), gap="s")
        for overlay in (self.step, self.bar, self.strip, self.on_map):
            self.add_widget(overlay)
            overlay.bind(size=self._arrange)
        self.alert: AlertCard | None = None
        self.bind(pos=self._arrange, size=self._arrange)
        self.keep(self.step, lambda whole: whole.info)
        self.keep(self.bar, lambda whole: whole.estimate)
        self.keep(self, lambda whole: whole)

    def show(self, node: NavigationTemplate) -> None:
        """Map and alert."""
        self.map.show(node.map, tuple(node.map.places))
        before = self.alert.node.id if self.alert else None
        if self.alert is not None and (node.alert is None or node.alert.id != before):
            self.alert.stop()
            self.remove_widget(self.alert)
            self.alert = None
        if node.alert is not None and node.alert.id != before:
            self.alert = AlertCard(self.host, node.alert)
            self.add_widget(self.alert)
            self.alert.bind(size=self._arrange)
            self._arrange()

    def close(self) -> None:
        if self.alert is not None:
            self.alert.stop()
        self.map.close()

    def _badge(self) -> list[Widget]:
        return [Unsandboxed()] if self.host.screen.unsandboxed else []

    def _arrange(self, *_: Any) -> None:
        edge, top = dp(EDGE), self.y + self.height - dp(EDGE)
        self.map.pos, self.map.size = self.pos, self.size
        self.step.pos = (self.x + edge, top - self.step.height)
        self.strip.pos = (self.x + self.width - edge - self.strip.width, top - self.strip.height)
        self.bar.pos, self.bar.size = (self.x + edge, self.y + edge), (self.width - 2 * edge, dp(TARGET))
        self.on_map.pos = (self.x + self.width - edge - self.on_map.width, self.y + 2 * edge + dp(TARGET))
        if self.alert is not None:
            self.alert.pos = (self.x + (self.width - self.alert.width) / 2, self.y + 2 * edge + dp(TARGET))


class Step(Column):
    """The large card of the next step, lanes in it, and the one after it in a pill below."""

    def __init__(self, host: Host, info: Any) -> None:
        super().__init__(gap="s", size_hint=(None, None), width=dp(STEP))
        self._host = host
        self.distance = Text(role="title", strong=True)
        self.cue = Text(tone="text2", limit=STEP - 150)
        self.turn = Icon("near_me", size="large", tone="on_accent", filled=True)
        self.turn.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        self._picture = PictureView(host, TARGET)
        self.show(info)

    def show(self, info: Any) -> None:
        """Another step, or a sentence in its place."""
        self.clear_widgets()
        if info is None:
            return
        if isinstance(info, nodes.MessageInfo):
            self._picture.show(info.image)
            self._card(self._picture if info.image else None, info.title, info.text)
        elif info.step is None:
            self._card(Spinner(still=self._host.still), t("template.routing"), "")
        else:
            self._step(info, info.step)

    def _step(self, info: RoutingInfo, step: nodes.Step) -> None:
        tile = Card(tone="accent_fill", radius="tile", size_hint=(None, None), size=(dp(TARGET), dp(TARGET)))
        if self.turn.parent:
            self.turn.parent.remove_widget(self.turn)
        self.turn.show(TURNS[step.manoeuvre])
        tile.add_widget(self.turn)
        if step.exit_number:
            tile.add_widget(
                Text(str(step.exit_number), role="caption", tone="on_accent", pos_hint={"right": 0.9, "y": 0.05})
            )
        road = " · ".join(words for words in (step.cue, step.road) if words)
        self._card(tile, self._host.ui.units.way(info.distance_m), road, step.lanes)
        if info.next_step is not None:
            self.add_widget(Then(info.next_step))

    def _card(self, lead: Widget | None, title: str, text: str, lanes: Any = ()) -> None:
        self.distance.text, self.cue.text = title, text
        for words in (self.distance, self.cue):
            if words.parent:
                words.parent.remove_widget(words)
        if lead is not None and lead.parent:
            lead.parent.remove_widget(lead)
        line = Row(*([lead] if lead else []), Column(self.distance, *([self.cue] if text else [])), gap="m")
        content = Column(line, *([Lanes(lanes)] if lanes else []), gap="m")
        card = Card(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(1, None), height=dp(116))
        content.pos_hint = {"x": 0.04, "center_y": 0.5}
        content.bind(height=lambda _, height: setattr(card, "height", max(dp(116), height + dp(32))))
        card.add_widget(content)
        self.add_widget(card)


class Lanes(Row):
    """The lanes from left to right, those to take lit."""

    def __init__(self, lanes: Any) -> None:
        super().__init__(
            *(
                Icon(
                    TURNS[lane.directions[0]] if lane.directions else "straight",
                    tone="accent" if lane.recommended else "control",
                    filled=lane.recommended,
                )
                for lane in lanes
            ),
            gap="m",
        )


class Then(Card):
    """The step after the next one."""

    def __init__(self, step: nodes.Step) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="pill", size_hint=(None, None), height=dp(52))
        row = Row(
            Text(t("template.then"), tone="text2"),
            Icon(TURNS[step.manoeuvre], size="small"),
            Text(step.cue, limit=STEP - 160),
            pos_hint={"center_x": 0.5, "center_y": 0.5},
        )
        row.bind(width=lambda _, width: setattr(self, "width", width + dp(40)))
        self.add_widget(row)


class EstimateBar(Card):
    """Back, the app, and arrival, time and distance left."""

    def __init__(self, host: Host) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(None, None))
        self._host = host
        self.back = IconButton("arrow_back")
        self.back.bind(on_release=lambda *_: host.ask("back"))
        self.arrival = Text(role="primary", strong=True)
        self.left = Text(tone="text2")
        self.app = Text(host.name, tone="text2", limit=300)
        row = Row(self.back, self.arrival, self.left, spacer(), self.app, gap="m", size_hint=(1, 1))
        row.padding, row.pos_hint = (0, 0, dp(24), 0), {"x": 0, "y": 0}
        self.add_widget(row)

    def show(self, estimate: TravelEstimate | None) -> None:
        """What is left of the way; nothing without a route."""
        if estimate is None:
            self.arrival.text = self.left.text = ""
            return
        arrives = datetime.fromtimestamp(min(max(0.0, estimate.arrival), time.time() + 1e8))
        units = self._host.ui.units
        self.arrival.text = units.clock(arrives.hour, arrives.minute)
        self.left.text = f"{duration(estimate.seconds)} · {units.distance(estimate.distance_m)}"


class AlertCard(FloatLayout):
    """A question that goes away by itself; an answer takes it away too."""

    def __init__(self, host: Host, node: nodes.Alert) -> None:
        super().__init__(size_hint=(None, None), size=(dp(640), dp(120)))
        self.node = node
        picture = PictureView(host, 64)
        picture.show(node.icon)
        self.buttons = [AppButton(host, action) for action in node.actions]
        for button in self.buttons:
            button.bind(on_release=lambda *_: self.stop())
        title = Text(node.title, strong=True, limit=360)
        texts = Column(title, *([Text(node.text, tone="text2", limit=360)] if node.text else []))
        row = Row(*([picture] if node.icon else []), texts, *self.buttons, gap="m")
        row.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        row.bind(width=lambda _, width: setattr(self, "width", width + dp(56)))
        self.add_widget(Card(tone="overlay", radius="overlay", pos_hint={"x": 0, "y": 0}))
        self.add_widget(row)
        self._timer = Clock.schedule_once(lambda _: self.stop(), node.seconds)

    def stop(self) -> None:
        """It is over."""
        self._timer.cancel()
        self.opacity = 0
        self.disabled = True
