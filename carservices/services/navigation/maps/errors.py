"""What can be wrong with maps: each error is a sentence naming cause, place and cure."""

from carservices.services.navigation.remarks import Remark

FAILED, BUSY = Remark.of("map_failed"), Remark.of("map_busy")


class MapError(Exception):
    """A map cannot be built, used or removed; what was there stays.

    The message is for who works on a command line, ``remark`` for the driver.
    """

    def __init__(self, message: str, remark: Remark = FAILED) -> None:
        super().__init__(message)
        self.remark = remark


class UnknownMap(MapError):
    """There is no map of that name."""


class MapsBusy(MapError):
    """Another process is importing; later this one may."""

    def __init__(self, message: str) -> None:
        super().__init__(message, BUSY)


class BuilderKilled(MapError):
    """The process that builds was ended from outside; another one goes on with what it has left."""


class TilesFailed(MapError):
    """Valhalla's programs cannot build its tiles; all else of the map can be."""
