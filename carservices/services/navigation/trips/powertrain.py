"""From power at the wheels to power of the battery's cells, and back when braking."""

import numpy as np

from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.trips.charge_curve import BY_TEMPERATURE
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.vehicle import Vehicle

FULL_CELLS = ((0.0, 85.0, 96.0, 100.0), (1.0, 1.0, 0.3, 0.0))
"""Percent of charge, and the share of its charging power a cell takes from braking."""
CHARGE_RATE = 2.0
"""1/h: peaks of charging power of a warm cell against its capacity."""
ACTIVATION_K = 2400.0
"""K: resistance of cells by temperature after Arrhenius, 20 kJ/mol (Waag et al. 2013)."""


def regen_limit_w(vehicle: Vehicle, conditions: Conditions) -> float:
    """What braking may give back at most: by the motor, and by cells that are cold, hot or full."""
    soc = 50.0 if conditions.soc is None else conditions.soc
    share = np.interp(conditions.cells_now_c, *BY_TEMPERATURE) * np.interp(soc, *FULL_CELLS)
    return min(vehicle.regen_kw, float(share) * CHARGE_RATE * vehicle.usable_kwh) * 1000.0


def cell_loss_per_w(vehicle: Vehicle, conditions: Conditions) -> float:
    """1/W: loss in the cells is this times the square of the power."""
    kelvin = min(max(conditions.cells_now_c, -30.0), 60.0) + 273.15
    return vehicle.battery_loss_per_w * float(np.exp(ACTIVATION_K * (1.0 / kelvin - 1.0 / 298.15)))


def battery_power(wheels: Floats, vehicle: Vehicle, regen_w: float, cell_loss: float) -> tuple[Floats, Floats]:
    """(W from the cells, W more for one W more at the wheels) for power at the wheels; without idle losses.

    What exceeds the limit of regeneration goes into the friction brakes.
    """
    share = vehicle.loss_share
    drawn = wheels * (1.0 + share)
    given = np.maximum(wheels * (1.0 - share), -regen_w)
    power = np.where(wheels > 0.0, drawn, given)
    slope = np.where(wheels > 0.0, 1.0 + share, np.where(wheels * (1.0 - share) > -regen_w, 1.0 - share, 0.0))
    return power + cell_loss * power * power, slope * (1.0 + 2.0 * cell_loss * power)
