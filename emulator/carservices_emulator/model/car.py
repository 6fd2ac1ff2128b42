"""The whole car: parts wired together, a fast step for motion and a slow one for heat and charge."""

from dataclasses import dataclass
from datetime import datetime
from math import radians, tan

from carservices_emulator.model.battery import TractionBattery
from carservices_emulator.model.body import AUTO_LOCK, Body, Cabin
from carservices_emulator.model.charging import ChargePort
from carservices_emulator.model.chassis import Chassis
from carservices_emulator.model.climate import Climate
from carservices_emulator.model.conditioning import Conditioning
from carservices_emulator.model.cruise import Cruise
from carservices_emulator.model.drive import MAX_BRAKING, MODES, DriveUnit
from carservices_emulator.model.ledger import Ledger
from carservices_emulator.model.lowvoltage import (
    ACCESSORIES,
    AWAKE,
    CONVERTER_EFFICIENCY,
    QUIESCENT,
    LowVoltage,
)
from carservices_emulator.model.road import G, Road
from carservices_emulator.model.trip import TripComputer
from carservices_emulator.profile import Profile
from carservices_emulator.weather import Weather

PARK, REVERSE, NEUTRAL, DRIVE = 126, -1, 0, 127
"""Gears in VSS's numbers."""
HOLD = 5.0
"""m/s² a locked transmission, the parking brake or auto-hold can hold."""
STEERING_RATIO = 15.0
DRIVEN_LOAD = 0.52
"""Share of the weight on the driven axle, which bounds traction."""
SLOW = 1.0
"""s between two steps of heat, charge and electrics."""
BODY = 0.1
"""s between two steps of doors, lights and motors."""
STOP_LAMPS = 1.3
"""m/s² of regenerative braking that lights the stop lamps (UN R13-H, §5.2.22.4)."""
EPS = 1e-9


@dataclass(slots=True)
class Pedals:
    """What a driver does: pedals 0–1, steering wheel in degrees (left positive)."""

    accelerator: float = 0.0
    brake: float = 0.0
    steering: float = 0.0


class Car:
    """An electric car with one driven axle, ready to drive when ``on``.

    ``mass`` in kg replaces the profile's mass in running order. Steps must be 0.1 s or shorter.
    """

    def __init__(
        self,
        profile: Profile,
        weather: Weather,
        *,
        mass: float | None = None,
        charge: float = 0.8,
        battery_temperature: float | None = None,
        odometer: float = 12_345e3,
    ) -> None:
        self.profile = profile
        self.weather = weather
        ambient = weather.temperature
        self.road = Road(profile.resistance, mass or profile.resistance.mass)
        self.unit = DriveUnit(profile.drive)
        self.unit.temperature = ambient
        warm = ambient if battery_temperature is None else battery_temperature
        self.battery = TractionBattery(profile.battery, charge, warm)
        self.low_voltage = LowVoltage(profile.auxiliary.low_voltage_capacity)
        self.port = ChargePort(profile.charging)
        self.climate = Climate(ambient, heat_pump=profile.auxiliary.heat_pump)
        self.conditioning = Conditioning()
        self.chassis = Chassis(profile.tyres, profile.resistance, self.road.mass, ambient)
        self.body = Body()
        self.cabin = Cabin()
        self.trip = TripComputer(profile, odometer)
        self.ledger = Ledger()
        self.pedals = Pedals()
        self.gear = PARK
        self.mode = "NORMAL"
        self.parking_brake = True
        self.auto_parking_brake = True
        self.state = "ON"
        self.yaw_rate = 0.0
        self.lateral = 0.0
        self.traction_engaged = self.antilock_engaged = False
        self.anti_slip = self.antilock = self.stability = True
        self.lane_watch = self.driver_watch = True
        self.cruise = Cruise()
        self.altitude = 20.0
        self.grade = 0.0
        self.force = 0.0
        self._slow = SLOW
        self._body = BODY
        self._rolling_heat = self._brake_heat = self._drive_heat = self._battery_heat = 0.0
        self._distance = self._energy = 0.0

    @property
    def on(self) -> bool:
        """Ready to drive."""
        return self.state == "ON"

    @property
    def startable(self) -> bool:
        """On already, or with a 12 V battery that closes the contactors."""
        return self.on or self.low_voltage.charge > 0.0

    @property
    def live(self) -> bool:
        """Whether the high-voltage side is connected: on and the battery not empty, or at a station to charge."""
        return (self.on and self.battery.charge > 0.0) or self.port.due

    @property
    def broken_down(self) -> bool:
        """Cannot go on: empty, or the motor too hot to give torque."""
        return self.on and (self.battery.charge <= 0.0 or self.unit.temperature > 179.0)

    @property
    def cell_voltage(self) -> float:
        """V of the average cell."""
        return self.battery.voltage / self.profile.battery.cells_in_series

    @property
    def stability_engaged(self) -> bool:
        """The bend asks for more than 85 % of the grip."""
        return self.stability and abs(self.lateral) > 0.85 * self.weather.grip * G

    @property
    def auxiliary(self) -> float:
        """W from the high-voltage side besides the motor."""
        return self.low_voltage.converter_input + self.climate.power + self.conditioning.power

    def step(self, dt: float, pedals: Pedals, now: datetime) -> float:
        """Advance by ``dt`` s; returns the distance travelled in m (negative backwards)."""
        self.pedals = pedals
        if self.cruise.active:
            self._cruise()
        self._slow += dt
        if self._slow >= SLOW - EPS:
            self._step_slow(self._slow, now)
            self._slow = 0.0
        self._body += dt
        if self._body >= BODY - EPS:
            self.refresh_body(self._body)
            self._body = 0.0
        return self._step_motion(dt)

    def _cruise(self) -> None:
        """Let the cruise control press the accelerator; brake, gear lever and a standstill end it."""
        road = self.road
        if self.pedals.brake > 0.0 or self.gear != DRIVE or road.speed < 5.0:
            self.cruise.active = False
            return
        load = road.load(road.speed, self.grade, self.chassis.rolling, self.weather.wind)
        pedal = self.cruise.pedal(road, self.unit, MODES[self.mode], load)
        self.pedals.accelerator = max(self.pedals.accelerator, pedal)

    def refresh_body(self, dt: float = 0.0) -> None:
        """Let switches take effect and motors run for ``dt`` s."""
        self.body.step(dt, self.weather, on=self.on, reverse=self.gear == REVERSE)
        slowing = self.road.acceleration < -STOP_LAMPS and self.road.speed != 0.0
        braking = self.on and (self.pedals.brake > 0.01 or slowing)
        self.body.lights.brake = "ACTIVE" if braking else "INACTIVE"

    def _step_motion(self, dt: float) -> float:
        road, unit, ledger = self.road, self.unit, self.ledger
        if not road.speed and self.pedals.accelerator <= 0.0 and self._held:
            self.traction_engaged = self.antilock_engaged = False
            self.force = road.acceleration = self.yaw_rate = self.lateral = 0.0
            distance, electrical = 0.0, unit.rest()
        else:
            self.force, friction = self._forces(road.speed)
            step = road.step(dt, self.force, friction, self.grade, self.chassis.rolling, self.weather.wind)
            distance = step.distance
            turning = self.force or (self.gear in (DRIVE, REVERSE) and self.live)
            electrical = unit.electrical(self.force, step.speed) if turning else unit.rest()
            ledger.rolling += step.rolling
            ledger.brake += step.brake
            ledger.air += step.air
            ledger.grade += step.grade
            ledger.kinetic += step.kinetic
            self._rolling_heat += step.rolling
            self._brake_heat += step.brake
            wheel = tan(radians(self.pedals.steering / STEERING_RATIO))
            self.yaw_rate = step.speed * wheel / (self.profile.body.wheelbase * 1e-3)
            self.lateral = step.speed * self.yaw_rate
        auxiliary = self.auxiliary if self.live else 0.0
        self.battery.step(dt, electrical + auxiliary - self.port.power)
        battery = self.battery
        ledger.chemical += (battery.power + battery.heat) * dt
        ledger.charger += self.port.power * dt
        ledger.battery_heat += battery.heat * dt
        ledger.drive_loss += unit.heat * dt
        if auxiliary:
            ledger.climate += self.climate.power * dt
            ledger.battery_conditioning += self.conditioning.power * dt
            ledger.low_voltage += self.low_voltage.converter_input * dt
        self._drive_heat += unit.heat * dt
        self._battery_heat += battery.heat * dt
        self._distance += distance
        self._energy += (battery.power + self.port.power) * dt
        return distance

    @property
    def _held(self) -> bool:
        """At rest and kept there by a brake, the park lock or auto-hold (not on a slope steeper than they hold)."""
        return abs(self.grade) * G < HOLD and (self.gear in (PARK, DRIVE, REVERSE) or self.parking_brake)

    def _forces(self, speed: float) -> tuple[float, float]:
        """(drive force, friction brake force available) in N; sets the flags of the anti-slip systems."""
        mass, mode, pedals = self.road.mass, MODES[self.mode], self.pedals
        direction = -1.0 if self.gear == REVERSE else 1.0
        wanted = pedals.brake * MAX_BRAKING * mass
        grip = self.weather.grip * mass * G
        regen = drive = 0.0
        if self.gear in (DRIVE, REVERSE) and self.live and not self.port.plug:
            request = self.unit.request(pedals.accelerator, speed, mass, mode)
            if request > 0.0 and not wanted:
                drive = self._limited(request, speed)
            if speed * direction <= 0.0 and drive < mass * G * self.grade * direction:
                drive, wanted = 0.0, HOLD * mass  # hill start assist: never backwards against the gear
            elif speed * direction > 0.0:
                lift = max(0.0, -request)
                spare = max(0.0, self.battery.regen_limit + self.auxiliary)
                regen = min(lift + wanted, self.unit.max_regen(speed, spare), grip * DRIVEN_LOAD)
                wanted = max(0.0, wanted - max(0.0, regen - lift))
        self.traction_engaged = self.anti_slip and drive > grip * DRIVEN_LOAD
        if drive > grip * DRIVEN_LOAD:
            drive = grip * DRIVEN_LOAD
        self.antilock_engaged = self.antilock and abs(speed) > 1.0 and wanted + regen > grip
        wanted = min(wanted, max(0.0, grip - regen))
        if self.gear == PARK or self.parking_brake:
            wanted = max(wanted, HOLD * mass)
        force = drive * direction - (regen if speed > 0.0 else -regen)
        return force, wanted

    def _limited(self, force: float, speed: float) -> float:
        """``force`` within what the battery may give at this speed."""
        v = abs(speed)
        if v < 0.5:
            return force
        power = max(0.0, self.battery.discharge_limit - self.auxiliary)
        shaft = max(0.0, power - self.unit.loss(power / (v * self.unit.ratio), v))
        return min(force, shaft * self.profile.drive.gear_efficiency / v)

    def _base_load(self) -> float:
        """W of the 12 V side besides what `Body.load` counts."""
        if self.on:
            return self.profile.auxiliary.load * CONVERTER_EFFICIENCY + self.climate.blower
        return max(QUIESCENT, ACCESSORIES * (self.state == "ACC"), AWAKE * self.port.charging)

    def _step_slow(self, dt: float, now: datetime) -> None:
        ambient = self.weather.temperature
        speed = abs(self.road.speed)
        battery = self.battery
        self.road.set_air(self.weather, self.altitude)
        self.port.step(dt, battery, now, ambient, self.auxiliary)
        station = self.port.plug.kind if self.port.plug and self.port.due else None
        self.conditioning.step(battery, ambient, available=self.live, charging=station)
        self.climate.on = self.on
        self.climate.step(dt, self.weather, speed, self.body.occupants, self.body.openness)
        if not self.live:
            self.climate.power = self.climate.thermal = 0.0
        load = self.body.load(on=self.on, rear_window=self.climate.rear_defroster) + self._base_load()
        self.low_voltage.step(dt, load, converter=self.live)
        self.chassis.step(dt, speed, self._rolling_heat / dt, self._brake_heat / dt, ambient)
        self.unit.warm(dt, self._drive_heat / dt, ambient)
        battery.warm(dt, self._battery_heat / dt + self.conditioning.heat, ambient)
        battery.refresh()
        self.trip.step(dt, self._distance, self._energy)
        self._rolling_heat = self._brake_heat = self._drive_heat = self._battery_heat = 0.0
        self._distance = self._energy = 0.0
        if self.road.speed > AUTO_LOCK and not self.body.doors["Row1.DriverSide"].locked:
            self.body.lock(wanted=True)
