"""Where to look so that places are seen all at once."""

from collections.abc import Sequence

import numpy as np
from kivy.metrics import Metrics

from carservices_ui.map.data import Projection

MARKER_ROOM_DP = 56.0  # markers stand above their places
SPREAD, CLOSE_PXM = 0.72, 1.2  # of the free view that places may take to be seen all at once; one from not closer
LatLon = tuple[float, float]


def overview(
    places: Sequence[LatLon], size: tuple[float, float], insets: Sequence[float], least_pxm: float
) -> tuple[float, float, float]:
    """Latitude, longitude and pixels per metre of a view, at least `least_pxm`, north up.

    The places, at least one, come into the middle of what is free of `insets` (left, top, right, bottom), as close as
    that allows.
    """
    left, top, right, bottom = insets
    top += MARKER_ROOM_DP * Metrics.density
    free = np.maximum(np.array(size) - (left + right, top + bottom), 1.0)
    (south, west), (north, east) = np.min(places, axis=0), np.max(places, axis=0)
    middle = Projection(float(south + north) / 2, float(west + east) / 2)
    metres = 2 * np.abs(middle.to_xy(float(north), float(east)))
    pxm = float(np.min(free * SPREAD / np.maximum(metres, 1.0)))
    pxm = min(CLOSE_PXM, max(least_pxm, pxm))
    lat, lon = middle.to_latlon((right - left) / 2 / pxm, (top - bottom) / 2 / pxm)
    return lat, lon, pxm
