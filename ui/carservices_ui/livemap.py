"""The window's one map: fed by the car's signals, lent to the screen that shows it, and it knows the current road."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices_ui.i18n import t
from carservices_ui.look import MEDIUM, theme
from carservices_ui.store import Store
from carservices_ui.tokens import RADIUS
from carservices_ui.units import is_number

if TYPE_CHECKING:
    from carservices_ui.map.roads import Road
    from carservices_ui.map.view import MapView

LOCATION = "Vehicle.CurrentLocation"
LATITUDE, LONGITUDE, HEADING = f"{LOCATION}.Latitude", f"{LOCATION}.Longitude", f"{LOCATION}.Heading"
SPEED = "Vehicle.Speed"

OnRoad = Callable[["Road | None"], None]
OnMap = Callable[["MapView"], None]


class LiveMap:
    """Made when first shown, then kept, as its geometry is on the graphics card; it follows the car while not shown.

    The first picture on the glass does not wait for it: it is loaded right after.
    """

    def __init__(self, store: Store) -> None:
        self._view: MapView | None = None
        self.road: Road | None = None
        self._store = store
        self._on_road: OnRoad | None = None
        self._on_map: OnMap | None = None
        self._feed_soon = Clock.create_trigger(self._feed)
        for path in (LATITUDE, LONGITUDE, HEADING, SPEED):
            store.bind(path, self._feed_soon)

    @property
    def loading(self) -> bool:
        """Whether the map is still being read."""
        return self._on_map is not None or (self._view is not None and self._view.loading)

    def lend(
        self, parent: Widget, *, insets: tuple[float, float, float, float], on_map: OnMap, on_road: OnRoad
    ) -> None:
        """Put the map into `parent`, below everything else there; it leaves the screen it was in.

        `insets` are the pixels left, top, right, bottom that `parent` covers. `on_map` gets the map, at once if it has
        been shown before; `on_road` gets the road now and then.
        """
        self._on_map = lambda view: self._lend(view, parent, insets, on_map, on_road)
        if self._view is not None:
            self._hand_over()
        else:
            Window.bind(on_flip=self._next_frame)

    def _next_frame(self, *_: object) -> None:
        """Kivy tells of a picture just before it shows it."""
        Window.unbind(on_flip=self._next_frame)
        Clock.schedule_once(self._hand_over, 0)

    def _hand_over(self, *_: object) -> None:
        if self._on_map is None:
            return
        if self._view is None:
            from carservices_ui.map.view import MapView  # brings numpy along

            self._view = MapView()
        on_map, self._on_map = self._on_map, None
        on_map(self._view)

    def _lend(
        self,
        view: "MapView",
        parent: Widget,
        insets: tuple[float, float, float, float],
        on_map: OnMap,
        on_road: OnRoad,
    ) -> None:
        if view.parent:
            view.parent.remove_widget(view)
        view.radius = dp(RADIUS["card"])
        view.font_name = MEDIUM
        view.no_map_text = t("map.none")
        view.insets = list(insets)
        view.set_theme(theme().name)
        parent.add_widget(view, index=len(parent.children))
        self._on_road = on_road
        on_map(view)
        on_road(self.road)
        self._feed_soon()

    def _feed(self, *_: object) -> None:
        view = self._view
        if view is None:
            return
        latitude, longitude, heading, speed = (self._store.get(p) for p in (LATITUDE, LONGITUDE, HEADING, SPEED))
        road = None
        if is_number(latitude) and is_number(longitude):
            course = heading if is_number(heading) else 0.0
            view.set_position(latitude, longitude, course, max(0.0, speed) if is_number(speed) else 0.0)
            if view.roads is not None:
                road = view.roads.at(latitude, longitude, heading if is_number(heading) else None)
        if road != self.road:
            self.road = road
            if self._on_road is not None:
                self._on_road(road)
