"""What surrounds a trip: air, wind, cabin, load and the state of battery and tyres, from the car's signals."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from carservices.services.navigation.trips.figures import figure
from carservices.services.navigation.trips.vehicle import DRIVER_KG
from carservices.signals import Datum

OUTSIDE, INSIDE = "Vehicle.Exterior.AirTemperature", "Vehicle.Cabin.HVAC.AmbientAirTemperature"
WANTED = (
    "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature",
    "Vehicle.Cabin.HVAC.Station.Row1.Passenger.Temperature",
)
FANS = ("Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed", "Vehicle.Cabin.HVAC.Station.Row1.Passenger.FanSpeed")
ALTITUDE = "Vehicle.CurrentLocation.Altitude"
ROOF_LOAD = "Vehicle.RoofLoad"
SEATS = tuple(
    f"Vehicle.Cabin.Seat.{seat}.OccupancyStatus"
    for seat in ("Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide")
)
CELLS = "Vehicle.Powertrain.TractionBattery.Temperature.Average"
SOC = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed"
TYRES = tuple(
    f"Vehicle.Chassis.Axle.{axle}.Wheel.{side}.Tire.Temperature"
    for axle in ("Row1", "Row2")
    for side in ("Left", "Right")
)
PATHS = (OUTSIDE, INSIDE, *WANTED, *FANS, ALTITUDE, ROOF_LOAD, *SEATS, CELLS, SOC, *TYRES)

GAS_CONSTANT = 287.058
"""J/(kg K) of dry air (ICAO Doc 7488)."""
COMFORT_C = 21.0
BESIDE_CAR = 0.55
"""Wind beside a car against that at 10 m, where weather services give it: logarithmic profile over farmland (roughness
0.03 m) at 0.75 m, half the height of a car."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """°C, m above the sea, m/s of wind and where it comes from (degrees, None: from anywhere), kg beside the driver.

    The wind is that beside a car in open country.

    None of a temperature: as outside, as after a night.
    """

    outside_c: float = 15.0
    altitude_m: float = 200.0
    wind_ms: float = 0.0
    wind_from: float | None = None
    wind_felt: bool = False
    """Guessed from what this trip takes, and not yet as sure as a forecast."""
    load_kg: float = 0.0
    climate: bool = True
    """Whether heating and cooling are on."""
    fan: float = 0.4
    """Of the blower's full speed."""
    wanted_c: float = COMFORT_C
    cabin_c: float | None = None
    cells_c: float | None = None
    tyres_c: float | None = None
    soc: float | None = None
    """Percent at the start."""

    @property
    def wind_told(self) -> bool:
        """Whether it is known as well as a forecast tells it."""
        return self.wind_from is not None and not self.wind_felt

    @property
    def cells_now_c(self) -> float:
        """Of the battery, told or as outside."""
        return self.outside_c if self.cells_c is None else self.cells_c

    @property
    def air_density(self) -> float:
        """kg/m³: ideal gas at the pressure of the standard atmosphere."""
        pressure = 101325.0 * math.pow(1.0 - 2.25577e-5 * min(max(self.altitude_m, -400.0), 9000.0), 5.25588)
        return pressure / (GAS_CONSTANT * (self.outside_c + 273.15))


def told(values: Mapping[str, Datum], base: Conditions = Conditions()) -> Conditions:
    """Conditions by signals of `PATHS`; what is missing or out of all reason is as in ``base``."""

    def mean(paths: tuple[str, ...], low: float, high: float) -> float | None:
        known = [one for path in paths if (one := figure(values, path, low, high)) is not None]
        return sum(known) / len(known) if known else None

    def known(value: float | None, otherwise: float) -> float:
        return otherwise if value is None else value

    fan = mean(FANS, 0.0, 100.0)
    passengers = sum(values.get(seat) == "OCCUPIED" for seat in SEATS)
    return Conditions(
        outside_c=known(figure(values, OUTSIDE, -60.0, 65.0), base.outside_c),
        altitude_m=known(figure(values, ALTITUDE, -500.0, 6000.0), base.altitude_m),
        wind_ms=base.wind_ms,
        wind_from=base.wind_from,
        load_kg=passengers * DRIVER_KG + known(figure(values, ROOF_LOAD, 0.0, 500.0), base.load_kg),
        climate=base.climate if fan is None else fan > 0.0,
        fan=base.fan if fan is None else fan / 100.0,
        wanted_c=known(mean(WANTED, 10.0, 35.0), base.wanted_c),
        cabin_c=figure(values, INSIDE, -50.0, 80.0) if INSIDE in values else base.cabin_c,
        cells_c=figure(values, CELLS, -50.0, 80.0) if CELLS in values else base.cells_c,
        tyres_c=mean(TYRES, -50.0, 120.0) if set(TYRES) & values.keys() else base.tyres_c,
        soc=figure(values, SOC, 0.0, 100.0) if SOC in values else base.soc,
    )
