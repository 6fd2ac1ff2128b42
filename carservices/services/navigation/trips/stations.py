"""Charging stations a trip may use: by plug, detour, power, opening at the time of arrival, and how busy they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from carservices.api.routes import Connector
from carservices.services.navigation.chargers.occupancy import free_now, share, wait_s
from carservices.services.navigation.chargers.opening import open_at
from carservices.services.navigation.chargers.site import Site
from carservices.services.navigation.engine.base import RouteError
from carservices.services.navigation.geo import Point, metres
from carservices.services.navigation.trips.charge_curve import BEST_C, ChargeTable
from carservices.services.navigation.trips.corridor import Anchor, Corridor
from carservices.services.navigation.trips.inlet import Inlet
from carservices.services.navigation.trips.problem import SLOT_S, Station

MOST = 150
"""Stations a plan chooses from."""
PARTS = 40
"""Parts of the way of which each gives its best stations."""
DETOUR_S = 1500.0
"""s by which a trip may take longer for one station."""
ELLIPSE, ELLIPSE_M = 0.15, 40_000.0
"""Of a leg's straight length, and m: how much longer the straight way over a station may be."""
USUAL_STOP = (15.0, 55.0)
"""Percent between which stations are compared."""
EUR_PER_KWH = 0.6
"""Where a station does not tell its price: the middle of public fast charging in Europe in 2025."""
AHEAD_S = 36 * 3600.0
"""s for which opening and occupancy are looked up."""


@dataclass(frozen=True)
class Candidate:
    """A station beside the way with the plugs the car would use."""

    site: Site
    connector: Connector
    power_kw: float
    count: int
    row: int
    """Of its plugs, which tells the draws of a synthetic one apart."""
    anchor: Anchor
    reached_s: float
    """About when, from the start."""

    def waits(self, now: datetime) -> tuple[float, ...]:
        """s of waiting for each `SLOT_S` from now; infinite where it is closed."""
        free = self._free(now)
        return tuple(self._wait(now, k * SLOT_S, free) for k in range(round(AHEAD_S / SLOT_S)))

    def wait(self, now: datetime, ahead_s: float) -> float:
        """s of waiting on arrival in so many s."""
        return self._wait(now, ahead_s, self._free(now))

    def _wait(self, now: datetime, ahead_s: float, free: int | None) -> float:
        when = now + timedelta(seconds=ahead_s)
        hours, busy = self.site.opening_hours, self.site.busy
        if hours and open_at(hours, when) is False:
            return float("inf")
        return wait_s(self.count, share(busy, when) if busy else None, free, ahead_s)

    def _free(self, now: datetime) -> int | None:
        """Plugs that are free now."""
        return free_now(self.site.key, self.row, self.count, self.site.busy, now)

    @property
    def eur_per_kwh(self) -> float:
        """What it asks, or the usual."""
        return EUR_PER_KWH if self.site.eur_per_kwh is None else self.site.eur_per_kwh


class Tables:
    """Charge tables of a car, one for each power."""

    def __init__(self, inlet: Inlet) -> None:
        self._inlet = inlet
        self._known: dict[tuple[float, bool, int], ChargeTable] = {}

    def at(self, candidate: Candidate) -> ChargeTable:
        """Charging there, with cells as warm as they will be."""
        return self.of(candidate.power_kw, candidate.connector, self._inlet.cells_after(candidate.reached_s))

    def of(self, power_kw: float, connector: Connector, cells_c: float = BEST_C) -> ChargeTable:
        """Charging at a plug."""
        ac = connector is Connector.TYPE2
        key = power_kw, ac, round(cells_c)
        if key not in self._known:
            self._known[key] = self._inlet.curve.table(power_kw, float(key[2]), ac=ac)
        return self._known[key]


def station_of(candidate: Candidate, tables: Tables, now: datetime) -> Station:
    """As the planner sees it."""
    return Station(tables.at(candidate), candidate.eur_per_kwh, candidate.waits(now))


def beside(sites: Sequence[Site], points: Sequence[Point]) -> list[Site]:
    """Those in the ellipses around each leg of a way: what lies outside is too long a detour on any roads."""
    found: list[Site] = []
    for site in sites:
        for a, b in pairwise(points):
            over = metres(a, (site.lat, site.lon)) + metres((site.lat, site.lon), b) - metres(a, b)
            if over <= ELLIPSE * metres(a, b) + ELLIPSE_M:
                found.append(site)
                break
    return found


def candidates(
    sites: Sequence[Site],
    corridor: Corridor,
    anchor: Callable[[Point], Anchor],
    inlet: Inlet,
    now: datetime,
    most: int = MOST,
) -> list[Candidate]:
    """The best stations along the whole way, at most ``most``."""
    tables = Tables(inlet)
    parts: list[list[tuple[float, Candidate]]] = [[] for _ in range(max(1, min(PARTS, most // 2)))]
    for site in sites:
        plug = _plug(site, inlet, tables)
        if plug is None:
            continue
        try:
            place = anchor((site.lat, site.lon))
        except RouteError:
            continue  # beside no road of this map
        detour, before = corridor.detour(place)
        if not detour <= DETOUR_S:
            continue
        one = Candidate(site, *plug, place, before * corridor.direct)
        wait = one.wait(now, one.reached_s)
        if wait == float("inf"):
            continue
        price = detour + wait + tables.at(one).between(*USUAL_STOP)
        parts[min(len(parts) - 1, int(before * len(parts)))].append((price, one))
    for part in parts:
        part.sort(key=lambda entry: entry[0])
    chosen: list[Candidate] = []
    for rank in range(max(map(len, parts))):
        chosen += [part[rank][1] for part in parts if rank < len(part)][: most - len(chosen)]
    return chosen


def _plug(site: Site, inlet: Inlet, tables: Tables) -> tuple[Connector, float, int, int] | None:
    """Connector, kW, count and row of the plugs that charge this car fastest."""
    fits = [
        (connector, power, count, row)
        for row, (connector, power, count) in enumerate(site.plugs)
        if connector in inlet.connectors
    ]
    return min(fits, key=lambda plug: tables.of(plug[1], plug[0]).between(*USUAL_STOP), default=None)
