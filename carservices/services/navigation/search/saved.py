"""Places the driver keeps and destinations of the past, in one file."""

import json
import logging
from pathlib import Path

from pydantic import BaseModel, ValidationError

from carservices.api.routes import Place
from carservices.api.state import StateFile
from carservices.services.navigation.plane import plane_metres

log = logging.getLogger(__name__)
MOST_RECENTS = 100
SAME_M = 30.0
"""Destinations nearer than this with the same name are one."""


class _Content(BaseModel):
    favourites: list[Place] = []
    recents: list[Place] = []
    next_id: int = 1


class SavedPlaces:
    """Favourites in the order of the driver and recents, newest first; kept below the state directory."""

    def __init__(self, state_dir: Path | None = None) -> None:
        self._file = StateFile("navigation", "places.json", state_dir)
        self._content = _Content()
        if (text := self._file.read()) is not None:
            try:
                self._content = _Content.model_validate_json(text)
            except ValidationError:
                log.warning("%s is damaged: starting without favourites", self._file.path)

    def favourites(self) -> list[Place]:
        """All, in their order."""
        return list(self._content.favourites)

    def recents(self, limit: int = 20) -> list[Place]:
        """The last destinations, newest first."""
        return self._content.recents[:limit]

    def keep(self, place: Place) -> Place:
        """Make it a favourite; one of the same id is changed where it stands."""
        kept = self._content.favourites
        for index, known in enumerate(kept):
            if known.id == place.id and place.id is not None:
                kept[index] = _bare(place, place.id)
                break
        else:
            kept.append(_bare(place, self._new_id("f")))
            index = -1
        self._write()
        return kept[index]

    def visited(self, place: Place) -> None:
        """A destination was set."""
        others = [known for known in self._content.recents if not _same(known, place)]
        self._content.recents = [_bare(place, self._new_id("r")), *others][:MOST_RECENTS]
        self._write()

    def forget(self, place_id: str) -> bool:
        """Remove a favourite or a recent destination; False where there is none of that id."""
        content = self._content
        before = len(content.favourites) + len(content.recents)
        content.favourites = [place for place in content.favourites if place.id != place_id]
        content.recents = [place for place in content.recents if place.id != place_id]
        if len(content.favourites) + len(content.recents) == before:
            return False
        self._write()
        return True

    def _new_id(self, sort: str) -> str:
        self._content.next_id += 1
        return f"{sort}{self._content.next_id - 1}"

    def _write(self) -> None:
        self._file.write(json.dumps(self._content.model_dump(exclude_defaults=True), ensure_ascii=False))


def _bare(place: Place, place_id: str) -> Place:
    return place.model_copy(update={"id": place_id, "distance_m": None})


def _same(a: Place, b: Place) -> bool:
    return a.name == b.name and plane_metres(a.lat, a.lon, b.lat, b.lon) < SAME_M
