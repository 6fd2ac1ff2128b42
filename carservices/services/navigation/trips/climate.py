"""Power of heating and cooling: a cabin of air and of seats and panels, warmed by what the blower brings in.

Two thermal nodes: the air is soon at its temperature, seats and panels take heat from it for half an hour. How much
heat gets in is bounded by the air the blower moves and by how hot, or cold, it may leave the vents.
"""

from functools import lru_cache

import numpy as np

from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.vehicle import Vehicle

STEP_S, LONGEST_S = 20.0, 5400.0
"""s of a step, and after which nothing changes any more."""
TIMES = np.arange(0.0, LONGEST_S, STEP_S)
AIR_J_PER_K, AIR_SHARE = 1006.0, 0.25
"""J/(kg K) of air; share of the cabin's heat capacity that follows its air: thin trim."""
TO_SEATS_W_PER_K = 85.0
"""Between air and seats: 10 m² at 8 W/(m² K) of a moved air (VDI heat atlas)."""
BLOWER_KG_S, BLOWER_W = 0.105, 250.0
"""Of the blower at its full speed: 320 m³/h (published 300–400)."""
VENT_MIN_C, VENT_MAX_C = 5.0, 57.0
"""°C of air from the vents: an evaporator must not freeze, nobody be burnt."""
HEATER_W, COOLER_W = 6000.0, 5000.0
"""W of heat and of cold of the class, at most."""
CATCH_UP_S = 120.0
"""s in which the control wants the air at its temperature."""
GAINS_W, OCCUPANT_W = 175.0, 75.0
"""Sun through the windows, the mean of a day (1.4 m² that let half of 250 W/m² in); one person (ISO 7730)."""
RESISTIVE = 0.97
"""Heat per electricity of resistive heaters."""
PUMP_AT_C, PUMP_COP = (-17.0, -10.0, 7.0, 20.0), (1.0, 1.5, 2.5, 3.0)
"""°C outside, and heat per electricity of heat pumps there (published 1.5 at −10 °C, 2.5 at 7 °C)."""


def watts(vehicle: Vehicle, conditions: Conditions, at_s: Floats) -> Floats:
    """[n, 3] W from the battery ``at_s`` s after the start.

    Half of the heat by a resistive heater, the other half by a heat pump, and cooling with the blower.
    """
    if not conditions.climate:
        return np.zeros((len(at_s), 3))
    outside = conditions.outside_c
    begin = outside if conditions.cabin_c is None else conditions.cabin_c
    thermal = np.interp(at_s, TIMES, _thermal(vehicle, outside, begin, conditions.wanted_c, conditions.fan))
    half = 0.5 * np.maximum(thermal, 0.0)
    cold = np.maximum(-thermal, 0.0) / vehicle.cooling_cop + BLOWER_W * conditions.fan**2
    return np.column_stack((half / RESISTIVE, half / np.interp(outside, PUMP_AT_C, PUMP_COP), cold))


@lru_cache(maxsize=64)
def _thermal(vehicle: Vehicle, outside: float, begin: float, wanted: float, fan: float) -> Floats:
    """W of heat (cold below zero) given to the air at each of `TIMES`, from a cabin of ``begin`` °C all over."""
    flow = BLOWER_KG_S * fan * AIR_J_PER_K
    air_j, seats_j = AIR_SHARE * vehicle.cabin_j_per_k, (1.0 - AIR_SHARE) * vehicle.cabin_j_per_k
    most = min(HEATER_W, flow * max(VENT_MAX_C - outside, 0.0))
    least = -min(COOLER_W, flow * max(outside - VENT_MIN_C, 0.0))
    air = seats = begin
    given = np.empty(len(TIMES))
    for k in range(len(TIMES)):
        lost = (flow + 0.5 * vehicle.shell_w_per_k) * (air - outside) + TO_SEATS_W_PER_K * (air - seats)
        lost -= GAINS_W + OCCUPANT_W
        given[k] = min(max(lost + air_j * (wanted - air) / CATCH_UP_S, least), most)
        seats_in = TO_SEATS_W_PER_K * (air - seats) - 0.5 * vehicle.shell_w_per_k * (seats - outside)
        air += STEP_S * (given[k] - lost) / air_j
        seats += STEP_S * seats_in / seats_j
    return given
