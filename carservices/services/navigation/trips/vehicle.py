"""What is known of this car's appetite: masses, resistances, losses and consumers; published figures of its class."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from carservices.services.navigation.trips.figures import figure
from carservices.signals import Datum

BATTERY, MOTOR = "Vehicle.Powertrain.TractionBattery", "Vehicle.Powertrain.ElectricMotor"
CURB_WEIGHT, WIDTH, HEIGHT = "Vehicle.CurbWeight", "Vehicle.WidthExcludingMirrors", "Vehicle.Height"
NET_CAPACITY, REGEN_POWER = f"{BATTERY}.NetCapacity", f"{MOTOR}.MaxRegenPower"
PATHS = (CURB_WEIGHT, WIDTH, HEIGHT, NET_CAPACITY, REGEN_POWER)

FRONT = 0.81
"""Frontal area as a share of width × height of passenger cars (Wong, Theory of Ground Vehicles, ch. 3: 0.79–0.84)."""
DRAG = 0.29
"""Drag coefficient of compact electric cars, the middle of 0.26–0.33 (SUMO MMPEVEM, FASTSim)."""
DRIVER_KG = 75.0
"""kg of one occupant (ISO 2416); the mass in running order (92/21/EEC) counts the driver already."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """The defaults are a compact electric car of the 2020s: SUMO's MMPEVEM and FASTSim's sets lie around them."""

    mass_kg: float = 1750.0
    """In running order, with a driver."""
    drag_area_m2: float = 0.70
    """c_d·A: 0.61 (ID.3) – 0.83 (Zoe)."""
    rolling: float = 0.0085
    """Coefficient of warm tyres (ISO 28580 classes A–C: 0.0065–0.010)."""
    rotating: float = 1.03
    """Rotating masses as a factor on the mass in running order (UN GTR 15, Annex 4, §2.5.1)."""
    idle_w: float = 250.0
    """Losses of motor and inverter that turn without load (FASTSim's efficiency curve near zero)."""
    loss_share: float = 0.085
    """Losses of motor, inverter and gear as a share of the power at the wheels, in either direction: the slope of
    P (1/η − 1) of FASTSim's curve between 5 and 40 kW, and 3 % of two helical meshes."""
    battery_loss_per_w: float = 6.5e-7
    """R/U² of the pack at 25 °C: 0.1 Ω at 390 V (published pack tests: 0.08–0.15 Ω)."""
    regen_kw: float = 55.0
    """What the motor gives back at most (SUMO: 42.8 kW ID.3 – 70 kW)."""
    regen_fades_ms: float = 2.0
    """m/s below which nothing comes back (Fiori, Ahn, Rakha 2016: regeneration vanishes towards standstill)."""
    base_w: float = 340.0
    """Electronics, pumps and lights (SUMO 360 W, FASTSim 250 W)."""
    shell_w_per_k: float = 45.0
    """Heat through glass and body of the cabin (published 30–60 W/K)."""
    cooling_cop: float = 2.8
    cabin_j_per_k: float = 200e3
    """Heat capacity of cabin air, seats and trim that has to be warmed first."""
    usable_kwh: float = 55.0
    """Of the battery, at its present health."""


def told(values: Mapping[str, Datum], base: Vehicle = Vehicle()) -> Vehicle:
    """The default with what the car says of itself by signals of `PATHS`; figures no car can have are not believed."""
    changes: dict[str, float] = {}
    for name, path, low, high in (
        ("mass_kg", CURB_WEIGHT, 400.0, 5000.0),
        ("usable_kwh", NET_CAPACITY, 5.0, 300.0),
        ("regen_kw", REGEN_POWER, 1.0, 500.0),
    ):
        if (said := figure(values, path, low, high)) is not None:
            changes[name] = said
    width, height = figure(values, WIDTH, 1000.0, 2600.0), figure(values, HEIGHT, 1000.0, 3500.0)
    if width is not None and height is not None:
        changes["drag_area_m2"] = DRAG * FRONT * width * height * 1e-6
    return replace(base, **changes)
