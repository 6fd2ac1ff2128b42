"""Faults of the car set codes as a car does: pending, confirmed, healed, aged; and what OBD sees of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_emulator.diagnostics.codes import Severity, Status, number, text
from carservices_emulator.diagnostics.faults import FAULTS
from carservices_emulator.diagnostics.memory import AGED_AFTER, HEALED_AFTER, Fault, Trouble
from carservices_emulator.model.drive import MODES
from tests.unit.diagnostics.units import Bench

SPEED = "Vehicle.Speed"
VOLTAGE = "Vehicle.Powertrain.TractionBattery.CurrentVoltage"


@pytest.fixture
def bench():
    return Bench()


def test_codes_are_text_and_bytes():
    assert number("P0A2F-98") == 0x0A2F98
    assert number("U3003-16") == 0xF00316
    with pytest.raises(ValueError, match="P0A2F-98"):
        number("X0A2F")


@given(st.integers(0, 0xFFFFFF))
def test_every_number_is_a_code(value):
    assert number(text(value)) == value


def test_the_table_names_each_code_once():
    assert len({(fault.ecu, fault.number) for fault in FAULTS}) == len(FAULTS)


def test_a_sound_car_has_no_codes(bench):
    bench.run(30)
    for name in bench.units.servers:
        assert bench.codes(name, 0x2F) == {}


@pytest.mark.parametrize(
    ("fault", "seconds", "where"),
    [
        ("slow-leak", 400, ["TPMS C1312-16"]),
        ("weak-12v", 60, ["BCM U3003-16", "VCU P0562-16", "VCU P0A94-92"]),
        ("worn-brakes", 5, ["ABS C1210-92", "ABS C1211-92"]),
        ("low-beam", 5, ["BCM B1A20-13"]),
        ("washer-empty", 10, ["BCM B1A40-7B"]),
        ("abs", 5, ["ABS C0020-92"]),
        ("limp-home", 5, ["VCU P0A1D-47"]),
        ("heater-lockout", 5, ["HVAC B1B30-98"]),
        ("window-reference", 5, ["BCM B1A30-54"]),
        ("tyre-sensor-lost", 5, ["TPMS C1323-31"]),
    ],
)
def test_a_broken_part_sets_its_codes(bench, fault, seconds, where):
    bench.fault(fault)
    bench.run(seconds)
    assert [f"{name} {code}" for name in sorted(bench.units.servers) for code in sorted(bench.codes(name))] == where


def test_heat_and_a_pulled_plug(bench):
    bench.car.unit.temperature = 160.0
    bench.car.battery.temperature = 58.0
    bench.run(5)
    assert {*bench.codes("VCU"), *bench.codes("BMS")} == {"P0A2F-98", "P0A7E-98"}
    bench.do("plug", kind="dc")
    bench.fault("plug-pulled")
    bench.run(3)
    assert "P1D10-93" in bench.codes("VCU")


@pytest.mark.parametrize(
    ("mode", "code"), [("silent", "P0ABA-31"), ("error", "P0ABA-31"), ("out_of_range", "P0ABB-22")]
)
def test_a_dead_sensor_is_confirmed_at_once(bench, mode, code):
    bench.fail(VOLTAGE, mode)
    bench.run(5)
    assert bench.codes("BMS").keys() == {code}


def test_a_sensor_that_lies_is_confirmed_in_the_second_cycle(bench):
    bench.simulation.world.seat("constant", speed=20.0)
    bench.run(20)
    bench.fail(SPEED, "stuck")
    bench.simulation.world.seat("parked")
    bench.run(30)
    assert bench.codes("VCU", Status.PENDING) == {"P0501-64": 0x27}
    assert bench.codes("VCU", Status.CONFIRMED) == {}
    bench.cycle()
    assert bench.codes("VCU", Status.CONFIRMED) == {"P0501-64": 0xAF}


def test_the_life_of_a_fault(bench):
    """Confirmed with lamp; gone; lamp out after three clean cycles; forgotten after forty more."""
    bench.fault("abs")
    bench.run(5)
    assert bench.codes("ABS") == {"C0020-92": 0xAF}
    bench.fault("abs", on=False)
    bench.run(5)
    assert bench.codes("ABS") == {"C0020-92": 0xAE}, "no longer failing, but it did in this cycle"
    bench.cycle(5)
    assert bench.codes("ABS") == {"C0020-92": 0xAC}, "and until a clean cycle ends it is pending"
    bench.cycle(5)
    assert bench.codes("ABS") == {"C0020-92": 0xA8}
    for _ in range(HEALED_AFTER - 1):
        bench.cycle(5)
    assert bench.codes("ABS") == {"C0020-92": 0x28}
    assert (
        bench.ask("ABS", "1906c0209201"[:4] + "402092" + "ff")
        == "5906402092" + "28" + "0101" + "0200" + "0303" + "0480"
    )


def test_snapshots_hold_the_moment(bench):
    bench.fault("abs")
    bench.run(5)
    speed = bench.ask("ABS", "1904402092" + "01")
    assert speed.startswith("5904402092af" + "01")
    assert "0103" + "2710" in speed, "0 km/h is 100 km/h from the offset in hundredths"
    assert bench.ask("ABS", "1903") == "5903" + "40209201" + "40209202"
    assert bench.ask("ABS", "14402092") == "54"
    assert bench.ask("ABS", "1903") == "5903"


@pytest.mark.parametrize("way", ["tester", "key"])
def test_a_restart_ends_limp_home(bench, way):
    whole = bench.car.unit.max_force(5.0, MODES["NORMAL"])
    bench.fault("limp-home")
    assert bench.car.unit.max_force(5.0, MODES["NORMAL"]) == pytest.approx(0.25 * whole)
    if way == "tester":
        assert bench.ask("VCU", "1103") == "5103"
    else:
        bench.cycle()
    assert bench.car.unit.max_force(5.0, MODES["NORMAL"]) == whole
    assert "limp-home" not in bench.simulation.world.broken


def test_severity(bench):
    bench.fault("abs")
    bench.fault("worn-brakes")
    bench.run(5)
    assert bench.ask("ABS", "1909402092") == "5909ff" + "8000402092af"
    assert bench.ask("ABS", "19088008") == "5908ff" + "8000402092af", "the pads can wait"
    assert bench.ask("ABS", "1909123456") == "7f1931"


def test_what_is_cleared_and_still_there_comes_back(bench):
    bench.fault("low-beam")
    bench.run(5)
    assert bench.ask("BCM", "14ffffff") == "54"
    assert bench.codes("BCM") == {}
    bench.run(5)
    assert "B1A20-13" in bench.codes("BCM")


def test_obd_sees_the_powertrain(bench):
    bench.fault("weak-12v")
    bench.run(60)
    assert bench.ask("VCU", "03") == "430205620a94"
    assert bench.ask("VCU", "07") == "470205620a94"
    assert bench.ask("VCU", "0a") == "4a0205620a94"
    assert bench.ask("VCU", "0101") == "4101" + "82" + "040000"
    assert bench.ask("VCU", "020200") == "420200" + "0562"
    assert bench.ask("VCU", "020d00") == "420d0000"
    assert bench.ask_all("03").keys() == {0x7E8, 0x7EC}
    assert bench.ask("VCU", "04") == "44"
    assert bench.ask("VCU", "03") == "4300"
    assert bench.ask("VCU", "0a") == "4a0205620a94", "permanent ones survive a clear"
    bench.fault("weak-12v", on=False)
    bench.cycle(30)
    bench.cycle(30)
    assert bench.ask("VCU", "0a") == "4a00", "until a cycle without them"


def test_obd_counts_time_and_way(bench):
    """Since the memory was cleared, and with the lamp on."""
    assert bench.ask("VCU", "04") == "44"
    bench.simulation.world.seat("constant", speed=25.0)
    bench.run(120)
    assert bench.ask("VCU", "01214d") == "4121" + "0000" + "4d" + "0000"
    bench.fail(VOLTAGE, "silent")
    bench.fail("Vehicle.Powertrain.ElectricMotor.Temperature", "silent")
    bench.run(125)
    lit, since = (bytes.fromhex(bench.ask("VCU", f"01{pids}")) for pids in ("214d", "314e"))
    assert (int.from_bytes(lit[2:4]), int.from_bytes(lit[5:7])) == (3, 2), "km and minutes with the lamp on"
    assert (int.from_bytes(since[2:4]), int.from_bytes(since[5:7])) == (5, 4)
    assert bench.ask("VCU", "0130") == "413000"
    bench.simulation.world.seat("parked")
    bench.run(60)
    bench.cycle()
    assert bench.ask("VCU", "0130") == "413001"


def test_obd_is_not_cleared_on_the_move(bench):
    bench.car.road.speed = 10.0
    assert bench.ask("VCU", "04") == "7f0422"


def test_obd_lists_what_it_has(bench):
    for name in ("VCU", "BMS"):
        pids, first = set(), 0
        while first % 0x20 == 0:
            mask = int(bench.ask(name, f"01{first:02x}")[4:], 16)
            pids |= {first + 1 + i for i in range(32) if mask >> 31 - i & 1}
            first = max(pids)
        for pid in pids:
            assert bench.ask(name, f"01{pid:02x}").startswith(f"41{pid:02x}")
        missing = next(pid for pid in range(1, 0x20) if pid not in pids)
        assert bench.ask(name, f"01{missing:02x}") == "7f0112"
    assert bench.ask("VCU", "010d42")[:8] == "410d0042"
    assert bytes.fromhex(bench.ask("VCU", "0902"))[3:] == bench.car.profile.identity.vin.encode()
    assert bytes.fromhex(bench.ask("BMS", "090a"))[3:] == b"BECM-B+EnergyCtrl\0\0\0"
    assert bench.ask("VCU", "0900") == "4900" + "54400000"


def test_obd_reports_the_results_of_its_tests(bench):
    """Monitor, test, scaling, value, limits (UAS 0B: mV, 16: 0.1 °C from -40 °C)."""
    first = 0
    for mask in ("00000001",) * 7 + ("c0000000",):
        assert bench.ask("VCU", f"06{first:02x}") == f"46{first:02x}{mask}"
        first += 0x20
    assert bench.ask("VCU", "0600e0") == "4600" + "00000001" + "e0c0000000"
    assert bench.ask("VCU", "06e1") == "46e1800b" + "0000" * 3, "not tested yet"
    bench.run(30)
    result = bytes.fromhex(bench.ask("VCU", "06e1")[8:])
    volts, low, high = (int.from_bytes(result[i : i + 2]) / 1000 for i in (0, 2, 4))
    assert volts == pytest.approx(bench.car.low_voltage.voltage, abs=0.2)
    assert (low, high) == (11.5, 16.0)
    assert low < volts < high
    assert bench.ask("BMS", "06e1")[8:] == f"{round((bench.car.battery.warmest + 40) * 10):04x}" + "000003b6"
    bench.fault("weak-12v")
    bench.run(60)
    assert int(bench.ask("VCU", "06e1")[8:12], 16) < 11_500
    assert bench.ask("VCU", "04") == "44"
    assert bench.ask("VCU", "06e1") == "46e1800b" + "0000" * 3
    refused = {"0601": "7f0612", "06e1e2": "7f0613", "0500": "7f0511", "0800": "7f0811"}
    assert {request: bench.ask("VCU", request) for request in refused} == refused
    assert bench.ask_all("050001") == bench.ask_all("0800") == {}, "to all units this goes without saying"


VERDICTS = st.lists(st.one_of(st.booleans(), st.just("cycle")), max_size=200)


@given(VERDICTS, st.integers(1, 3))
def test_status_bits_agree(verdicts, trips):
    """What ISO 14229-1 says of the bits together, whatever happens."""
    trouble = Trouble(Fault("VCU", "P0562-16", "", Severity.CHECK_AT_NEXT_HALT, lambda _: None, 2.0, trips, lamp=True))
    for verdict in verdicts:
        if verdict == "cycle":
            trouble.new_cycle()
        else:
            trouble.judge(verdict, 1.0, bytes)
        status = trouble.status
        assert not (Status.TEST_FAILED_THIS_CYCLE in status and Status.NOT_COMPLETED_THIS_CYCLE in status)
        assert not (Status.FAILED_SINCE_CLEAR in status and Status.NOT_COMPLETED_SINCE_CLEAR in status)
        assert Status.TEST_FAILED_THIS_CYCLE not in status or Status.PENDING in status
        assert Status.WARNING_INDICATOR not in status or Status.CONFIRMED in status
        assert (Status.CONFIRMED | Status.TEST_FAILED) & status == 0 or Status.FAILED_SINCE_CLEAR in status
        assert -128 <= trouble.counter <= 127


def test_a_fault_is_forgotten_in_the_end():
    trouble = Trouble(Fault("VCU", "P0562-16", "", Severity.CHECK_AT_NEXT_HALT, lambda _: None, 1.0))
    trouble.judge(True, 1.0, bytes)
    for clean in range(1 + HEALED_AFTER + AGED_AFTER):
        assert Status.CONFIRMED in trouble.status, clean
        trouble.new_cycle()
        trouble.judge(False, 2.0, bytes)
    trouble.new_cycle()
    assert Status.CONFIRMED not in trouble.status
    assert not trouble.snapshots
