"""The window's one map: fed by the car's signals, lent to the screen that shows it, and it knows the current road."""

from collections.abc import Callable

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices_ui.i18n import t
from carservices_ui.look import MEDIUM, theme
from carservices_ui.map.roads import Road
from carservices_ui.map.view import MapView
from carservices_ui.store import Store
from carservices_ui.tokens import RADIUS
from carservices_ui.units import is_number

LOCATION = "Vehicle.CurrentLocation"
LATITUDE, LONGITUDE, HEADING = f"{LOCATION}.Latitude", f"{LOCATION}.Longitude", f"{LOCATION}.Heading"
SPEED = "Vehicle.Speed"

OnRoad = Callable[[Road | None], None]


class LiveMap:
    """Made when first shown, then kept, as its geometry is on the graphics card; it follows the car while not shown."""

    def __init__(self, store: Store) -> None:
        self._view: MapView | None = None
        self.road: Road | None = None
        self._store = store
        self._on_road: OnRoad | None = None
        self._feed_soon = Clock.create_trigger(self._feed)
        for path in (LATITUDE, LONGITUDE, HEADING, SPEED):
            store.bind(path, self._feed_soon)

    @property
    def loading(self) -> bool:
        """Whether the map is still being read."""
        return self._view is not None and self._view.loading

    def lend(self, parent: Widget, *, insets: tuple[float, float, float, float], on_road: OnRoad) -> MapView:
        """Put the map into `parent`, below what is added later; it leaves the screen it was in.

        `insets` are the pixels left, top, right, bottom that `parent` covers. `on_road` gets the road now and then.
        """
        view = self._view = self._view or MapView()
        if view.parent:
            view.parent.remove_widget(view)
        view.radius = dp(RADIUS["card"])
        view.font_name = MEDIUM
        view.no_map_text = t("map.none")
        view.insets = list(insets)
        view.set_theme(theme().name)
        parent.add_widget(view)
        self._on_road = on_road
        on_road(self.road)
        self._feed_soon()
        return view

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
