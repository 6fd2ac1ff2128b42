"""What the driver wants: destination, stops and options; kept over a restart."""

import logging
from typing import Self

from pydantic import BaseModel, ValidationError

from carservices.api.navigation import Place, Position, RouteOptions
from carservices.api.state import StateFile
from carservices.services.navigation.engine.base import RouteRequest, Via

STEERED_KMH = 3.0
"""From this speed on the car's direction counts: the new route goes on ahead instead of advising to turn round."""

log = logging.getLogger(__name__)


class Plan(BaseModel, frozen=True):
    """The stops are those that are ahead."""

    destination: Place | None = None
    stops: tuple[Place, ...] = ()
    options: RouteOptions = RouteOptions()
    language: str = "en"
    muted: bool = False

    @classmethod
    def restored(cls, file: StateFile) -> Self:
        """As it was kept, or empty."""
        text = file.read()
        try:
            return cls.model_validate_json(text) if text else cls()
        except ValidationError as error:
            log.warning("%s is damaged (%s): there is no destination", file.path, error.errors()[0]["msg"])
            return cls()

    def to(self, destination: Place, options: RouteOptions) -> Self:
        """The same driver on the way to another place."""
        return self.model_copy(update={"destination": destination, "stops": (), "options": options})

    @property
    def ahead(self) -> tuple[Place, ...]:
        """The stops, then the destination; nothing without one."""
        return (*self.stops, self.destination) if self.destination else ()

    def request(self, position: Position) -> RouteRequest:
        """What to ask an engine for, where there is a destination: from where the car is, the way it goes."""
        heading = position.bearing if position.speed_kmh >= STEERED_KMH else None
        return RouteRequest(
            via=(Via(position.lat, position.lon, heading), *(Via(place.lat, place.lon) for place in self.ahead)),
            mode=self.options.mode,
            avoid=self.options.avoid,
            alternates=0 if self.stops else self.options.alternates,
        )
