"""When a trip under way is planned anew, and when the new plan is taken: never to and fro for a minute saved."""

from collections.abc import Callable
from dataclasses import dataclass

from carservices.api.routes import ArrivalCharge, ChargingWishes
from carservices.services.navigation.engine.base import Route
from carservices.services.navigation.remarks import Remark
from carservices.services.navigation.trips.energy import SIGMAS_90
from carservices.services.navigation.trips.trip import Stage, Trip, quantile

SHORT = 3.0
"""Percent by which a floor may be missed before the plan counts as broken."""
LASTS_S = 20.0
"""s a plan must be broken before another one is searched: not for a moment's wrong figure."""
LONGER_S = 480.0
"""s by which the next stop must take longer than planned."""
SPARE = 10.0
"""Percent more than planned at the next stop from which another plan may save a stop."""
SAVES_S = 300.0
"""s a new plan must save, unless the old one is broken."""
AGAIN_S, SPARE_AGAIN_S = 120.0, 900.0
"""s between two searches, and between two that only look for something better."""

Ahead = list[tuple[Stage, ArrivalCharge]]


@dataclass(frozen=True)
class Reason:
    """Why to plan anew: what the driver is told, and whether the old plan cannot be kept."""

    why: Remark
    broken: bool


class Watch:
    """Looks at a trip several times a second; times in monotonic or Unix seconds, as long as they are of one kind."""

    def __init__(self) -> None:
        self.worry: Remark | None = None
        """What the driver must know while no plan can be kept."""
        self._broken_since: float | None = None
        self._searched = self._looked = -SPARE_AGAIN_S
        self._searched_for: Route | None = None

    def look(
        self, trip: Trip, ahead: Ahead, wishes: ChargingWishes, waits: Callable[[Stage], float], now: float
    ) -> Reason | None:
        """Whether to plan anew; ``waits`` gives s of waiting for a plug at the end of a stage, as known now."""
        if not ahead:
            return None
        stage = ahead[0][0]
        reason = self._broken(trip, ahead, wishes, now) or self._slow(stage, waits) or self._spare(ahead[0], now)
        if reason is None:
            return None
        other_way = reason.broken and trip.route is not self._searched_for
        if now - self._searched < AGAIN_S and not other_way:
            return None
        self._searched, self._searched_for = now, trip.route
        return reason

    def may_search(self, now: float) -> bool:
        """Whether the last search is long enough ago for one more, which then counts as begun."""
        if now - self._searched < AGAIN_S:
            return False
        self._searched = now
        return True

    def judge(self, reason: Reason, ahead_s: float, new: Trip) -> Remark | None:
        """What the driver is told when the new trip is better than the rest of the old one, of ``ahead_s``."""
        if not new.sure:
            self.worry = new.warning
            return None
        takes = sum(stage.hop.drive_s for stage in new.stages) + new.charge_s
        if not reason.broken and takes > ahead_s - SAVES_S:
            return None
        self._broken_since = self.worry = None
        stop = next(iter(new.stops), None)
        if stop is None or stop.station is None:
            return Remark.of("no_stop_any_more", why=reason.why)
        return Remark.of("next_stop_is", why=reason.why, place=stop.station.site.name)

    def _broken(self, trip: Trip, ahead: Ahead, wishes: ChargingWishes, now: float) -> Reason | None:
        stage, charge = ahead[0]
        sigma = (charge.high - charge.low) / (2.0 * SIGMAS_90)
        if charge.mean - quantile(wishes) * sigma >= max(0.0, stage.floor - SHORT):
            self._broken_since = self.worry = None
            return None
        if self._broken_since is None:
            self._broken_since = now
        lasted = not trip.sure or now - self._broken_since >= LASTS_S
        return Reason(Remark.of("needs_more"), broken=True) if lasted else None

    def _slow(self, stage: Stage, waits: Callable[[Stage], float]) -> Reason | None:
        if stage.station is None:
            return None
        wait, name = waits(stage), stage.station.site.name
        if wait == float("inf"):
            return Reason(Remark.of("closed_by_then", place=name), broken=True)
        busy = wait > stage.hop.wait_s + LONGER_S
        return Reason(Remark.of("plugs_busy", place=name), broken=False) if busy else None

    def _spare(self, first: tuple[Stage, ArrivalCharge], now: float) -> Reason | None:
        stage, charge = first
        if stage.station is None or charge.mean < stage.hop.arrive + SPARE or now - self._looked < SPARE_AGAIN_S:
            return None
        self._looked = now
        return Reason(Remark.of("needs_less"), broken=False)


def rest_s(trip: Trip, along_m: float, ahead: Ahead, waits: Callable[[Stage], float]) -> float:
    """s the rest of a trip takes: driving, and its stops with the waiting as known now."""
    assert trip.demand is not None
    total, start = 0.0, along_m
    for stage, _ in ahead:
        end = trip.end_m(stage)
        total += trip.demand.between(start, end, stage.cap).seconds + stage.stay_s
        start = end
    first = ahead[0][0]
    return total + (max(0.0, waits(first) - first.hop.wait_s) if first.station else 0.0)
