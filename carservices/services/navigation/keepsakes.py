"""The driver's own places: favourites, and destinations of the past."""

import logging
import uuid

from pydantic import BaseModel, ValidationError

from carservices.api.routes import Place
from carservices.api.state import StateFile
from carservices.services.navigation.geo import metres
from carservices.services.navigation.refusals import Refused
from carservices.services.navigation.remarks import Remark

MOST_FAVOURITES = MOST_RECENTS = 100
SAME_M = 30.0
"""Two destinations nearer to each other are one."""

log = logging.getLogger(__name__)


class Kept(BaseModel):
    """The content of the file; recents newest first."""

    favourites: list[Place] = []
    recents: list[Place] = []


class Keepsakes:
    """Kept over restarts."""

    def __init__(self, state: StateFile) -> None:
        self._file = state
        text = state.read()
        try:
            self._kept = Kept.model_validate_json(text) if text else Kept()
        except ValidationError as error:
            log.warning("%s is damaged (%s): favourites begin anew", state.path, error.errors()[0]["msg"])
            self._kept = Kept()

    @property
    def favourites(self) -> list[Place]:
        """In the order they were kept."""
        return list(self._kept.favourites)

    def recents(self, limit: int) -> list[Place]:
        """Newest first."""
        return self._kept.recents[:limit]

    def keep(self, place: Place) -> Place:
        """Make it a favourite, or change the one of the same id. Raises `Refused` when there are too many."""
        favourites = self._kept.favourites
        mine = next((k for k, one in enumerate(favourites) if place.id is not None and one.id == place.id), None)
        if mine is None:
            if len(favourites) >= MOST_FAVOURITES:
                raise Refused("UNAVAILABLE", Remark.of("favourites_full", most=MOST_FAVOURITES))
            place = _own(place, "favourite")
            favourites.append(place)
        else:
            favourites[mine] = place
        self._write()
        return place

    def drove_to(self, place: Place) -> None:
        """A destination, now the newest."""
        others = [one for one in self._kept.recents if metres((one.lat, one.lon), (place.lat, place.lon)) > SAME_M]
        self._kept.recents = [_own(place, "recent"), *others][:MOST_RECENTS]
        self._write()

    def forget(self, place_id: str) -> None:
        """Remove a favourite or a recent. Raises `Refused` when there is none of that id."""
        kept = self._kept
        if all(one.id != place_id for one in (*kept.favourites, *kept.recents)):
            raise Refused("NOT_FOUND", Remark.of("no_keepsake"))
        kept.favourites = [one for one in kept.favourites if one.id != place_id]
        kept.recents = [one for one in kept.recents if one.id != place_id]
        self._write()

    def _write(self) -> None:
        self._file.write(self._kept.model_dump_json())


def _own(place: Place, kind: str) -> Place:
    """With an id of its own, and no distance, which changes."""
    return place.model_copy(update={"id": f"{kind}-{uuid.uuid4().hex[:12]}", "distance_m": None})
