"""What stands on the signs and on the lanes of a way: turn arrows, and where it leads."""

from carservices.services.navigation.maps.roads import Way


def lanes(way: Way, *, backward: bool) -> str:
    """`turn:lanes` in a direction, leftmost lane first as the driver sees it; empty where there is nothing."""
    text = _of(way, "turn:lanes", backward)
    return "" if text.replace("none", "").strip("|;") == "" else text


def toward(way: Way, *, backward: bool) -> str:
    """Where signs say the way leads, the numbers of roads where they name no place."""
    text = _of(way, "destination", backward) or _of(way, "destination:ref", backward)
    return ", ".join(part.strip() for part in text.split(";") if part.strip())


def _of(way: Way, key: str, backward: bool) -> str:
    own = way.tags.get(f"{key}:{'backward' if backward else 'forward'}")
    if own is None and way.oneway == (-1 if backward else 1):
        own = way.tags.get(key)
    return own or ""
