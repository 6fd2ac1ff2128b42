"""Rolling resistance by the warmth of the tyres: they start cold and warm themselves."""

import numpy as np

from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.trips.conditions import Conditions

PER_K = 0.008
"""1/K: rolling resistance falls with warmth (ISO 28580, correction of passenger car tyres)."""
RISE_K, RISE_MS = 22.0, 80.0 / 3.6
"""K above the air of a warm tyre at that speed with the label's resistance (published 20–25 K); it goes with the
heat that rolling gives it, which a cold tyre has more of."""
WARM_S = 700.0
"""s of the time constant (published 10–15 min)."""
TESTED_C = 25.0
"""°C of the air of the test by which tyres are labelled."""


def factor(conditions: Conditions, at_s: Floats, speed: Floats) -> Floats:
    """Rolling resistance against the label's, ``at_s`` s after the start at a speed of m/s."""
    air = conditions.outside_c
    start = air if conditions.tyres_c is None else conditions.tyres_c
    usual = RISE_K * np.minimum(speed / RISE_MS, 1.3) ** 0.4
    cooler = 1.0 + PER_K * (air - TESTED_C - RISE_K)
    warm = air + (np.sqrt(cooler * cooler + 4.0 * PER_K * usual) - cooler) / (2.0 * PER_K)  # rise = usual / (1 + k ΔT)
    tyre = warm + (start - warm) * np.exp(-at_s / WARM_S)
    share: Floats = 1.0 / np.maximum(0.6, 1.0 + PER_K * (tyre - TESTED_C - RISE_K))
    return share
