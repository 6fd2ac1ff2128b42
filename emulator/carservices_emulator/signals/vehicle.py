"""Identity, motion, location, surroundings, driver and service."""

from carservices_emulator.gnss.receiver import Receiver
from carservices_emulator.signals.table import FAST, MEDIUM, SLOW, actuator, sensor

RECEIVED = (
    sensor("CurrentLocation.Latitude", lambda world: world.receiver.latitude, rate=MEDIUM, digits=7),
    sensor("CurrentLocation.Longitude", lambda world: world.receiver.longitude, rate=MEDIUM, digits=7),
    sensor("CurrentLocation.Altitude", lambda world: world.receiver.altitude, rate=MEDIUM, digits=1),
    sensor("CurrentLocation.Heading", lambda world: world.receiver.course, rate=MEDIUM, digits=1),
    sensor("CurrentLocation.HorizontalAccuracy", lambda world: world.receiver.accuracy, rate=SLOW),
    sensor("CurrentLocation.Timestamp", lambda world: world.now.isoformat(timespec="milliseconds"), rate=MEDIUM),
)
"""What there is only while the satellite receiver has a position."""


def _fix_type(receiver: Receiver) -> str:
    if receiver.silent:
        return "NONE"
    return "THREE_D_SATELLITE_BASED_AUGMENTATION" if receiver.quality == "exact" else "THREE_D"


VEHICLE = (
    sensor("VehicleIdentification.VIN", "profile.identity.vin"),
    sensor("VehicleIdentification.Brand", "profile.identity.brand"),
    sensor("VehicleIdentification.Model", "profile.identity.model"),
    sensor("VehicleIdentification.Year", "profile.identity.year"),
    sensor("VehicleIdentification.VehicleExteriorColor", "profile.identity.color"),
    sensor("CurbWeight", "profile.resistance.mass"),
    sensor("RoofLoad", lambda world: 0),
    sensor("Length", "profile.body.length"),
    sensor("Height", "profile.body.height"),
    sensor("WidthExcludingMirrors", "profile.body.width"),
    sensor("Speed", lambda world: world.car.road.speed * 3.6, rate=FAST, digits=2),
    sensor("IsMoving", lambda world: world.car.road.speed != 0.0),
    sensor("IsBrokenDown", "broken_down"),
    sensor("AverageSpeed", lambda world: world.car.trip.average_speed * 3.6, rate=SLOW),
    sensor("TraveledDistance", "trip.odometer", rate=SLOW),
    sensor("TraveledDistanceSinceStart", "trip.since_start", rate=SLOW),
    actuator("TripMeterReading", "trip.meter", write=lambda world, value: world.car.trip.reset(value)),
    sensor("TripDuration", "trip.duration", rate=SLOW),
    sensor("StartTime", lambda world: world.epoch.isoformat(timespec="seconds")),
    sensor("LowVoltageSystemState", "state"),
    sensor("LowVoltageBattery.CurrentVoltage", "low_voltage.voltage", rate=SLOW, digits=2),
    sensor("LowVoltageBattery.CurrentCurrent", "low_voltage.current", rate=SLOW, digits=2),
    sensor("LowVoltageBattery.NominalCapacity", "profile.auxiliary.low_voltage_capacity"),
    sensor("LowVoltageBattery.NominalVoltage", lambda world: 12),
    sensor("Acceleration.Lateral", "lateral", rate=FAST, digits=3),
    sensor("Acceleration.Longitudinal", "road.acceleration", rate=FAST, digits=3),
    sensor("AngularVelocity.Yaw", lambda world: world.car.yaw_rate * 57.29578, rate=FAST, digits=2),
    *RECEIVED,
    sensor("CurrentLocation.GNSSReceiver.FixType", lambda world: _fix_type(world.receiver)),
    sensor("Exterior.AirTemperature", lambda world: world.weather.temperature, rate=SLOW),
    sensor("Exterior.Humidity", lambda world: world.weather.humidity, rate=SLOW),
    sensor("Exterior.LightIntensity", lambda world: world.weather.light, rate=SLOW),
    sensor("Driver.IsEyesOnRoad", lambda world: world.person.eyes_on_road),
    sensor("Driver.IsHandsOnWheel", lambda world: world.person.hands_on_wheel),
    sensor("Driver.FatigueLevel", lambda world: world.person.fatigue, rate=SLOW),
    sensor("Driver.DistractionLevel", lambda world: world.person.distraction, rate=SLOW),
    sensor(
        "Service.DistanceToService", lambda world: (world.car.trip.service_at - world.car.trip.odometer) / 1e3, digits=0
    ),
    sensor("Service.TimeToService", lambda world: world.car.trip.service_time // 86400 * 86400),
    sensor("Service.IsServiceDue", "trip.service_due"),
)
