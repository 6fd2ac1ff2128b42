"""When the battery is warmed for a fast charge: so early that it is warm at the stop, until the car charges."""

from collections.abc import Callable

from carservices.services.navigation.trips.inlet import CONDITIONING, Inlet

IDLE, FAST = "INACTIVE", "FAST_CHARGING_PREPARATION"
"""Of `CONDITIONING`."""

Order = Callable[[str, str], None]
"""Asks the car to set a signal."""


class Warming:
    """Begins once for a stop and ends what it began; what the driver has set by hand stays."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self.on = False

    def look(self, inlet: Inlet, mode: object, to_stop_s: float | None) -> None:
        """``mode``: the car's now, ``to_stop_s`` s of driving to the next charging stop; None: there is none."""
        if self.on and (to_stop_s is None or inlet.charging):
            self.on = False
            if mode == FAST:
                self._order(CONDITIONING, IDLE)
        elif not self.on and to_stop_s is not None and mode == IDLE and 0.0 < to_stop_s <= inlet.warming_s(to_stop_s):
            self.on = True
            self._order(CONDITIONING, FAST)
