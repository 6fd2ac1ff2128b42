"""The table of VSS signals and the Android vehicle properties (AAOS) that mean the same."""

from typing import NamedTuple

from carservices.signals.value import Datum

Words = tuple[tuple[Datum, int | bool], ...]
"""Pairs of a VSS value and its AAOS value; the first pair of a value is the one that is used in that direction."""


class Row(NamedTuple):
    """One pair. Property ids and enumerations: AOSP, ``VehicleProperty.aidl`` and its neighbours, version 4.

    ``path`` lacks ``Vehicle.`` and may hold one place of PLACES in braces. ``area`` is for paths without a place.
    ``unit`` is the one of AAOS where both sides have units; ``sign`` is -1 where both count in opposite directions.
    """

    path: str
    name: str
    id: int
    area: int = 0
    unit: str | None = None
    sign: int = 1
    words: Words = ()


# Areas: VehicleAreaSeat, VehicleAreaWindow of AOSP.
FRONT_WINDSHIELD, REAR_WINDSHIELD, ROOF_TOP = 0x0001, 0x0002, 0x0001_0000
REAR_WINDOWS = 0x0100 | 0x0400
LEFT_SEATS, RIGHT_SEATS = 0x0001 | 0x0010 | 0x0020, 0x0004 | 0x0040
ALL_SEATS = LEFT_SEATS | RIGHT_SEATS
"""Zones of the default vehicle HAL: every seat belongs to exactly one, the middle one at the back to the left."""
HOOD, TAILGATE = 0x1000_0000, 0x2000_0000

PLACES: dict[str, tuple[tuple[str, int], ...]] = {
    "wheel": (("Row1.Wheel.Left", 1), ("Row1.Wheel.Right", 2), ("Row2.Wheel.Left", 4), ("Row2.Wheel.Right", 8)),
    "seat": (
        ("Row1.{left}Side", 0x01),
        ("Row1.{right}Side", 0x04),
        ("Row2.{left}Side", 0x10),
        ("Row2.{right}Side", 0x40),
    ),
    "front_seat": (("Row1.{left}Side", 0x01), ("Row1.{right}Side", 0x04)),
    "door": (
        ("Row1.{left}Side", 0x01),
        ("Row1.{right}Side", 0x04),
        ("Row2.{left}Side", 0x10),
        ("Row2.{right}Side", 0x40),
    ),
    "window": (
        ("Row1.{left}Side.Window", 0x0010),
        ("Row1.{right}Side.Window", 0x0040),
        ("Row2.{left}Side.Window", 0x0100),
        ("Row2.{right}Side.Window", 0x0400),
    ),
    "mirror": (("{left}Side", 1), ("{right}Side", 2)),
    "zone": (("{left}", LEFT_SEATS), ("{right}", RIGHT_SEATS)),
}
"""Instances and their area ids; ``left`` and ``right`` become Driver and Passenger by the side the wheel is on."""

GEARS: Words = (
    (0, 0x1), (-1, 0x2), (126, 0x4), (127, 0x8), (1, 0x10), (2, 0x20), (3, 0x40), (4, 0x80), (5, 0x100), (6, 0x200),
    (7, 0x400), (8, 0x800), (9, 0x1000),
)  # fmt: skip
IGNITION: Words = (("UNDEFINED", 0), ("LOCK", 1), ("OFF", 2), ("ACC", 3), ("ON", 4), ("START", 5))
LIGHT_STATE: Words = ((False, 0), (True, 1))
HEADLIGHTS_STATE: Words = ((False, 0), (True, 1), (False, 2))
HEADLIGHTS_SWITCH: Words = (("OFF", 0), ("BEAM", 1), ("DAYTIME_RUNNING_LIGHTS", 2), ("AUTO", 0x100))
WIPERS: Words = (
    ("OFF", 1), ("INTERVAL", 3), ("INTERVAL", 4), ("INTERVAL", 5), ("INTERVAL", 6), ("INTERVAL", 7), ("SLOW", 8),
    ("MEDIUM", 9), ("FAST", 10), ("FAST", 11), ("FAST", 12), ("RAIN_SENSOR", 13),
)  # fmt: skip
CONNECTORS: Words = (
    ("IEC_TYPE_1_AC", 1), ("IEC_TYPE_2_AC", 2), ("IEC_TYPE_3_AC", 3), ("IEC_TYPE_4_DC", 4), ("IEC_TYPE_1_CCS_DC", 5),
    ("IEC_TYPE_2_CCS_DC", 6), ("TESLA_ROADSTER", 7), ("TESLA_HPWC", 8), ("TESLA_SUPERCHARGER", 9), ("GBT_AC", 10),
    ("GBT_DC", 11), ("OTHER", 101),
)  # fmt: skip
CHARGING: Words = ((True, 1), (False, 3), (False, 2), (False, 4))
CRUISE_TYPE: Words = ((False, 1), (True, 2), (True, 3))
CRUISE_STATE: Words = ((False, 1), (True, 2), (False, 3), (False, 4), (True, 5))
AUTOMATION: Words = tuple(
    (f"SAE_{level}{suffix}", level) for suffix in ("", "_DISENGAGING") for level in range(6) if level > 1 or not suffix
)

_BATTERY, _PORT = "Powertrain.TractionBattery", "Powertrain.TractionBattery.Charging.ChargingPort.FrontRight"
_HMI = "Cabin.Infotainment.HMI"

ROWS: tuple[Row, ...] = (
    # identity
    Row("VehicleIdentification.VIN", "INFO_VIN", 0x1110_0100),
    Row("VehicleIdentification.Brand", "INFO_MAKE", 0x1110_0101),
    Row("VehicleIdentification.Model", "INFO_MODEL", 0x1110_0102),
    Row("VehicleIdentification.Year", "INFO_MODEL_YEAR", 0x1140_0103),
    Row("Cabin.DriverPosition", "INFO_DRIVER_SEAT", 0x1540_010A, words=(("LEFT", 1), ("MIDDLE", 2), ("RIGHT", 4))),
    Row("CurbWeight", "VEHICLE_CURB_WEIGHT", 0x1140_0F46, unit="kg"),
    # motion
    Row("TraveledDistance", "PERF_ODOMETER", 0x1160_0204, unit="km"),
    Row("Speed", "PERF_VEHICLE_SPEED", 0x1160_0207, unit="m/s"),
    Row("Chassis.Accelerator.PedalPosition", "ACCELERATOR_PEDAL_COMPRESSION_PERCENTAGE", 0x1160_030F),
    Row("Chassis.Brake.PedalPosition", "BRAKE_PEDAL_COMPRESSION_PERCENTAGE", 0x1160_0310),
    Row("Powertrain.Transmission.SelectedGear", "GEAR_SELECTION", 0x1140_0400, words=GEARS),
    Row("Powertrain.Transmission.CurrentGear", "CURRENT_GEAR", 0x1140_0401, words=GEARS),
    Row("Chassis.ParkingBrake.IsEngaged", "PARKING_BRAKE_ON", 0x1120_0402),
    Row("Chassis.ParkingBrake.IsAutoApplyEnabled", "PARKING_BRAKE_AUTO_APPLY", 0x1120_0403),
    Row("LowVoltageSystemState", "IGNITION_STATE", 0x1140_0409, words=IGNITION),
    # energy
    Row(f"{_BATTERY}.GrossCapacity", "INFO_EV_BATTERY_CAPACITY", 0x1160_0106, unit="Wh"),
    Row(f"{_BATTERY}.NetCapacity", "EV_CURRENT_BATTERY_CAPACITY", 0x1160_030D, unit="Wh"),
    Row(f"{_BATTERY}.StateOfCharge.CurrentEnergy", "EV_BATTERY_LEVEL", 0x1160_0309, unit="Wh"),
    Row(f"{_BATTERY}.CurrentPower", "EV_BATTERY_INSTANTANEOUS_CHARGE_RATE", 0x1160_030C, unit="mW"),
    Row(f"{_BATTERY}.Temperature.Average", "EV_BATTERY_AVERAGE_TEMPERATURE", 0x1160_030E, unit="Celsius"),
    Row("Powertrain.Range", "RANGE_REMAINING", 0x1160_0308, unit="m"),
    Row(f"{_PORT}.SupportedInletTypes", "INFO_EV_CONNECTOR_TYPE", 0x1141_0107, words=CONNECTORS),
    Row(f"{_PORT}.IsFlapOpen", "EV_CHARGE_PORT_OPEN", 0x1120_030A),
    Row(f"{_PORT}.IsChargingCableConnected", "EV_CHARGE_PORT_CONNECTED", 0x1120_030B),
    Row(f"{_BATTERY}.Charging.ChargeLimit", "EV_CHARGE_PERCENT_LIMIT", 0x1160_0F40),
    Row(f"{_BATTERY}.Charging.IsCharging", "EV_CHARGE_STATE", 0x1140_0F41, words=CHARGING),
    Row(
        f"{_BATTERY}.Charging.StartStopCharging",
        "EV_CHARGE_SWITCH",
        0x1120_0F42,
        words=(("START", True), ("STOP", False)),
    ),
    Row(f"{_BATTERY}.Charging.TimeToComplete", "EV_CHARGE_TIME_REMAINING", 0x1140_0F43, unit="s"),
    # wheels
    Row("Chassis.Axle.{wheel}.Tire.Pressure", "TIRE_PRESSURE", 0x1760_0309, unit="kPa"),
    Row("Chassis.Axle.{wheel}.Brake.PadWear", "BRAKE_PAD_WEAR_PERCENTAGE", 0x1760_0311),
    # climate; AAOS leaves the steps of fan and heaters to the car, ours are percent
    Row("Cabin.HVAC.Station.Row1.{zone}.FanSpeed", "HVAC_FAN_SPEED", 0x1540_0500),
    Row(
        "Cabin.HVAC.Station.Row1.{zone}.AirDistribution",
        "HVAC_FAN_DIRECTION",
        0x1540_0501,
        words=(("MIDDLE", 1), ("DOWN", 2), ("UP", 4)),
    ),
    Row("Cabin.HVAC.Station.Row1.{zone}.Temperature", "HVAC_TEMPERATURE_SET", 0x1560_0503, unit="Celsius"),
    Row("Cabin.HVAC.AmbientAirTemperature", "HVAC_TEMPERATURE_CURRENT", 0x1560_0502, ALL_SEATS, unit="Celsius"),
    Row("Cabin.HVAC.IsFrontDefrosterActive", "HVAC_DEFROSTER", 0x1320_0504, FRONT_WINDSHIELD),
    Row("Cabin.HVAC.IsRearDefrosterActive", "HVAC_DEFROSTER", 0x1320_0504, REAR_WINDSHIELD),
    Row("Cabin.HVAC.IsAirConditioningActive", "HVAC_AC_ON", 0x1520_0505, ALL_SEATS),
    Row("Cabin.HVAC.IsAutoActive", "HVAC_AUTO_ON", 0x1520_050A, ALL_SEATS),
    Row("Cabin.HVAC.IsRecirculationActive", "HVAC_RECIRC_ON", 0x1520_0508, ALL_SEATS),
    Row("Cabin.Seat.{seat}.HeatingCooling", "HVAC_SEAT_TEMPERATURE", 0x1540_050B),
    Row("Body.Mirrors.{mirror}.IsHeatingOn", "HVAC_SIDE_MIRROR_HEAT", 0x1440_050C, words=((False, 0), (True, 1))),
    Row("Chassis.SteeringWheel.HeatingCooling", "HVAC_STEERING_WHEEL_HEAT", 0x1140_050D),
    Row("Body.Windshield.Front.IsHeatingOn", "HVAC_ELECTRIC_DEFROSTER_ON", 0x1320_0514, FRONT_WINDSHIELD),
    Row("Body.Windshield.Rear.IsHeatingOn", "HVAC_ELECTRIC_DEFROSTER_ON", 0x1320_0514, REAR_WINDSHIELD),
    Row("Exterior.AirTemperature", "ENV_OUTSIDE_TEMPERATURE", 0x1160_0703, unit="Celsius"),
    # doors, windows, seats
    Row("Cabin.Door.{door}.IsOpen", "DOOR_POS", 0x1640_0B00, words=((False, 0), (True, 1))),
    Row("Body.Hood.IsOpen", "DOOR_POS", 0x1640_0B00, HOOD, words=((False, 0), (True, 1))),
    Row("Body.Trunk.Rear.IsOpen", "DOOR_POS", 0x1640_0B00, TAILGATE, words=((False, 0), (True, 1))),
    Row("Cabin.Door.{door}.IsLocked", "DOOR_LOCK", 0x1620_0B02),
    Row("Body.Trunk.Rear.IsLocked", "DOOR_LOCK", 0x1620_0B02, TAILGATE),
    Row("Cabin.Door.{door}.IsChildLockActive", "DOOR_CHILD_LOCK_ENABLED", 0x1620_0B03),
    Row("Cabin.Door.{window}.Position", "WINDOW_POS", 0x1340_0BC0),
    Row("Cabin.Sunroof.Position", "WINDOW_POS", 0x1340_0BC0, ROOF_TOP),
    Row("Cabin.IsWindowChildLockEngaged", "WINDOW_LOCK", 0x1320_0BC4, REAR_WINDOWS),
    Row("Cabin.Seat.{seat}.IsBelted", "SEAT_BELT_BUCKLED", 0x1520_0B82),
    Row(
        "Cabin.Seat.{seat}.OccupancyStatus",
        "SEAT_OCCUPANCY",
        0x1540_0BB0,
        words=(("UNKNOWN", 0), ("EMPTY", 1), ("OCCUPIED", 2)),
    ),
    Row("Cabin.Seat.{front_seat}.Position", "SEAT_FORE_AFT_POS", 0x1540_0B85, sign=-1),
    Row("Cabin.Seat.{front_seat}.Backrest.Recline", "SEAT_BACKREST_ANGLE_1_POS", 0x1540_0B87, sign=-1),
    Row("Cabin.Seat.{front_seat}.Height", "SEAT_HEIGHT_POS", 0x1540_0B8B),
    # lights, wipers, horn; where AAOS splits state and switch, the state comes first
    Row("Body.Lights.LightSwitch", "HEADLIGHTS_SWITCH", 0x1140_0E10, words=HEADLIGHTS_SWITCH),
    Row("Body.Lights.Beam.Low.IsOn", "HEADLIGHTS_STATE", 0x1140_0E00, words=HEADLIGHTS_STATE),
    Row("Body.Lights.Beam.High.IsOn", "HIGH_BEAM_LIGHTS_STATE", 0x1140_0E01, words=LIGHT_STATE),
    Row("Body.Lights.Beam.High.IsOn", "HIGH_BEAM_LIGHTS_SWITCH", 0x1140_0E11, words=LIGHT_STATE),
    Row("Body.Lights.Hazard.IsSignaling", "HAZARD_LIGHTS_STATE", 0x1140_0E03, words=LIGHT_STATE),
    Row("Body.Lights.Hazard.IsSignaling", "HAZARD_LIGHTS_SWITCH", 0x1140_0E13, words=LIGHT_STATE),
    Row("Body.Lights.Fog.Front.IsOn", "FRONT_FOG_LIGHTS_STATE", 0x1140_0F3B, words=LIGHT_STATE),
    Row("Body.Lights.Fog.Front.IsOn", "FRONT_FOG_LIGHTS_SWITCH", 0x1140_0F3C, words=LIGHT_STATE),
    Row("Body.Lights.Fog.Rear.IsOn", "REAR_FOG_LIGHTS_STATE", 0x1140_0F3D, words=LIGHT_STATE),
    Row("Body.Lights.Fog.Rear.IsOn", "REAR_FOG_LIGHTS_SWITCH", 0x1140_0F3E, words=LIGHT_STATE),
    Row("Cabin.Light.IsDomeOn", "CABIN_LIGHTS_STATE", 0x1140_0F01, words=LIGHT_STATE),
    Row("Cabin.Light.IsDomeOn", "CABIN_LIGHTS_SWITCH", 0x1140_0F02, words=LIGHT_STATE),
    Row("Body.Windshield.Front.Wiping.Mode", "WINDSHIELD_WIPERS_SWITCH", 0x1340_0BC7, FRONT_WINDSHIELD, words=WIPERS),
    Row("Body.Windshield.Rear.Wiping.Mode", "WINDSHIELD_WIPERS_SWITCH", 0x1340_0BC7, REAR_WINDSHIELD, words=WIPERS),
    Row("Body.Horn.IsActive", "VEHICLE_HORN_ENGAGED", 0x1120_0340),
    # display
    Row(f"{_HMI}.DayNightMode", "NIGHT_MODE", 0x1120_0407, words=(("DAY", False), ("NIGHT", True))),
    Row(f"{_HMI}.Brightness", "DISPLAY_BRIGHTNESS", 0x1140_0A03),
    Row(f"{_HMI}.TemperatureUnit", "HVAC_TEMPERATURE_DISPLAY_UNITS", 0x1140_050E, words=(("C", 0x30), ("F", 0x31))),
    Row(f"{_HMI}.DistanceUnit", "DISTANCE_DISPLAY_UNITS", 0x1140_0600, words=(("KILOMETERS", 0x23), ("MILES", 0x24))),
    Row(
        f"{_HMI}.TirePressureUnit",
        "TIRE_PRESSURE_DISPLAY_UNITS",
        0x1140_0602,
        words=(("KPA", 0x70), ("PSI", 0x71), ("BAR", 0x72)),
    ),
    Row(
        f"{_HMI}.SpeedUnit",
        "VEHICLE_SPEED_DISPLAY_UNITS",
        0x1140_0605,
        words=(("METERS_PER_SECOND", 0x01), ("MILES_PER_HOUR", 0x90), ("KILOMETERS_PER_HOUR", 0x91)),
    ),
    # driver assistance
    Row("ADAS.ABS.IsEngaged", "ABS_ACTIVE", 0x1120_040A),
    Row("ADAS.TCS.IsEngaged", "TRACTION_CONTROL_ACTIVE", 0x1120_040B),
    Row("ADAS.ESC.IsEnabled", "ELECTRONIC_STABILITY_CONTROL_ENABLED", 0x1120_040E),
    Row("ADAS.ESC.IsEngaged", "ELECTRONIC_STABILITY_CONTROL_STATE", 0x1140_040F, words=((False, 1), (True, 2))),
    Row("ADAS.LaneDepartureDetection.IsEnabled", "LANE_DEPARTURE_WARNING_ENABLED", 0x1120_1006),
    Row("ADAS.CruiseControl.IsEnabled", "CRUISE_CONTROL_ENABLED", 0x1120_100F),
    Row("ADAS.CruiseControl.IsAdaptive", "CRUISE_CONTROL_TYPE", 0x1140_1010, words=CRUISE_TYPE),
    Row("ADAS.CruiseControl.IsActive", "CRUISE_CONTROL_STATE", 0x1140_1011, words=CRUISE_STATE),
    Row("ADAS.CruiseControl.SpeedSet", "CRUISE_CONTROL_TARGET_SPEED", 0x1160_1013, unit="m/s"),
    Row(
        "ADAS.ObstacleDetection.Front.Center.Distance",
        "ADAPTIVE_CRUISE_CONTROL_LEAD_VEHICLE_MEASURED_DISTANCE",
        0x1140_1015,
        unit="mm",
    ),
    Row("ADAS.ActiveAutonomyLevel", "VEHICLE_DRIVING_AUTOMATION_CURRENT_LEVEL", 0x1140_0F4C, words=AUTOMATION),
    Row("ADAS.DMS.IsEnabled", "DRIVER_DISTRACTION_SYSTEM_ENABLED", 0x1120_101D),
    Row("ADAS.DMS.IsWarning", "DRIVER_DISTRACTION_WARNING", 0x1140_1020, words=((False, 1), (True, 2))),
    Row("Driver.IsHandsOnWheel", "HANDS_ON_DETECTION_DRIVER_STATE", 0x1140_1017, words=((True, 1), (False, 2))),
)
