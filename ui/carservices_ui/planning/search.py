"""Looking for a place: by typing, by its kind, or among the driver's own."""

from collections.abc import Callable, Sequence
from typing import Any

from carservices.api.navigation import Category, Navigation
from carservices.api.routes import Place
from carservices_ui.i18n import language
from carservices_ui.planning.asking import Asking
from carservices_ui.store import Outcome, Store

MOST = 20
"""Results of one search."""
RECENTS = 12
HOME, WORK = "home", "work"
OWN = (HOME, WORK)
"""Categories of the two favourites that have a place of their own."""
CHARGING = "charging"
"""The category of charging stations, which come from a network of their own."""
SAME_DEGREES = 2e-4
"""Two places nearer to each other are one: some 20 m."""


class Search:
    """`refused` is told why a favourite could not be kept or removed."""

    def __init__(self, store: Store, changed: Callable[[], None], refused: Callable[[Outcome], None]) -> None:
        self._store, self._refused = store, refused
        self.text = ""
        self.category: Category | None = None
        self.found: Asking[list[Place]] = Asking(store, "search", changed)
        self.categories: Asking[list[Category]] = Asking(store, "categories", changed)
        self.favourites: Asking[list[Place]] = Asking(store, "favourites", changed)
        self.recents: Asking[list[Place]] = Asking(store, "recents", changed)

    def begin(self) -> None:
        """A new search: what may be chosen without typing is asked for again."""
        self.clear()
        self.categories.ask(language=language())
        self.refresh()

    def refresh(self) -> None:
        """Ask again for the driver's own places."""
        self.favourites.ask()
        self.recents.ask(limit=RECENTS)

    def clear(self) -> None:
        """No text, no kind, no results."""
        self.text, self.category = "", None
        self.found.forget()

    def type(self, text: str) -> None:
        """What stands in the field now."""
        self.text, self.category = text, None
        if text.strip():
            self.found.ask(text=text.strip(), limit=MOST, language=language())
        else:
            self.found.forget()

    def browse(self, category: Category) -> None:
        """The nearest places of a kind."""
        self.clear()
        self.category = category
        if category.key != CHARGING:
            self.found.ask(text="", limit=MOST, language=language(), category=category.key)

    # -- the driver's own places -------------------------------------------------------------------------------------

    def kept(self, place: Place) -> Place | None:
        """The favourite that this place is."""
        return next((one for one in self.favourites.answer or () if same(one, place)), None)

    def own(self, which: str) -> Place | None:
        """The favourite that is home or work."""
        return next((one for one in self.favourites.answer or () if one.category == which), None)

    def keep(self, place: Place, category: str | None) -> None:
        """Make it a favourite of a category, in the place of the one it was or that was home or work before."""
        before = self.kept(place) or (self.own(category) if category in OWN else None)
        identity = before.id if before else None
        self._change("keep", place=place.model_copy(update={"category": category, "id": identity}))

    def forget(self, place: Place) -> None:
        """Remove a favourite or a recent destination."""
        self._change("forget", place_id=place.id)

    def _change(self, method: str, **arguments: Any) -> None:
        def ended(outcome: Outcome) -> None:
            if not outcome.ok:
                self._refused(outcome)
            self.refresh()

        self._store.call(Navigation, method, ended, **arguments)


def same(one: Place, other: Place) -> bool:
    """Whether two places are the same."""
    return max(abs(one.lat - other.lat), abs(one.lon - other.lon)) < SAME_DEGREES


def starred(favourites: Sequence[Place]) -> list[Place]:
    """Favourites that are neither home nor work."""
    return [one for one in favourites if one.category not in OWN]
