"""The table of AAOS properties: ids of the right build, and values that go both ways."""

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.signals import Catalogue, Datatype, InvalidValue
from carservices.signals.check import INTEGER_BOUNDS
from carservices.signals.units import UNITS
from carservices.signals.vhal import from_vhal, to_vhal, vhal_table
from carservices.signals.vhal_id import VhalArea, VhalError, VhalGroup, VhalType, holds, id_parts
from carservices.signals.vhal_table import PLACES, ROWS

PAIRS = vhal_table().pairs
AREAS = {  # every bit AOSP defines for an area type
    VhalArea.GLOBAL: 0,
    VhalArea.WINDOW: 0x3_5553,
    VhalArea.MIRROR: 0x7,
    VhalArea.SEAT: 0x777,
    VhalArea.DOOR: 0x3000_0555,
    VhalArea.WHEEL: 0xF,
}
TYPES = {  # what AAOS type may stand for which VSS type where no words translate
    VhalType.STRING: {Datatype.STRING},
    VhalType.BOOLEAN: {Datatype.BOOLEAN},
    VhalType.INT32: set(INTEGER_BOUNDS) | {Datatype.FLOAT},
    VhalType.FLOAT: set(INTEGER_BOUNDS) | {Datatype.FLOAT},
}
VALUES = {
    VhalType.STRING: st.text(max_size=20),
    VhalType.BOOLEAN: st.booleans(),
    VhalType.INT32: st.integers(-(2**31), 2**31 - 1) | st.integers(-200, 200),
    VhalType.FLOAT: st.floats(width=32),
    VhalType.INT32_VEC: st.lists(st.integers(0, 12) | st.just(101), max_size=4),
}


def same(one, other):
    return one == (pytest.approx(other, rel=1e-9) if isinstance(other, float) else other)


def signal_values(pair):
    """Values of the pair's signal, all of them if it has a list."""
    signal = pair.signal
    if pair.row.words:
        known = st.sampled_from([ours for ours, _ in pair.row.words])
        return st.lists(known, max_size=4) if signal.datatype.is_array else known
    if signal.datatype in INTEGER_BOUNDS:
        low, high = INTEGER_BOUNDS[signal.datatype]
        return st.integers(
            low if signal.min is None else int(signal.min), high if signal.max is None else int(signal.max)
        )
    if signal.datatype is Datatype.FLOAT:
        low, high = (-1e6 if signal.min is None else signal.min), (1e6 if signal.max is None else signal.max)
        return st.floats(low, high)
    return st.booleans() if signal.datatype is Datatype.BOOLEAN else st.text(max_size=20)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_id_is_built_as_aaos_says(row):
    parts = id_parts(row.id)
    assert parts.group is VhalGroup.SYSTEM
    assert parts.id == row.id
    for pair in vhal_table().of_property(row.name):
        assert pair.row.id == row.id
        assert (pair.area == 0) == (parts.area is VhalArea.GLOBAL or row.name == "INFO_DRIVER_SEAT")
        assert pair.area & ~AREAS[parts.area] == 0
    if not row.words:
        assert {pair.signal.datatype for pair in vhal_table().of_property(row.id)} <= TYPES[parts.type]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.path}")
def test_every_row_is_coherent(row):
    for pair in (pair for pair in PAIRS if pair.row is row):
        assert (row.unit is None) or UNITS[row.unit].quantity == UNITS[pair.signal.unit].quantity
        for ours, theirs in row.words:
            if pair.signal.datatype.is_array:
                ours, theirs = [ours], [theirs]
            assert same(pair.to_vhal(pair.from_vhal(pair.to_vhal(ours))), pair.to_vhal(ours))
            assert same(pair.from_vhal(pair.to_vhal(pair.from_vhal(theirs))), pair.from_vhal(theirs))
    assert row.sign in (1, -1)
    assert not (row.words and row.unit)


@pytest.mark.parametrize(
    ("name", "constant"),
    [
        ("INFO_VIN", 286261504),
        ("PERF_VEHICLE_SPEED", 291504647),
        ("EV_BATTERY_LEVEL", 291504905),
        ("EV_BATTERY_AVERAGE_TEMPERATURE", 291504910),
        ("ACCELERATOR_PEDAL_COMPRESSION_PERCENTAGE", 291504911),
        ("BRAKE_PEDAL_COMPRESSION_PERCENTAGE", 291504912),
        ("TIRE_PRESSURE", 392168201),
        ("BRAKE_PAD_WEAR_PERCENTAGE", 392168209),
        ("VEHICLE_HORN_ENGAGED", 287310656),
        ("GEAR_SELECTION", 289408000),
        ("PARKING_BRAKE_ON", 287310850),
        ("NIGHT_MODE", 287310855),
        ("IGNITION_STATE", 289408009),
        ("ELECTRONIC_STABILITY_CONTROL_ENABLED", 287310862),
        ("HVAC_TEMPERATURE_SET", 358614275),
        ("ENV_OUTSIDE_TEMPERATURE", 291505923),
        ("DOOR_LOCK", 371198722),
        ("SEAT_BELT_BUCKLED", 354421634),
        ("WINDOW_POS", 322964416),
        ("DRIVER_DISTRACTION_SYSTEM_ENABLED", 287313949),
    ],
)
def test_ids_are_the_constants_of_the_car_library(name, constant):
    """``android.car.VehiclePropertyIds`` writes them as decimal numbers."""
    assert {pair.row.id for pair in vhal_table().of_property(name)} == {constant}


def test_an_area_of_a_property_has_one_signal():
    keys = [(pair.row.id, pair.area) for pair in PAIRS]
    assert len(set(keys)) == len(keys)
    assert len({pair.row.name for pair in PAIRS}) == len({pair.row.id for pair in PAIRS}) >= 70


def test_areas_of_one_property_do_not_overlap():
    for row in ROWS:
        areas = [pair.area for pair in vhal_table().of_property(row.id)]
        assert sum(areas) == functools.reduce(int.__or__, areas)


@given(st.data(), st.sampled_from(PAIRS))
def test_a_signal_comes_back(data, pair):
    value = data.draw(signal_values(pair))
    try:
        theirs = pair.to_vhal(value)
    except VhalError:  # 64-bit and unsigned numbers may not fit
        assert pair.type is VhalType.INT32
        return
    assert holds(pair.type, theirs)
    again = pair.from_vhal(theirs)
    if pair.signal.datatype is Datatype.FLOAT:
        tolerance = 1.0 if pair.type is VhalType.INT32 else 0.0
        assert again == pytest.approx(value, rel=1e-9, abs=max(tolerance, 1e-9))
    elif not pair.row.words:
        assert again == value
    assert same(pair.to_vhal(again), theirs)


@given(st.data(), st.sampled_from(PAIRS))
def test_a_property_comes_back_or_is_refused(data, pair):
    theirs = data.draw(VALUES[pair.type])
    try:
        path, value = from_vhal(pair.row.id, pair.area, theirs)
    except VhalError:
        return
    assert path == pair.signal.path
    assert Catalogue.default()[path].datatype is pair.signal.datatype
    again = pair.from_vhal(pair.to_vhal(value))
    if pair.type is VhalType.INT32 and pair.signal.datatype is Datatype.FLOAT:
        assert pair.to_vhal(again) == pair.to_vhal(value)
    else:
        assert same(again, value)


@pytest.mark.parametrize(
    ("path", "value", "name", "area", "theirs"),
    [
        ("Vehicle.Speed", 90, "PERF_VEHICLE_SPEED", 0, 25.0),
        ("Vehicle.TraveledDistance", 12_345_678, "PERF_ODOMETER", 0, 12345.678),
        ("Vehicle.Powertrain.TractionBattery.GrossCapacity", 60, "INFO_EV_BATTERY_CAPACITY", 0, 60_000.0),
        ("Vehicle.Powertrain.TractionBattery.CurrentPower", -15e3, "EV_BATTERY_INSTANTANEOUS_CHARGE_RATE", 0, -15e6),
        ("Vehicle.Powertrain.Transmission.SelectedGear", 126, "GEAR_SELECTION", 0, 0x4),
        ("Vehicle.Powertrain.Transmission.SelectedGear", 127, "GEAR_SELECTION", 0, 0x8),
        ("Vehicle.Powertrain.Transmission.CurrentGear", -1, "CURRENT_GEAR", 0, 0x2),
        ("Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure", 240, "TIRE_PRESSURE", 0x4, 240.0),
        ("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 21.5, "HVAC_TEMPERATURE_SET", 0x31, 21.5),
        ("Vehicle.Cabin.HVAC.Station.Row1.Passenger.AirDistribution", "UP", "HVAC_FAN_DIRECTION", 0x44, 4),
        ("Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", True, "DOOR_POS", 0x1, 1),
        ("Vehicle.Body.Trunk.Rear.IsLocked", False, "DOOR_LOCK", 0x2000_0000, False),
        ("Vehicle.Cabin.Door.Row2.PassengerSide.Window.Position", 30, "WINDOW_POS", 0x400, 30),
        ("Vehicle.Cabin.Sunroof.Position", -100, "WINDOW_POS", 0x1_0000, -100),
        ("Vehicle.Cabin.Seat.Row1.PassengerSide.Position", 120, "SEAT_FORE_AFT_POS", 0x4, -120),
        ("Vehicle.Body.Lights.LightSwitch", "AUTO", "HEADLIGHTS_SWITCH", 0, 0x100),
        ("Vehicle.Body.Lights.Beam.High.IsOn", True, "HIGH_BEAM_LIGHTS_STATE", 0, 1),
        ("Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging", "START", "EV_CHARGE_SWITCH", 0, True),
        ("Vehicle.Powertrain.TractionBattery.Charging.IsCharging", False, "EV_CHARGE_STATE", 0, 3),
        ("Vehicle.Body.Windshield.Rear.Wiping.Mode", "INTERVAL", "WINDSHIELD_WIPERS_SWITCH", 0x2, 3),
        ("Vehicle.Cabin.Infotainment.HMI.SpeedUnit", "MILES_PER_HOUR", "VEHICLE_SPEED_DISPLAY_UNITS", 0, 0x90),
        ("Vehicle.ADAS.ObstacleDetection.Front.Center.Distance", 12.3456,
         "ADAPTIVE_CRUISE_CONTROL_LEAD_VEHICLE_MEASURED_DISTANCE", 0, 12346),
        ("Vehicle.ADAS.ActiveAutonomyLevel", "SAE_2_DISENGAGING", "VEHICLE_DRIVING_AUTOMATION_CURRENT_LEVEL", 0, 2),
        ("Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.FrontRight.SupportedInletTypes",
         ["IEC_TYPE_2_AC", "IEC_TYPE_2_CCS_DC"], "INFO_EV_CONNECTOR_TYPE", 0, [2, 6]),
    ],
)  # fmt: skip
def test_known_translations(path, value, name, area, theirs):
    (row_id,) = {pair.row.id for pair in vhal_table().of_property(name)}
    assert to_vhal(path, value) == (row_id, area, pytest.approx(theirs) if isinstance(theirs, float) else theirs)


@pytest.mark.parametrize(
    ("name", "area", "theirs", "path", "value"),
    [
        ("VEHICLE_DRIVING_AUTOMATION_CURRENT_LEVEL", 0, 2, "Vehicle.ADAS.ActiveAutonomyLevel", "SAE_2"),
        ("HIGH_BEAM_LIGHTS_SWITCH", 0, 1, "Vehicle.Body.Lights.Beam.High.IsOn", True),
        ("HEADLIGHTS_STATE", 0, 2, "Vehicle.Body.Lights.Beam.Low.IsOn", False),
        ("WINDSHIELD_WIPERS_SWITCH", 1, 6, "Vehicle.Body.Windshield.Front.Wiping.Mode", "INTERVAL"),
        ("CRUISE_CONTROL_TYPE", 0, 3, "Vehicle.ADAS.CruiseControl.IsAdaptive", True),
        ("EV_CHARGE_STATE", 0, 2, "Vehicle.Powertrain.TractionBattery.Charging.IsCharging", False),
        ("EV_CURRENT_BATTERY_CAPACITY", 0, 54_321.0, "Vehicle.Powertrain.TractionBattery.NetCapacity", 54),
    ],
)
def test_what_aaos_says_in_more_words(name, area, theirs, path, value):
    assert from_vhal(vhal_table().of_property(name)[0].row.id, area, theirs) == (path, value)


def test_with_the_wheel_on_the_right_the_driver_is_right():
    path = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
    assert vhal_table("LEFT").to_vhal(path, True)[1] == 0x1
    assert vhal_table("RIGHT").to_vhal(path, True)[1] == 0x4
    assert len(vhal_table("RIGHT").pairs) == len(PAIRS)
    assert all("{" not in pair.signal.path for pair in PAIRS)
    assert all(any(f"{{{place}}}" in row.path for row in ROWS) for place in PLACES)


def test_a_split_light_has_a_state_and_a_switch():
    names = [pair.row.name for pair in vhal_table().of_path("Vehicle.Cabin.Light.IsDomeOn")]
    assert names == ["CABIN_LIGHTS_STATE", "CABIN_LIGHTS_SWITCH"]
    assert vhal_table().of_path("Vehicle.IsMoving") == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("Vehicle.IsMoving", True, "Vehicle.IsMoving has no AAOS property; map it to a vendor property"),
        ("Vehicle.Body.Lights.LightSwitch", "POSITION", "HEADLIGHTS_SWITCH have no common word for 'POSITION'"),
        ("Vehicle.Powertrain.TractionBattery.Charging.TimeToComplete", 2**32 - 1, "4294967295 in AAOS: too large"),
        ("Vehicle.Powertrain.TractionBattery.CurrentPower", 3e38, "in AAOS: too large for FLOAT"),
    ],
)
def test_what_aaos_cannot_say(path, value, message):
    with pytest.raises(VhalError, match=message):
        to_vhal(path, value)


@pytest.mark.parametrize(
    ("id", "area", "value", "message"),
    [
        (0x1160_0207, 0, "fast", "PERF_VEHICLE_SPEED takes FLOAT, not this str"),
        (0x1160_0207, 0, True, "takes FLOAT, not this bool"),
        (0x1160_0207, 0, float("nan"), "takes FLOAT, not this float"),
        (0x1140_0400, 0, True, "GEAR_SELECTION takes INT32, not this bool"),
        (0x1140_0400, 0, 2**31, "GEAR_SELECTION takes INT32, not this int"),
        (0x1140_0400, 0, 3, "have no common word for 3"),
        (0x1160_0F40, 0, 120.0, "EV_CHARGE_PERCENT_LIMIT is out of range: .* an integer from 0 to 100 percent"),
        (0x1760_0309, 16, 1.0, r"0x17600309 in area 0x10 has no signal; its areas are 0x1, 0x2, 0x4, 0x8"),
        (0x1160_0305, 0, 1.0, "0x11600305 in area 0x0 has no signal; it is not in the table"),
    ],
)
def test_what_vss_cannot_say(id, area, value, message):  # noqa: A002
    with pytest.raises(VhalError, match=message):
        from_vhal(id, area, value)


def test_a_value_the_signal_cannot_have_is_refused():
    with pytest.raises(InvalidValue, match=r"Vehicle\.Speed"):
        to_vhal("Vehicle.Speed", "fast")


@pytest.mark.parametrize("id", [0, -1, 0x0160_0207, 0x1260_0207, 0x1130_0207, 0x1160_00FF, 2**40])
def test_other_numbers_are_no_ids(id):  # noqa: A002
    with pytest.raises(VhalError, match="is no vehicle property id"):
        id_parts(id)


def test_a_list_of_numbers_holds_nothing_else():
    assert holds(VhalType.INT32_VEC, [1, 2**31 - 1])
    assert not holds(VhalType.INT32_VEC, [1, 2**31])
    assert not holds(VhalType.INT32_VEC, ["1"])
    assert not holds(VhalType.INT32_VEC, 1)


def test_no_signal_needs_the_other_types():
    assert not holds(VhalType.MIXED, 1)
    assert not holds(VhalType.BYTES, b"1")
