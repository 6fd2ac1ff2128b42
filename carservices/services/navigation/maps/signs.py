"""What stands on the signs and on the lanes of a way: turn arrows, and where it leads."""

from carservices.services.navigation.maps.roads import Way

KEYS = ("turn:lanes", "destination")


def read_signs(way: Way) -> tuple[str, str, str, str]:
    """Where it leads forward and backward, and its lanes forward and backward."""
    if not any(key.startswith(KEYS) for key in way.tags):
        return "", "", "", ""
    return (
        toward(way, backward=False),
        toward(way, backward=True),
        lanes(way, backward=False),
        lanes(way, backward=True),
    )


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
