"""A car's parameters, read from a TOML profile: published values, one set per car."""

from functools import partial
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    ValidationInfo,
    model_validator,
)

from carservices.signals import Catalogue
from carservices_emulator.tables import Curve, Map
from carservices_emulator.tomlfile import find, load


def _curve(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    Curve(points)
    return points


def _not_below(lesser: str, value: float, info: ValidationInfo) -> float:
    if value < info.data.get(lesser, value):
        raise ValueError(f"cannot be less than {lesser}")
    return value


def _inlet(name: str) -> str:
    if name not in INLETS:
        raise ValueError(f"take one of {', '.join(map(str, INLETS))}")
    return name


INLETS = Catalogue.default()[
    "Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.FrontRight.SupportedInletTypes"
].allowed
Share = Annotated[float, Field(gt=0, le=1)]
Efficiency = Annotated[tuple[tuple[Annotated[float, Field(ge=0, le=1)], Share], ...], AfterValidator(_curve)]
"""Breakpoints of a `Curve`: share of the rated power → efficiency."""
Power = Annotated[
    tuple[tuple[Annotated[float, Field(ge=0, le=100)], Annotated[float, Field(ge=0)]], ...], AfterValidator(_curve)
]
"""Breakpoints of a `Curve`: percent of charge → kW."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Identity(Part):
    """Who the car is."""

    brand: str
    model: str
    year: int = Field(ge=1990, le=2100)
    vin: str = Field(pattern=r"^[A-HJ-NPR-Z0-9]{17}$")  # ISO 3779
    color: str
    body: str


class Body(Part):
    """Outer size in mm and what is inside."""

    length: int = Field(gt=1000)
    width: int = Field(gt=1000)
    height: int = Field(gt=1000)
    wheelbase: int = Field(gt=1000)


class Resistance(Part):
    """Road load: masses in kg, drag coefficient, frontal area in m², rolling coefficient of warm tyres (ISO 28580)."""

    mass: PositiveFloat
    gross_mass: Annotated[PositiveFloat, AfterValidator(partial(_not_below, "mass"))]
    drag: Share
    area: PositiveFloat
    rolling: Share

    @property
    def test_mass(self) -> float:
        """WLTP test mass in kg: running order + 25 kg + 15 % of the remaining payload (UN GTR 15, §3.2.25)."""
        return self.mass + 25.0 + 0.15 * (self.gross_mass - self.mass - 25.0)


class LossMap(Part):
    """W lost in motor and inverter, as rows over the motor's speed in 1/min, one for each torque in Nm."""

    speed: tuple[NonNegativeFloat, ...]
    torque: tuple[NonNegativeFloat, ...]
    watts: tuple[tuple[NonNegativeFloat, ...], ...]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        Map(self.speed, self.torque, self.watts)
        return self


class Drive(Part):
    """Motor with inverter and reduction gear; torques in Nm at the motor, powers in kW."""

    power: PositiveFloat
    torque: PositiveFloat
    regen_power: PositiveFloat
    regen_torque: PositiveFloat
    gear: PositiveFloat
    gear_efficiency: Share
    wheel_radius: PositiveFloat
    max_speed: PositiveFloat
    axle: Literal["front", "rear"]
    efficiency: Efficiency | None = None  # of motor and inverter, where there is no map of their losses
    losses: LossMap | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.efficiency is None) is (self.losses is None):
            raise ValueError("give either efficiency or losses")
        return self


class Battery(Part):
    """Traction battery; energies in kWh, resistance in Ω of the pack at 25 °C, mass in kg."""

    usable: PositiveFloat
    gross: Annotated[PositiveFloat, AfterValidator(partial(_not_below, "usable"))]
    cells_in_series: int = Field(gt=0)
    resistance: PositiveFloat
    mass: PositiveFloat
    cooling: Literal["liquid", "air"]


class Charging(Part):
    """Charging: DC breakpoints (SoC in percent → kW at the battery), AC power in kW and its efficiency."""

    dc: Power
    ac_power: PositiveFloat
    ac_efficiency: Share
    inlets: tuple[Annotated[str, AfterValidator(_inlet)], ...]


class Auxiliary(Part):
    """``load`` is the base load in W on the traction battery while the car is on."""

    load: PositiveFloat
    heat_pump: bool
    low_voltage_capacity: PositiveFloat  # Ah


class Tyres(Part):
    """Cold pressure in kPa (gauge, 20 °C), front and rear."""

    front: PositiveFloat
    rear: PositiveFloat


class Official(Part):
    """The range on the certificate in km (WLTP, combined) and where it is published."""

    range: PositiveFloat
    source: str


class Profile(Part):
    """One car; every value is published, none fitted (sources in the file's comments)."""

    identity: Identity
    body: Body
    resistance: Resistance
    drive: Drive
    battery: Battery
    charging: Charging
    auxiliary: Auxiliary
    tyres: Tyres
    official: Official


def load_profile(name: str) -> Profile:
    """A shipped profile by name, or a user's own by the path of its TOML file. Raises HalError."""
    return load(find("profiles", name), Profile)
