"""Power of heating and cooling: what holds the cabin at its temperature, and what brings it there."""

import numpy as np

from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.vehicle import Vehicle

GAINS_K = 5.0
"""K by which people and sun warm the cabin by themselves."""
WARM_S = 700.0
"""s of the time constant with which a cabin gets warm or cool."""
COP_PER_K = 0.02
"""By which the heat per electricity grows with each K outside, over a class of heat pumps (1.5 at −10 °C, 2.5 at 7 °C)
and resistive heaters (0.97 at all)."""
MOST_W = 6000.0
"""W of electricity of heaters and compressors of the class."""
BLOWER_W = 40.0


def watts(vehicle: Vehicle, conditions: Conditions, at_s: Floats) -> Floats:
    """W from the battery ``at_s`` s after the start."""
    if not conditions.climate:
        return np.zeros(len(at_s))
    outside, wanted = conditions.outside_c, conditions.wanted_c
    inside = outside if conditions.cabin_c is None else conditions.cabin_c
    missing = (wanted - inside) * np.exp(-at_s / WARM_S)
    held = vehicle.heat_loss_w_per_k * (wanted - missing - outside - GAINS_K)
    thermal = held + vehicle.cabin_j_per_k * missing / WARM_S
    cop = vehicle.heating_cop * min(max(1.0 + COP_PER_K * outside, 0.7), 1.4)
    power: Floats = np.where(thermal > 0.0, thermal / cop, -thermal / vehicle.cooling_cop)
    return np.minimum(power, MOST_W) + BLOWER_W
