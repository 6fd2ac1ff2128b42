"""What can be wrong with maps: each error is a sentence naming cause, place and cure."""

from carservices.services.navigation.remarks import Remark

FAILED = Remark.of("map_failed")


class MapError(Exception):
    """A map cannot be built, used or removed; what was there stays.

    The message is for who works on a command line, ``remark`` for the driver.
    """

    def __init__(self, message: str, remark: Remark = FAILED) -> None:
        super().__init__(message)
        self.remark = remark


class UnknownMap(MapError):
    """There is no map of that name."""


class TilesFailed(MapError):
    """Valhalla's programs cannot build its tiles; all else of the map can be."""
