"""Choosing a way: its options, the ways on offer, and the journey that is under way."""

from collections.abc import Callable
from typing import Any

from carservices.api.navigation import Navigation, RouteState
from carservices.api.routes import Place, RouteOptions, RoutePreview
from carservices_ui.planning.asking import Asking, Phase
from carservices_ui.store import Outcome, Store
from carservices_ui.streams import ROUTE


class Routes:
    """`refused` is told why the service did not do what the person asked."""

    def __init__(self, store: Store, changed: Callable[[], None], refused: Callable[[Outcome], None]) -> None:
        self._store, self._changed, self._refused = store, changed, refused
        self.destination: Place | None = None
        self.options = RouteOptions()
        self.offers: Asking[list[RoutePreview]] = Asking(store, "preview", changed)
        self.chosen = 0
        self.starting = False

    @property
    def offered(self) -> list[RoutePreview]:
        """The ways on offer, none while they are searched anew."""
        return self.offers.answer or [] if self.offers.phase is Phase.DONE else []

    @property
    def choice(self) -> RoutePreview | None:
        """The way chosen among them."""
        return self.offered[self.chosen] if self.chosen < len(self.offered) else None

    @property
    def under_way(self) -> RouteState | None:
        """The journey, when there is a destination."""
        state: RouteState | None = self._store.stream(ROUTE)
        return state if state is not None and state.destination is not None else None

    def to(self, place: Place) -> None:
        """Look for ways to a place."""
        self.destination = place
        self._ask()

    def use(self, **options: Any) -> None:
        """Other options; the ways are searched again."""
        self.options = self.options.model_copy(update=options)
        self._ask()

    def again(self) -> None:
        """Ask once more, after a failure."""
        self._ask()

    def choose(self, index: int) -> None:
        """Another of the ways on offer."""
        self.chosen = index
        self._changed()

    def drive(self, then: Callable[[], None]) -> None:
        """Be guided along the chosen way; `then` once the service does."""
        if self.choice is None or self.starting:
            return
        self.starting = True

        def ended(outcome: Outcome) -> None:
            self.starting = False
            if outcome.ok:
                self.forget()
                then()
            else:
                self._refused(outcome)
                self._changed()

        self._store.call(Navigation, "drive", ended, preview=self.choice.id)
        self._changed()

    def forget(self) -> None:
        """No ways on offer any more."""
        self.offers.forget()
        self.destination, self.chosen = None, 0

    def change(self, method: str, **arguments: Any) -> None:
        """Something of the journey under way: add_stop, remove_stop, cancel, mute."""

        def ended(outcome: Outcome) -> None:
            if not outcome.ok:
                self._refused(outcome)

        self._store.call(Navigation, method, ended, **arguments)

    def _ask(self) -> None:
        self.chosen = 0
        self.offers.ask(destination=self.destination, options=self.options)
