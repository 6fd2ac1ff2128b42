"""The map card: the map, guidance or the road, speed and limit, zoom, and along the bottom the way left or the trip."""

from typing import TYPE_CHECKING, Any

from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices.api.energy import Trip
from carservices_ui.livemap import Road
from carservices_ui.planning import Page
from carservices_ui.screens.guidance import GuidanceColumn
from carservices_ui.screens.guidance_bar import ArrivalBar
from carservices_ui.screens.guidance_parts import GLASS, Divider
from carservices_ui.screens.guidance_speed import SpeedChip
from carservices_ui.screens.home_sights import Sights
from carservices_ui.screens.range_gauge import Charge
from carservices_ui.streams import GUIDANCE, TRIP
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING, duration
from carservices_ui.widgets import Card, Column, Icon, IconButton, Row, Text, spacer

if TYPE_CHECKING:
    from carservices_ui.map.view import MapView

EDGE = 20
ZOOM = {"add": 1, "remove": -1}
"""Buttons and the way they zoom."""
SCREEN = "navigation"


class MapCard(FloatLayout):
    """The hero of the home screen, and all of the navigation screen, which is `whole`."""

    def __init__(self, ui: Ui, *, whole: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._ui, self._whole = ui, whole
        self._covered = 0.0
        self.map: MapView | None = None
        self.guidance = GuidanceColumn(ui, lambda: self._open(Page.TRIP))
        self.speed = SpeedChip(ui)
        self.trip, self.arrival = TripBar(ui), ArrivalBar(ui, whole=whole)
        self.locate = IconButton("my_location", tone="accent", surface="overlay")
        self.locate.bind(on_release=lambda *_: self._locate())
        self.zoom = {step: ZoomButton(icon, step, self) for icon, step in ZOOM.items()}
        self.buttons = Column(self.locate, *self.zoom.values(), gap="s")
        self.sights = Sights(ui)
        self.corner = Row(gap="m")
        """Top right, for buttons of the screen."""
        if not whole:
            search = IconButton("search", surface="overlay")
            search.bind(on_release=lambda *_: self._open(Page.SEARCH))
            self.corner.add_widget(search)
        self.bar: Widget = self.trip
        for overlay in (self.guidance, self.corner, self.speed, self.buttons, self.bar):
            self.add_widget(overlay)
            overlay.bind(size=self._arrange)
        self.arrival.bind(size=self._arrange)
        self.bind(pos=self._arrange, size=self._arrange)
        covered = dp(EDGE + TARGET)
        insets = (0, covered, covered, covered)
        ui.map.lend(self, insets=insets, on_map=self._show_map, on_road=self._show_road, guided=True)
        ui.store.bind_stream(GUIDANCE, lambda _: self._choose_bar())

    def cover(self, left: float) -> None:
        """Something covers this many pixels at the left: what lies there hides, and the map keeps clear of it."""
        self._covered = left
        self.sights.show(not left)
        self._arrange()
        for overlay in (self.guidance, self.speed):
            overlay.opacity, overlay.disabled = (0.0, True) if left else (1.0, False)
        self._choose_bar()

    def zoom_by(self, steps: float) -> None:
        """Closer, or further away."""
        if self.map is not None:
            self.map.zoom_by(steps)

    def _locate(self) -> None:
        """Back to the car; there already, change between the view from behind and north up."""
        if self.map is None:
            return
        if self.map.follow:
            self.map.north_up = not self.map.north_up
        else:
            self._ui.map.recenter()
        self._show_follow()

    def _show_follow(self, *_: Any) -> None:
        if self.map is not None:
            following = self.map.follow
            self.locate.icon.show("explore" if following and self.map.north_up else "my_location", filled=following)

    def _open(self, page: Page) -> None:
        self._ui.plan.enter(page)
        if not self._whole:
            self._ui.show(SCREEN)

    def _choose_bar(self) -> None:
        bar = self.arrival if self.guidance.guiding and not self.guidance.arrived else self.trip
        hidden = self._covered > 0
        bar.opacity, bar.disabled = (0.0, True) if hidden else (1.0, False)
        if bar is not self.bar:
            self.remove_widget(self.bar)
            self.add_widget(bar)
            self.bar = bar
            self._ui.rebuilt()
        self._arrange()

    def _arrange(self, *_: Any) -> None:
        edge, top = dp(EDGE), self.y + self.height - dp(EDGE)
        right = self.x + self.width - edge
        above = self.y + 2 * edge + dp(TARGET) - dp(4)
        if self.map is not None and self.map.parent is self:
            self.map.pos, self.map.size = self.pos, self.size
            covered = edge + dp(TARGET)
            self.map.insets = [self._covered, covered, covered, edge if self._covered else covered]
        self.guidance.pos = (self.x + edge, top - self.guidance.height)
        self.corner.pos = (right - self.corner.width, top - self.corner.height)
        self.bar.pos, self.bar.size = (self.x + edge, self.y + edge), (self.width - 2 * edge, dp(TARGET))
        self.speed.pos = (self.x + edge, above)
        self.buttons.pos = (right - self.buttons.width, self.y + edge if self._covered else above)
        if self.map is not None:
            over = [
                *self.guidance.children,
                self.corner,
                self.speed,
                self.buttons,
                *([] if self._covered else [self.bar]),
            ]
            self.map.covered = [(one.x - self.x, one.y - self.y, one.right - self.x, one.top - self.y) for one in over]

    def _show_map(self, view: "MapView") -> None:
        self.map = view
        view.bind(follow=self._show_follow, north_up=self._show_follow)
        self._ui.map.on_seen(self.sights.look)
        self.sights.look()
        self._show_follow()
        self._arrange()

    def _show_road(self, road: Road) -> None:
        self.guidance.show_road(road)
        self.speed.drive_on(road)


class ZoomButton(IconButton):
    """A tap is one step; Enter gives it the rotary, whose clicks zoom."""

    engages = True

    def __init__(self, icon: str, step: int, card: MapCard) -> None:
        super().__init__(icon, surface="overlay")
        self._step, self._card = step, card

    def on_release(self) -> None:
        self._card.zoom_by(0.75 * self._step)

    def turn(self, steps: int) -> None:
        self._card.zoom_by(0.25 * steps)


class TripBar(Card):
    """Driven so far: distance, time, consumption, and the charge left."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(tone="overlay", alpha=GLASS, radius="overlay", size_hint=(None, None))
        self._ui = ui
        self.distance = Text(NOTHING, strong=True)
        self.time = Text(NOTHING, tone="text2")
        self.consumption = Text(NOTHING)
        self.consumption_unit = Text(ui.units.shown("consumption").label, role="caption", tone="text2")
        self.charge = Charge(ui, strong=True)
        groups = (
            Row(self.distance, self.time, gap="m"),
            Row(Icon("eco", size="small", tone="text2"), self.consumption, self.consumption_unit, gap="s"),
            self.charge,
        )
        row = Row(gap=None, size_hint=(1, 1), padding=(dp(24), 0), pos_hint={"x": 0, "y": 0})
        for index, group in enumerate(groups):
            if index:
                for part in (spacer(), Divider(), spacer()):
                    row.add_widget(part)
            group.pos_hint = {"center_y": 0.5}
            row.add_widget(group)
        self.add_widget(row)
        ui.store.bind_stream(TRIP, self._show_trip)

    def _show_trip(self, trip: Trip | None) -> None:
        units = self._ui.units
        self.distance.text = units.distance(None if trip is None else trip.distance_m)
        self.time.text = duration(None if trip is None else trip.duration_s)
        self.consumption.text = units.number("consumption", None if trip is None else trip.consumption)
