"""How fast a car charges: power by charge, temperature and station, and the time from one charge to another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carservices.services.navigation.engine.graph import Floats

STEP = 0.5
"""Percent between two entries of a `ChargeTable`."""
LEVELS: Floats = np.linspace(0.0, 100.0, round(100.0 / STEP) + 1)
"""Charges of its entries, percent."""
STATION_EFFICIENCY = 0.98
"""Contactors, cable and busbars between the station's meter and the battery."""
CABLE_A = 500.0
"""What a cooled CCS cable carries (IEC 62196-3-1)."""
VOLTS = 370.0
"""Of a pack that does not tell its own; 400 V class, mean over the charge."""
CELL_MEAN = 3.7 / 4.2
"""Mean voltage of an NMC cell as a share of its highest (Chen et al. 2020, J. Electrochem. Soc. 167)."""
AC_KW, AC_EFFICIENCY = 11.0, 0.9
"""Of the charger on board most cars have: three phases of 16 A."""
STOP_S = 300.0
"""s a charging stop takes beside driving and charging: parking, plugging in, starting and ending the session."""
APART = 2.0
"""Percent; breakpoints nearer to each other than this are one."""
FALLS = 1.5
"""By how much the power changes at most between two of them: where it does the best end of a stop may lie between."""
LEAST_KW = 1.0
"""Whatever a curve says: less takes no car."""

PUBLISHED: dict[tuple[str, str], tuple[tuple[float, float], ...]] = {
    ("renault", "zoe"): ((0, 40), (5, 45), (48, 45), (80, 24), (98, 24), (100, 12)),
    ("renault", "megane"): (
        *((0, 110), (5, 128), (15, 128), (20, 106), (30, 104), (50, 77), (80, 43), (90, 30), (100, 6)),
    ),
    ("volkswagen", "id.3"): ((0, 90), (4, 100), (30, 100), (71, 50), (81, 50), (90, 32), (94, 25), (100, 5)),
    ("volkswagen", "id.4"): (
        *((0, 110), (5, 125), (30, 120), (45, 105), (55, 82), (70, 75), (80, 60), (90, 38), (100, 8)),
    ),
}
"""kW over percent by brand and model. Zoe R135 and Megane EV60: automobile-propre supertests; ID.3 58: Fastned through
InsideEVs; ID.4 77: from InsideEVs' times between tenths."""
GENERIC = ((0, 1.5), (5, 1.75), (30, 1.6), (50, 1.25), (70, 0.85), (80, 0.75), (90, 0.5), (100, 0.1))
"""kW per kWh of battery: the mean shape of the published ones."""
BY_TEMPERATURE = ((-20.0, -10.0, 0.0, 10.0, 20.0, 25.0, 42.0, 50.0), (0.05, 0.15, 0.35, 0.65, 0.95, 1.0, 1.0, 0.6))
"""°C of the cells, and the share of its charging power a cell takes, from a plug or from braking: below 25 °C lithium
plating limits it, above 42 °C ageing."""
BEST_C = 25.0
"""From here on cold cells no longer limit."""


class ChargeTable:
    """The time between two charges in percent at one station."""

    def __init__(self, kw: Floats, capacity_kwh: float) -> None:
        """``kw``: power into the battery in the middle of each step of `LEVELS`."""
        per_step = capacity_kwh * STEP / 100.0 * 3600.0 / np.maximum(kw, LEAST_KW)
        self.seconds: Floats = np.concatenate(([0.0], np.cumsum(per_step)))
        """From empty to each of `LEVELS`."""
        self.capacity_kwh = capacity_kwh
        self._least: dict[float, float] = {}

    def between(self, low: float, high: float) -> float:
        """s to charge from one percent to another."""
        return float(np.interp(high, LEVELS, self.seconds) - np.interp(low, LEVELS, self.seconds))

    def least_per_percent(self, stop_s: float) -> float:
        """s of the best stop by what it charges: no percent ever costs less, the time of the stop included."""
        if stop_s not in self._least:
            seconds = self.seconds[:: round(1.0 / STEP)]  # in whole percents
            spans = range(1, len(seconds))
            quickest = [float((seconds[span:] - seconds[:-span]).min()) for span in spans]
            self._least[stop_s] = min((stop_s + s) / span for s, span in zip(quickest, spans, strict=True))
        return self._least[stop_s]


@dataclass(frozen=True)
class ChargeCurve:
    """kW a battery takes over its charge in percent, at its best temperature."""

    points: tuple[tuple[float, float], ...]
    capacity_kwh: float
    volts: float = VOLTS
    ac_kw: float = AC_KW

    def table(self, station_kw: float, cells_c: float = BEST_C, *, ac: bool = False) -> ChargeTable:
        """Charging at a plug of that power with cells of that temperature."""
        middles = (LEVELS[1:] + LEVELS[:-1]) / 2.0
        cells = np.interp(middles, *_columns(self.points)) * np.interp(cells_c, *BY_TEMPERATURE)
        plug = min(station_kw, self.ac_kw) * AC_EFFICIENCY if ac else self._dc(station_kw)
        return ChargeTable(np.minimum(cells, plug), self.capacity_kwh)

    def breaks(self, stations_kw: Sequence[float]) -> list[float]:
        """Percents at which the slope of the power changes: those of the curve, and where stations begin to limit."""
        charges = np.arange(0.0, 100.1, STEP)
        kw = np.interp(charges, *_columns(self.points))
        found = {float(charge) for charge, _ in self.points if charge > 0.0}
        for limit in {self._dc(power) for power in stations_kw}:
            crossed = np.flatnonzero((kw[:-1] > limit) & (kw[1:] <= limit))
            found.update(float(charges[k + 1]) for k in crossed)
        apart = [min(found)]
        for charge in sorted(found):
            if charge - apart[-1] >= APART:
                before, after = np.interp((apart[-1], charge), *_columns(self.points))
                parts = math.ceil(abs(math.log(before / after)) / math.log(FALLS))
                apart += np.linspace(apart[-1], charge, max(1, parts) + 1)[1:].tolist()
        return apart

    def _dc(self, station_kw: float) -> float:
        return min(station_kw * STATION_EFFICIENCY, CABLE_A * self.volts / 1000.0)


def _columns(points: Sequence[tuple[float, float]]) -> tuple[Floats, Floats]:
    table = np.array(points, float)
    return table[:, 0], table[:, 1]


def curve_of(capacity_kwh: float, brand: str = "", model: str = "", most_volts: float | None = None) -> ChargeCurve:
    """The published curve of a car, or one by the size of its battery; ``most_volts`` is the most its pack has."""
    volts = most_volts * CELL_MEAN if most_volts else VOLTS
    for (maker, name), points in PUBLISHED.items():
        if maker in brand.lower() and name in model.lower():
            return ChargeCurve(points, capacity_kwh, volts)
    return ChargeCurve(tuple((charge, share * capacity_kwh) for charge, share in GENERIC), capacity_kwh, volts)
