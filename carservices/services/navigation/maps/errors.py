"""What can be wrong with maps: each error is a sentence naming cause, place and cure."""


class MapError(Exception):
    """A map cannot be built, used or removed; what was there stays."""


class UnknownMap(MapError):
    """There is no map of that name."""
