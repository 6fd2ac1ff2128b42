"""The plan as a whole: which page is open over the map, and the place looked at; it outlasts building again."""

from collections.abc import Callable
from enum import StrEnum

from carservices.api.navigation import Category, MapInfo, MapsState, Navigation, Position
from carservices.api.routes import Charger, Place
from carservices_ui.i18n import language
from carservices_ui.planning.asking import Asking
from carservices_ui.planning.charging import Charging
from carservices_ui.planning.geo import Point, inside, metres
from carservices_ui.planning.routes import Routes
from carservices_ui.planning.search import CHARGING, Search
from carservices_ui.store import Outcome, Store
from carservices_ui.streams import MAPS, POSITION, ROUTE


class Page(StrEnum):
    """What lies over the map."""

    MAP = ""
    """Nothing."""
    SEARCH = "search"
    RESULTS = "results"
    PLACE = "place"
    ROUTES = "routes"
    OPTIONS = "options"
    CHARGING = "charging"
    """The charging plan of the chosen way."""
    TRIP = "trip"
    """The journey under way: maneuvers and stops."""
    ALONG = "along"
    """Charging stations along it."""
    LAYERS = "layers"


class Plan:
    """`changed` is set by whoever shows it and called with every change; `refused` tells the person why not."""

    def __init__(self, store: Store, refused: Callable[[Outcome], None]) -> None:
        self._store = store
        self.changed: Callable[[], None] = lambda: None
        self.search = Search(store, self._tell, refused)
        self.routes = Routes(store, self._tell, refused)
        self.charging = Charging(store, self._tell)
        self.address: Asking[Place | None] = Asking(store, "reverse", self._name)
        self.place: Place | None = None
        self.origin: Point | None = None
        """Where the car was when the place was opened."""
        self._page = Page.MAP
        self._behind: list[Page] = []
        self._spoken: str | None = None
        self._map: str | None = None
        store.bind_stream(ROUTE, self._follow)
        store.bind_stream(MAPS, self._follow_map)

    @property
    def page(self) -> Page:
        """The one that is open."""
        return self._page

    def open(self, page: Page) -> None:
        """Go to a page; `back` comes back from it."""
        if page is Page.SEARCH:
            self.search.begin()
        if page is Page.ALONG:
            self.charging.look_along()
        if page is not self._page:
            self._behind.append(self._page)
            self._page = page
        self._tell()

    def enter(self, page: Page) -> None:
        """Come from another screen to a page; `back` goes to the map."""
        self.close()
        self.open(page)

    def back(self) -> bool:
        """To the page before; False on the map."""
        if self._page is Page.MAP:
            return False
        if self._page is Page.ROUTES:
            self.routes.forget()
        self._page = self._behind.pop() if self._behind else Page.MAP
        self._tell()
        return True

    def close(self) -> None:
        """Back to the map at once."""
        self._page, self._behind = Page.MAP, []
        self.routes.forget()
        self._tell()

    @property
    def here(self) -> Point | None:
        """Where the car is, by the service."""
        position: Position | None = self._store.stream(POSITION)
        return (position.lat, position.lon) if position is not None else None

    @property
    def map(self) -> MapInfo | None:
        """The one in use."""
        maps: MapsState | None = self._store.stream(MAPS)
        return next((one for one in maps.available if one.name == maps.current), None) if maps is not None else None

    def off_map(self, place: Place) -> bool:
        """Whether a place lies beyond the map in use; not known without one."""
        return self.map is not None and not inside(self.map.box, place)

    def browse(self, category: Category) -> None:
        """The nearest places of a kind."""
        self.search.browse(category)
        if category.key == CHARGING:
            self.charging.look_near(self.here)
        self.open(Page.RESULTS)

    # -- a place -----------------------------------------------------------------------------------------------------

    def show_place(self, place: Place) -> None:
        """Its card; details of a charging station are asked for."""
        if place.distance_m is None and self.here is not None:
            place = place.model_copy(update={"distance_m": metres(self.here, (place.lat, place.lon))})
        self.place, self.origin = place, self.here
        self.address.forget()
        if self.search.favourites.answer is None:
            self.search.favourites.ask()
        if place.category == CHARGING and self.charging.station(place) is None:
            self.charging.detail(place)
        self.open(Page.PLACE)

    def show_station(self, charger: Charger) -> None:
        """The card of a charging station."""
        self.show_place(charger.place)

    def show_point(self, lat: float, lon: float) -> None:
        """The card of a point of the map; its address is asked for."""
        self.show_place(Place(lat=lat, lon=lon))
        self.address.ask(lat=lat, lon=lon)

    def go(self, place: Place) -> None:
        """Look for ways to a place."""
        self.routes.to(place)
        self.open(Page.ROUTES)

    def drive(self) -> None:
        """Be guided along the chosen way, over the bare map."""
        self.routes.drive(self.close)

    def say_language(self) -> None:
        """Let the service speak the language of the display."""
        if language() != self._spoken and self._store.stream(ROUTE) is not None:
            self._spoken = language()
            if self.search.categories.answer is not None:
                self.search.categories.ask(language=language())
            self._store.call(Navigation, "set_language", self._forget_refusal, language=self._spoken)

    def _forget_refusal(self, outcome: Outcome) -> None:
        if not outcome.ok:
            self._spoken = None

    def _follow(self, state: object) -> None:
        if state is None:
            self._spoken = None  # another service may follow, who knows nothing of us
        self.say_language()
        self._tell()

    def _follow_map(self, state: MapsState | None) -> None:
        """Another map, or the first: what was found on the one before is not there."""
        before, self._map = self._map, state.current if state is not None else None
        if self._map is None or self._map == before:
            return
        self.charging.in_view.forget()
        if self._page is Page.SEARCH and not self.search.text:
            self.search.begin()
        self._tell()

    def _name(self) -> None:
        """The address of a point: it keeps where it is."""
        found, place = self.address.answer, self.place
        if found is not None and place is not None:
            self.place = place.model_copy(update={"name": found.name, "address": found.address})
        self._tell()

    def _tell(self) -> None:
        self.changed()
