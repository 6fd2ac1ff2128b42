"""What the car warns of: one table of rules over signals, with limits for raising and for ending."""

from carservices.api.notifications import TYRE_LOW, Priority, Topic
from carservices.services.notifications.conditions import Above, Below, Gone, Is, Reaches
from carservices.services.notifications.rule import Rule, Show

BATTERY = "Vehicle.Powertrain.TractionBattery"
CHARGING = f"{BATTERY}.Charging"
SOC = f"{BATTERY}.StateOfCharge.Displayed"
RANGE = "Vehicle.Powertrain.Range"
SPEED = "Vehicle.Speed"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
CABLE = f"{CHARGING}.ChargingPort.FrontRight.IsChargingCableConnected"
AIR = "Vehicle.Exterior.AirTemperature"
TWELVE_VOLT = "Vehicle.LowVoltageBattery.CurrentVoltage"
WASHER = "Vehicle.Body.Windshield.Front.WasherFluid"
SERVICE = "Vehicle.Service"

MOVING = Above(SPEED, 3.0, 1.0)
IN_GEAR = ~Is(GEAR, 126)
IS_CHARGING = Is(f"{CHARGING}.IsCharging")
NOT_CHARGING = ~Is(f"{CHARGING}.IsCharging", unknown=False)
CHARGED = Reaches(SOC, f"{CHARGING}.ChargeLimit", margin=1.0, default=100.0)
STOPPED_BY_HAND = Is(f"{CHARGING}.StartStopCharging", "STOP", unknown=False)

RANGE_LEFT = {"range": Show(RANGE, "m", to="km"), "soc": Show(SOC, "percent")}

WHEELS = {
    f"wheel_row{row}_{side.lower()}": f"Vehicle.Chassis.Axle.Row{row}.Wheel.{side}"
    for row in (1, 2)
    for side in ("Left", "Right")
}
DOORS = {
    f"door_row{row}_{side.lower()}": f"Vehicle.Cabin.Door.Row{row}.{side}Side"
    for row in (1, 2)
    for side in ("Driver", "Passenger")
}
SEATS = {
    f"seat_row{row}_{side.lower()}": f"Vehicle.Cabin.Seat.Row{row}.{side}Side"
    for row in (1, 2)
    for side in ("Driver", "Passenger")
}

TYRE_FLAT, TYRE_STEP = 150.0, 10.0  # kPa; 150 is the pressure at which UN R141 5.3 asks for a warning in any car


def _tyre(place: str, wheel: str) -> tuple[Rule, ...]:
    pressure, warned = f"{wheel}.Tire.Pressure", Is(f"{wheel}.Tire.IsPressureLow", unknown=False)
    flat = Below(pressure, TYRE_FLAT, TYRE_FLAT)
    low = (Below(pressure, TYRE_LOW, TYRE_LOW + TYRE_STEP) | warned) & ~flat
    show = {"pressure": Show(pressure, "kPa")}
    return (
        Rule(
            "tyre_flat", Topic.TYRES, Priority.CRITICAL, Below(pressure, TYRE_FLAT, TYRE_FLAT + TYRE_STEP), show, place
        ),
        Rule("tyre_low", Topic.TYRES, Priority.HIGH, low, show, place),
    )


def _brake(place: str, wheel: str) -> Rule:
    worn = Is(f"{wheel}.Brake.IsBrakesWorn", unknown=False) | Above(f"{wheel}.Brake.PadWear", 90.0, 85.0)
    return Rule("brake_pads", Topic.BRAKES, Priority.HIGH, worn, place=place)


def _belt(place: str, seat: str) -> Rule:
    """Somebody must drive, so the driver's seat needs no sign of being occupied."""
    unbelted = ~Is(f"{seat}.IsBelted") & MOVING
    occupied = Is(f"{seat}.OccupancyStatus", "OCCUPIED")
    return Rule(
        "belt",
        Topic.SAFETY,
        Priority.CRITICAL,
        unbelted if place == "seat_row1_driver" else unbelted & occupied,
        place=place,
    )


def _door(place: str, door: str) -> Rule:
    return Rule("door_open", Topic.DOORS, Priority.CRITICAL, Is(f"{door}.IsOpen") & MOVING, place=place)


RULES: tuple[Rule, ...] = (
    Rule("battery_empty", Topic.BATTERY, Priority.HIGH, Below(SOC, 5.0, 7.0) & NOT_CHARGING, RANGE_LEFT),
    Rule(
        "battery_low",
        Topic.BATTERY,
        Priority.NORMAL,
        Below(SOC, 15.0, 17.0) & ~Below(SOC, 5.0, 5.0) & NOT_CHARGING,
        RANGE_LEFT,
    ),
    Rule("range_low", Topic.BATTERY, Priority.HIGH, Below(RANGE, 30_000.0, 40_000.0) & NOT_CHARGING, RANGE_LEFT),
    Rule(
        "battery_hot",
        Topic.BATTERY,
        Priority.HIGH,
        Above(f"{BATTERY}.Temperature.Max", 55.0, 50.0),
        {"temperature": Show(f"{BATTERY}.Temperature.Max", "Celsius")},
    ),
    Rule(
        "charged", Topic.CHARGING, Priority.NORMAL, CHARGED, RANGE_LEFT, after=IS_CHARGING, until=IS_CHARGING | MOVING
    ),
    Rule(
        "charging_interrupted",
        Topic.CHARGING,
        Priority.HIGH,
        ~CHARGED & ~STOPPED_BY_HAND,
        RANGE_LEFT,
        after=IS_CHARGING,
        until=IS_CHARGING | MOVING,
    ),
    Rule("cable_connected", Topic.CHARGING, Priority.CRITICAL, Is(CABLE) & IN_GEAR),
    # An idle lead-acid battery at 11.8 V is empty; with the DC/DC converter at work it stays above 13 V.
    Rule(
        "low_voltage",
        Topic.SYSTEM,
        Priority.HIGH,
        Below(TWELVE_VOLT, 11.8, 12.2),
        {"voltage": Show(TWELVE_VOLT, "V", step=0.1)},
    ),
    *(rule for place, wheel in WHEELS.items() for rule in _tyre(place, wheel)),
    *(_brake(place, wheel) for place, wheel in WHEELS.items()),
    *(_belt(place, seat) for place, seat in SEATS.items()),
    *(_door(place, door) for place, door in DOORS.items()),
    Rule("hood_open", Topic.DOORS, Priority.CRITICAL, Is("Vehicle.Body.Hood.IsOpen") & MOVING),
    Rule("trunk_open", Topic.DOORS, Priority.HIGH, Is("Vehicle.Body.Trunk.Rear.IsOpen") & MOVING),
    Rule("parking_brake", Topic.BRAKES, Priority.CRITICAL, Is("Vehicle.Chassis.ParkingBrake.IsEngaged") & MOVING),
    Rule("abs_error", Topic.BRAKES, Priority.HIGH, Is("Vehicle.ADAS.ABS.IsError")),
    Rule("esc_error", Topic.SAFETY, Priority.HIGH, Is("Vehicle.ADAS.ESC.IsError")),
    Rule("tired", Topic.DRIVER, Priority.HIGH, Above("Vehicle.Driver.FatigueLevel", 70.0, 50.0) & IN_GEAR),
    Rule(
        "freezing",
        Topic.WEATHER,
        Priority.NORMAL,
        Below(AIR, 3.0, 5.0) & IN_GEAR,
        {"temperature": Show(AIR, "Celsius")},
    ),
    Rule("low_beam_defect", Topic.LIGHTS, Priority.NORMAL, Is("Vehicle.Body.Lights.Beam.Low.IsDefect")),
    Rule("service_due", Topic.SERVICE, Priority.NORMAL, Is(f"{SERVICE}.IsServiceDue")),
    Rule(
        "service_soon",
        Topic.SERVICE,
        Priority.LOW,
        Below(f"{SERVICE}.DistanceToService", 1500.0, 1600.0) & ~Is(f"{SERVICE}.IsServiceDue", unknown=False),
        {"distance": Show(f"{SERVICE}.DistanceToService", "km", step=100.0)},
    ),
    Rule(
        "washer_fluid",
        Topic.SERVICE,
        Priority.LOW,
        Is(f"{WASHER}.IsLevelLow", unknown=False) | Below(f"{WASHER}.Level", 10.0, 15.0),
    ),
    Rule("car_lost", Topic.SYSTEM, Priority.HIGH, Gone(SPEED) & Gone(GEAR)),
    Rule("speed_lost", Topic.SYSTEM, Priority.HIGH, Gone(SPEED) & ~Gone(GEAR)),
)
