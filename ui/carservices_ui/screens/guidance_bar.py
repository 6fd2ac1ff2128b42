"""What is left of the way: time of arrival, time and distance, where it leads, and the charge on arrival."""

import time
from datetime import datetime
from typing import Any

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.navigation import Guidance, GuidanceState, RouteState
from carservices.api.routes import ArrivalCharge
from carservices_ui.i18n import number, t
from carservices_ui.planning.names import named
from carservices_ui.screens.guidance_parts import GLASS, Divider
from carservices_ui.screens.navigation_words import bounds, charge_tone
from carservices_ui.streams import GUIDANCE, ROUTE
from carservices_ui.tokens import ICON, SPACE
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING, duration
from carservices_ui.widgets import Card, Column, Icon, IconButton, Row, Text, put, spacer

SECONDS_AHEAD = 1e8
GAP, PLACE = 16, 200


class ArrivalBar(Card):
    """Along the bottom of the map while there is a route; `whole` adds mute and end."""

    def __init__(self, ui: Ui, *, whole: bool) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(None, None))
        self._ui = ui
        self._muted = False
        self.arrives = Text(NOTHING, role="primary", strong=True, fixed=True)
        self.left = Text(NOTHING, tone="text2", fixed=True)
        self.place = Text("", limit=PLACE)
        self.charge = Text("", tone="energy", fixed=True)
        self.bounds = Text("", role="caption", tone="text2", fixed=True)
        self._bolt = Icon("bolt", size="small", tone="energy", filled=True)
        self._charges = Column(self.charge, gap=None)
        self.distance = Text("", role="caption", tone="text2", fixed=True)
        lefts = (self.left,) if whole else (self.left, self.distance)
        self._time = Row(self.arrives, Column(*lefts, gap=None), gap="m", pos_hint={"center_y": 0.5})
        self._where = Row(Icon("flag", size="small", tone="text2", filled=True), self.place, pos_hint={"center_y": 0.5})
        self._energy = Row(self._bolt, self._charges, gap="xs", pos_hint={"center_y": 0.5})
        self.mute, self.end = IconButton("volume_up", tone="text2"), IconButton("close", tone="alert")
        self.mute.bind(on_release=lambda *_: ui.plan.routes.change("mute", on=not self._muted))
        self.end.bind(on_release=lambda *_: ui.plan.routes.change("cancel"))
        self._buttons = (Divider(), self.mute, self.end) if whole else ()
        self._row = Row(gap=None, size_hint=(1, 1), pos_hint={"x": 0, "y": 0})
        self._row.padding = (dp(24), 0, dp(4 if whole else 24), 0)
        self.add_widget(self._row)
        for part in (self, self._time, self._energy):
            part.bind(width=self._fit)
        self._lay(charged=False)
        ui.store.bind_stream(ROUTE, self._show_route)
        ui.store.bind_stream(GUIDANCE, self._show)

    def _lay(self, *, charged: bool) -> None:
        """Lay out the groups, the charge only where it is known."""
        self._row.clear_widgets()
        ahead = [spacer(), *self._led(self._energy)] if charged else [spacer()]
        for part in (self._time, *self._led(self._where), *ahead):
            self._row.add_widget(part)
        if self._buttons:
            self._row.add_widget(spacer(size_hint=(None, 1), width=dp(GAP)))
            for button in self._buttons:
                self._row.add_widget(button)
        self._fit()

    @staticmethod
    def _led(group: Row) -> list[Widget]:
        """A group with a line before it."""
        return [
            spacer(size_hint=(None, 1), width=dp(GAP)),
            Divider(),
            spacer(size_hint=(None, 1), width=dp(GAP)),
            group,
        ]

    def _fit(self, *_: Any) -> None:
        """The place gets what the others leave."""
        charge = self._energy.width + 2 * dp(GAP) if self._energy.parent else 0
        buttons = sum(button.width for button in self._buttons) + dp(GAP) if self._buttons else 0
        ends = self._row.padding[0] + self._row.padding[2] + dp(ICON["small"] + SPACE["s"])
        self.place.relimit(self.width - ends - self._time.width - 2 * dp(GAP) - charge - buttons)

    def _show_route(self, route: RouteState | None) -> None:
        place = route.destination if route else None
        self.place.text = (named(place) or t("guidance.place")) if place else NOTHING

    def _show(self, guidance: Guidance | None) -> None:
        if guidance is None or guidance.state is GuidanceState.NONE:
            return
        if guidance.eta is not None:  # while a new way is searched the last figures stay
            self._show_left(guidance, guidance.eta)
        self._muted = guidance.muted
        self.mute.icon.show("volume_off" if guidance.muted else "volume_up")
        self.mute.icon.show(tone="heat" if guidance.muted else "text2")

    def _show_left(self, guidance: Guidance, eta: float) -> None:
        units = self._ui.units
        arrives = datetime.fromtimestamp(min(max(0.0, eta), time.time() + SECONDS_AHEAD))
        self.arrives.text = units.clock(arrives.hour, arrives.minute)
        self.distance.text = units.distance(guidance.remaining_m)
        self.left.text = duration(guidance.remaining_s)
        if self._buttons:
            self.left.text += f" · {self.distance.text}"
        self._show_charge(guidance.arrival)

    def _show_charge(self, charge: ArrivalCharge | None) -> None:
        if (charge is None) != (self._energy.parent is None):
            self._lay(charged=charge is not None)
        if charge is None:
            return
        tone = charge_tone(charge)
        self.charge.text = t("guidance.charge", percent=number(max(0.0, charge.mean)))
        self.charge.tone(tone)
        self._bolt.show(tone=tone)
        self.bounds.text = bounds(charge)
        put(self._charges, self.bounds, bool(self.bounds.text))
