"""What places and stations are called on the glass."""

from carservices.api.routes import Place

SYNTHETIC = " (synthetic)"
"""What the generator of our network puts behind each name; the shell says it in the driver's language."""


def plain(name: str) -> str:
    """A name without the generator's word."""
    return name.removesuffix(SYNTHETIC)


def named(place: Place) -> str:
    """Its name, else its address; empty for a point that has neither."""
    return plain(place.name) or place.address
