"""How this car charges, by what it says of itself: plugs that fit, power, and whether it can warm its cells."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from carservices.api.routes import Connector
from carservices.services.navigation.engine.graph import Floats
from carservices.services.navigation.trips.charge_curve import BEST_C, ChargeCurve, curve_of
from carservices.services.navigation.trips.figures import figure
from carservices.signals import Datum

BATTERY = "Vehicle.Powertrain.TractionBattery"
BRAND, MODEL = "Vehicle.VehicleIdentification.Brand", "Vehicle.VehicleIdentification.Model"
MAX_VOLTAGE = f"{BATTERY}.MaxVoltage"
INLETS = f"{BATTERY}.Charging.ChargingPort.FrontRight.SupportedInletTypes"
CONDITIONING = f"{BATTERY}.BatteryConditioning.RequestedMode"
IS_CHARGING = f"{BATTERY}.Charging.IsCharging"
PATHS = (BRAND, MODEL, MAX_VOLTAGE, INLETS, CONDITIONING, IS_CHARGING)
PLUGS = {
    "IEC_TYPE_2_CCS_DC": Connector.CCS,
    "IEC_TYPE_1_CCS_DC": Connector.CCS,
    "IEC_TYPE_2_AC": Connector.TYPE2,
    "IEC_TYPE_4_DC": Connector.CHADEMO,
}
"""VSS inlet → our connector."""
USUAL = frozenset((Connector.CCS, Connector.TYPE2))
"""Of a car that does not say: Directive 2014/94/EU makes them the standard of Europe."""
HEATER_W = 4000.0
HEATER_K_PER_S = HEATER_W / 375_000.0
"""K/s by which such a heater warms a pack of 375 kg (1 kJ/kg K)."""
DRIVING_K_PER_S = 2.0 / 3600.0
"""K/s by which losses of driving warm it."""


@dataclass(frozen=True)
class Inlet:
    """How the car charges."""

    curve: ChargeCurve
    cells_c: float
    connectors: frozenset[Connector] = USUAL
    warms: bool = False
    """Whether it can be told to warm its battery for fast charging."""
    charging: bool = False

    def cells_after(self, seconds: float) -> float:
        """°C of the cells when a station is reached after so many s, warmed for it where the car can."""
        driven = self.cells_c + DRIVING_K_PER_S * seconds
        if driven >= BEST_C or not self.warms:
            return driven
        return min(BEST_C, driven + HEATER_K_PER_S * seconds)

    def warming_s(self, seconds: float) -> float:
        """s before a station, reached after so many s, at which warming has to begin; 0: there is no need."""
        return float(self._warming_s(np.array(seconds)))

    def warming_kwh(self, seconds: Floats) -> Floats:
        """What warming takes up to a station that is reached after so many s."""
        return HEATER_W / 3.6e6 * self._warming_s(seconds)

    def _warming_s(self, seconds: Floats) -> Floats:
        missing = BEST_C - self.cells_c - DRIVING_K_PER_S * seconds
        needed = self.warms & (missing > 1.0)
        return np.where(needed, np.minimum(seconds, missing / HEATER_K_PER_S), 0.0)


def told(values: Mapping[str, Datum], capacity_kwh: float, cells_c: float) -> Inlet:
    """By signals of `PATHS`, with cells of so many °C; what the car does not say is as is usual."""
    inlets = values.get(INLETS)
    names = inlets if isinstance(inlets, list | tuple) else ()
    fits = frozenset(connector for name, connector in PLUGS.items() if name in names)
    return Inlet(
        curve_of(
            capacity_kwh,
            str(values.get(BRAND, "")),
            str(values.get(MODEL, "")),
            most_volts=figure(values, MAX_VOLTAGE, 100.0, 1000.0),
        ),
        cells_c,
        fits or USUAL,
        CONDITIONING in values,
        values.get(IS_CHARGING) is True,
    )
