"""Numbers among the car's values: finite, within what they can be, or not known."""

import math
from collections.abc import Mapping

from carservices.signals import Datum


def figure(values: Mapping[str, Datum], path: str, low: float = -math.inf, high: float = math.inf, /) -> float | None:
    """The number a signal has; None while it has none, or one that is not from ``low`` to ``high``."""
    value = values.get(path)
    if isinstance(value, bool) or not isinstance(value, float | int):
        return None
    return float(value) if math.isfinite(value) and low <= value <= high else None
