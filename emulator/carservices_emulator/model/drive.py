"""Motor, inverter and reduction gear: limits, losses, regeneration and the pedal map."""

import math
from dataclasses import dataclass

from carservices_emulator.profile import Drive
from carservices_emulator.tables import Curve, Map, clamp

FADE_START, FADE_END = 3.0, 1.0
"""m/s between which regeneration fades out: below, the motor's voltage no longer pays for its losses."""
LIFT_OFF = 0.9
"""m/s² with both pedals up in normal mode; UN R13-H lights the stop lamps from 1.3, so makers stay below it."""
MAX_BRAKING = 9.0
"""m/s² at the brake pedal's end."""
THERMAL_CAPACITY = 25_000.0
"""J/K of stator, housing and oil: about 50 kg of steel, copper and aluminium at 0.5 kJ/(kg K)."""
COOLING = 90.0
"""W/K to the ambient through the water jacket and radiator."""
DERATING = Curve([(0, 1.0), (130, 1.0), (160, 0.3), (180, 0.0)])
"""Share of torque by winding temperature in °C; class H insulation ends at 180 °C (IEC 60085)."""

LIMP = 0.25
"""Share of the force in limp home mode: enough for a hill and the next exit."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A drive mode: exponent of the pedal map, share of power, share of the lift-off braking."""

    pedal: float
    power: float
    lift: float


MODES = {
    "NORMAL": Mode(1.3, 1.0, 1.0),
    "SPORT": Mode(0.9, 1.0, 1.2),
    "ECONOMY": Mode(1.8, 0.75, 1.2),
    "SNOW": Mode(2.2, 0.5, 0.4),
    "RAIN": Mode(1.8, 0.8, 0.6),
}


class DriveUnit:
    """One motor on one axle behind a fixed gear."""

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.power = drive.power * 1e3
        self.ratio = drive.gear / drive.wheel_radius
        self.max_speed = drive.max_speed / 3.6
        self._loss = _losses(drive)
        self.temperature = 20.0
        self.torque = 0.0
        self.output = 0.0
        """Mechanical W at the motor shaft."""
        self.heat = 0.0
        """W lost in motor, inverter and gear."""
        self.cooling_failed = False
        self.limp_home = False

    def loss(self, torque: float, speed: float) -> float:
        """W lost in motor and inverter at Nm of the motor and m/s of the car, the same for both directions."""
        if isinstance(self._loss, Map):
            return self._loss(self.rpm(speed), abs(torque))
        return self._loss(abs(torque * self.ratio * speed))

    def max_force(self, speed: float, mode: Mode) -> float:
        """N at the wheels the motor can give at ``speed`` m/s: torque, then power, then the speed limiter."""
        v = abs(speed)
        if v >= self.max_speed:
            return 0.0
        eta = self.drive.gear_efficiency
        force = self.drive.torque * self.ratio * eta
        if v > 0.1:
            force = min(force, self.power * mode.power * eta / v)
        if self.limp_home:
            force *= LIMP
        return force * DERATING(self.temperature) * clamp((self.max_speed - v) / 0.5, 0.0, 1.0)

    def max_regen(self, speed: float, charge_power: float) -> float:
        """N at the wheels the motor may brake with, from torque, power, what the battery takes (W), and the fade."""
        v = abs(speed)
        fade = clamp((v - FADE_END) / (FADE_START - FADE_END), 0.0, 1.0)
        if not fade:
            return 0.0
        eta = self.drive.gear_efficiency
        shaft = min(self.drive.regen_power * 1e3, charge_power)
        torque = self.drive.regen_torque * DERATING(self.temperature)
        return fade * min(torque * self.ratio / eta, shaft / (v * eta))

    def lift_off(self, speed: float, mass: float, mode: Mode) -> float:
        """N of braking the pedal map asks for with the accelerator released."""
        fade = clamp((abs(speed) - FADE_END) / (FADE_START - FADE_END), 0.0, 1.0)
        return LIFT_OFF * mode.lift * mass * fade

    def request(self, accelerator: float, speed: float, mass: float, mode: Mode) -> float:
        """N asked for by an accelerator of 0–1: a progressive curve between lift-off braking and full force."""
        low = -self.lift_off(speed, mass, mode)
        return low + (self.max_force(speed, mode) - low) * math.pow(accelerator, mode.pedal)

    def pedal(self, force: float, speed: float, mass: float, mode: Mode) -> float:
        """The accelerator (0–1) that asks for ``force``: the inverse of `request`."""
        low = -self.lift_off(speed, mass, mode)
        span = self.max_force(speed, mode) - low
        if span <= 0.0:
            return 0.0
        return math.pow(clamp((force - low) / span, 0.0, 1.0), 1.0 / mode.pedal)

    def electrical(self, wheel_force: float, speed: float) -> float:
        """W from the battery for a force (N) at a mean speed (m/s); negative when it regenerates."""
        wheel = wheel_force * speed
        eta = self.drive.gear_efficiency
        self.torque = wheel_force / self.ratio * (1.0 / eta if wheel > 0.0 else eta)
        self.output = self.torque * self.ratio * speed
        electrical = self.output + self.loss(self.torque, speed)
        self.heat = electrical - wheel
        return electrical

    def rest(self) -> float:
        """The inverter is off; W from the battery."""
        self.output = self.torque = self.heat = 0.0
        return 0.0

    def rpm(self, speed: float) -> float:
        """Motor speed in 1/min at ``speed`` m/s."""
        return abs(speed) * self.ratio * 60.0 / math.tau

    def warm(self, dt: float, heat: float, ambient: float) -> None:
        """Advance the winding temperature by ``dt`` s of ``heat`` W: one lumped capacity."""
        cooling = COOLING / 20.0 if self.cooling_failed else COOLING
        self.temperature += dt * (heat - cooling * (self.temperature - ambient)) / THERMAL_CAPACITY


def _losses(drive: Drive) -> Map | Curve:
    """W by 1/min and Nm, of the profile's map; else by W at the shaft, P (1/η − 1) of FASTSim's η(P/P_rated)."""
    if drive.losses is not None:
        return Map(drive.losses.speed, drive.losses.torque, drive.losses.watts)
    rated = drive.power * 1e3
    return Curve((share * rated, share * rated * (1.0 / eta - 1.0)) for share, eta in drive.efficiency or ())
