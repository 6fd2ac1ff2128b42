"""The charging station nearest to the car, looked for anew as the car goes on."""

from collections.abc import Callable

from carservices.api.navigation import Position
from carservices.api.routes import Charger
from carservices_ui.planning.asking import Asking
from carservices_ui.planning.charging import NEAR, around
from carservices_ui.planning.geo import Point, metres
from carservices_ui.store import Store
from carservices_ui.streams import MAPS, POSITION

ASK_M, SAY_M = 2000.0, 50.0
"""m of driving after which stations are asked for, and the distance is told, anew."""


class Nearest:
    """`changed` is called when there is another one, or it is nearer or further."""

    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._stations: Asking[list[Charger]] = Asking(store, "chargers", self._look)
        self._here: Point | None = None
        self._asked_at: Point | None = None
        self._map: str | None = None
        self.station: Charger | None = None
        self.metres = 0.0
        """To it, straight."""
        store.bind_stream(MAPS, lambda maps: self._use(maps.current if maps is not None else None))
        store.bind_stream(POSITION, self._follow)

    def _use(self, current: str | None) -> None:
        if current != self._map:
            self._map, self._asked_at = current, None
            self._stations.forget()
            self._look()
            self._ask()

    def _follow(self, position: Position | None) -> None:
        if position is None:
            return
        here = position.lat, position.lon
        if self._here is None or metres(self._here, here) >= SAY_M:
            self._here = here
            self._ask()
            self._look()

    def _ask(self) -> None:
        if self._map is None or self._here is None:
            return
        if self._asked_at is None or metres(self._asked_at, self._here) >= ASK_M:
            self._asked_at = self._here
            self._stations.ask(box=around(*self._here, NEAR))

    def _look(self) -> None:
        here = self._here
        if here is None:
            return
        far = [(metres(here, (one.place.lat, one.place.lon)), one) for one in self._stations.answer or ()]
        before = self.metres, self.station
        self.metres, self.station = min(far, key=lambda pair: pair[0], default=(0.0, None))
        if before != (self.metres, self.station):
            self._changed()
