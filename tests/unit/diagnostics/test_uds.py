"""UDS: sessions, security, identifiers, routines and every refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_emulator.diagnostics import ECUS
from carservices_emulator.diagnostics.addresses import FUNCTIONAL_29
from carservices_emulator.diagnostics.faults import FAULTS
from carservices_emulator.diagnostics.nrc import Nrc
from carservices_emulator.diagnostics.uds import SERVICES
from tests.unit.diagnostics.units import Bench


@pytest.fixture
def bench():
    return Bench()


def test_the_vin_comes_from_every_unit(bench):
    vin = bench.car.profile.identity.vin.encode().hex()
    assert bench.ask_all("22f190") == {ecu.response: f"62f190{vin}" for ecu in ECUS.values()}
    assert bench.ask_all("22f190", FUNCTIONAL_29).keys() == {ecu.response_29 for ecu in ECUS.values()}


def test_ids_are_one_units_own():
    ids = [n for ecu in ECUS.values() for n in (ecu.request, ecu.response, ecu.request_29, ecu.response_29)]
    assert len(set(ids)) == len(ids)


def test_a_session_ends_when_the_tester_falls_silent(bench):
    bench.extended("HVAC")
    for _ in range(3):
        bench.wait(4.0)
        assert bench.ask("HVAC", "3e80") is None
    assert bench.ask("HVAC", "22f186") == "62f18603"
    bench.wait(5.1)
    assert bench.ask("HVAC", "22f186") == "62f18601"


@pytest.mark.parametrize("kind", ["01", "02", "03"])
def test_a_reset_ends_the_session_and_locks(bench, kind):
    bench.extended("BMS")
    bench.unlock("BMS")
    assert bench.ask("BMS", f"11{kind}") == f"51{kind}"
    assert bench.ask("BMS", "22f186") == "62f18601"
    bench.extended("BMS")
    assert bench.ask("BMS", "31010304") == "7f3133"


REFUSED = [
    # unit, session, request, moving, answer
    ("VCU", 1, "55", False, Nrc.SERVICE_NOT_SUPPORTED),
    ("VCU", 1, "1055", False, Nrc.SUB_FUNCTION_NOT_SUPPORTED),
    ("VCU", 1, "10", False, Nrc.INCORRECT_LENGTH),
    ("VCU", 1, "100300", False, Nrc.INCORRECT_LENGTH),
    ("VCU", 1, "1002", True, Nrc.CONDITIONS_NOT_CORRECT),
    ("VCU", 1, "1101", True, Nrc.CONDITIONS_NOT_CORRECT),
    ("VCU", 1, "14ffffff", True, Nrc.CONDITIONS_NOT_CORRECT),
    ("VCU", 1, "14123456", False, Nrc.OUT_OF_RANGE),
    ("VCU", 1, "14ffff", False, Nrc.INCORRECT_LENGTH),
    ("VCU", 1, "1907", False, Nrc.SUB_FUNCTION_NOT_SUPPORTED),
    ("VCU", 1, "1902", False, Nrc.INCORRECT_LENGTH),
    ("VCU", 1, "1904123456ff", False, Nrc.OUT_OF_RANGE),
    ("VCU", 1, "190405621603", False, Nrc.OUT_OF_RANGE),
    ("VCU", 1, "190605621605", False, Nrc.OUT_OF_RANGE),
    ("VCU", 1, "22f1", False, Nrc.INCORRECT_LENGTH),
    ("VCU", 1, "22f19001", False, Nrc.INCORRECT_LENGTH),
    ("VCU", 1, "221234", False, Nrc.OUT_OF_RANGE),
    ("HVAC", 1, "22f40d", False, Nrc.OUT_OF_RANGE),
    ("HVAC", 1, "0100", False, Nrc.SERVICE_NOT_SUPPORTED),
    ("VCU", 1, "3e01", False, Nrc.SUB_FUNCTION_NOT_SUPPORTED),
    ("HVAC", 1, "31010303", False, Nrc.SERVICE_NOT_IN_SESSION),
    ("HVAC", 1, "2701", False, Nrc.SERVICE_NOT_IN_SESSION),
    ("HVAC", 3, "31010399", False, Nrc.OUT_OF_RANGE),
    ("HVAC", 3, "31040303", False, Nrc.SUB_FUNCTION_NOT_SUPPORTED),
    ("HVAC", 3, "31010303", True, Nrc.SPEED_TOO_HIGH),
    ("HVAC", 3, "31030303", False, Nrc.SEQUENCE_ERROR),
    ("HVAC", 3, "31020303", False, Nrc.SEQUENCE_ERROR),
    ("BMS", 3, "31010304", False, Nrc.SECURITY_ACCESS_DENIED),
    ("BMS", 3, "270200000000", False, Nrc.SEQUENCE_ERROR),
    ("BMS", 3, "2ef190" + "41" * 17, False, Nrc.SECURITY_ACCESS_DENIED),
    ("BMS", 3, "2e201001", False, Nrc.OUT_OF_RANGE),
    ("BMS", 3, "2e20105050", False, Nrc.INCORRECT_LENGTH),
    ("BMS", 3, "2e200150", False, Nrc.OUT_OF_RANGE),
]


@pytest.mark.parametrize(("name", "session", "request_", "moving", "nrc"), REFUSED)
def test_refusals(bench, name, session, request_, moving, nrc):
    if session == 3:
        bench.extended(name)
    bench.car.road.speed = 5.0 if moving else 0.0
    assert bench.ask(name, request_) == f"7f{request_[:2]}{nrc:02x}"


def test_what_nobody_knows_is_not_answered_to_all(bench):
    assert bench.ask_all("55") == {}
    assert bench.ask_all("221234") == {}
    assert bench.ask_all("31010303") == {}
    assert bench.ask_all("14ffff") == {ecu.response: "7f1413" for ecu in ECUS.values()}


def test_wrong_keys_close_the_lock_for_a_while(bench):
    bench.extended("BMS")
    for nrc in (Nrc.INVALID_KEY, Nrc.INVALID_KEY, Nrc.EXCEEDED_ATTEMPTS):
        bench.ask("BMS", "2701")
        assert bench.ask("BMS", "270212345678") == f"7f27{nrc:02x}"
    assert bench.ask("BMS", "2701") == f"7f27{Nrc.DELAY_NOT_EXPIRED:02x}"
    for _ in range(4):
        bench.wait(2.6)
        bench.ask("BMS", "3e00")
    bench.unlock("BMS")
    assert bench.ask("BMS", "2701") == "670100000000", "open already"
    vin = b"WVWZZZ1JZXW000001".hex()
    assert bench.ask("BMS", f"2ef190{vin}") == "6ef190"
    assert bench.ask("BMS", "22f190") == f"62f190{vin}"


def test_a_written_identifier_is_the_cars_own(bench):
    bench.extended("BMS")
    assert bench.ask("BMS", "2e201055") == "6e2010"
    assert bench.simulation.observe("Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit")[0] == 85
    assert bench.ask("BMS", "222010f186") == "62" + "201055" + "f18603"


def test_live_values_are_the_signals(bench):
    bms = bench.unit("BMS").unit
    for live in bms.live.values():
        value = live.value(bytes.fromhex(bench.ask("BMS", f"22{live.did:04x}"))[3:])
        shown = bench.simulation.observe(live.path)[0]
        assert value == pytest.approx(shown / live.divisor, abs=live.step), live.name


def test_a_broken_sensor_reads_as_invalid(bench):
    bench.fail("Vehicle.Powertrain.TractionBattery.CurrentVoltage", "silent")
    assert bench.ask("BMS", "222001") == "622001ffff"


def test_a_slow_routine_is_announced_and_then_answered(bench):
    bench.fault("window-reference")
    bench.extended("BCM")
    assert bench.ask("BCM", "31010302") == "7f3178"
    assert bench.unit("BCM").late() is None
    assert bench.ask("BCM", "22f190") == "7f2221", "one at a time"
    assert bench.ask("BCM", "3e00") == "7e00", "but the tester may say that it is there"
    bench.wait(3.0)
    assert bench.unit("BCM").late() == bytes.fromhex("7101030200")
    assert "window-reference" not in bench.simulation.world.broken
    assert bench.ask("BCM", "31030302") == "7103030200"


def test_a_routine_under_way_can_be_asked_and_stopped(bench):
    bench.fault("tyre-sensor-lost")
    bench.extended("TPMS")
    assert bench.ask("TPMS", "31010301") == "7101030101"
    assert bench.ask("TPMS", "31020301") == "7102030103"
    bench.wait(4.0)
    assert bench.ask("TPMS", "31010301") == "7101030101"
    bench.wait(4.0)
    assert bench.ask("TPMS", "31030301") == "7103030101"
    assert "tyre-sensor-lost" in bench.simulation.world.broken
    bench.wait(1.5)
    assert bench.ask("TPMS", "31030301") == "7103030100"
    assert "tyre-sensor-lost" not in bench.simulation.world.broken


def test_an_answer_nobody_fetched_does_not_block(bench):
    bench.extended("BCM")
    bench.ask("BCM", "31010302")
    bench.wait(60.0)
    assert bench.ask("BCM", "22f190").startswith("62f190")


def test_faults_are_not_recorded_when_told_so(bench):
    bench.extended("ABS")
    assert bench.ask("ABS", "8502") == "c502"
    bench.fault("abs")
    bench.run(5)
    assert bench.codes("ABS") == {}
    bench.wait(6.0)
    bench.run(5)
    assert "C0020-92" in bench.codes("ABS"), "with the session the recording comes back"


KNOWN = st.sampled_from([*SERVICES, 1, 2, 3, 4, 7, 9, 10])
REQUESTS = st.one_of(
    st.binary(max_size=12),
    st.builds(lambda first, rest: bytes([first]) + rest, KNOWN, st.binary(max_size=8)),
    st.sampled_from([fault.number.to_bytes(3) for fault in FAULTS]).map(lambda code: b"\x19\x04" + code + b"\xff"),
    st.sampled_from([bytes.fromhex(r) for r in ("1003", "2701", "31010301", "31010302", "31030301", "8502", "1101")]),
)


@given(st.lists(st.tuples(st.sampled_from(sorted(ECUS)), REQUESTS, st.sampled_from([0.0, 0.1, 6.0])), max_size=12))
def test_whatever_is_asked_is_answered_well_formed(steps):
    bench = shared
    for name, request, pause in steps:
        bench.wait(pause)
        for functional in (False, True):
            answer = bench.unit(name).respond(request, functional=functional)
            assert answer is None or (
                0 < len(answer) <= 4095
                and (answer[0] == request[0] + 0x40 or (len(answer) == 3 and answer[:2] == bytes([0x7F, request[0]])))
            )
        bench.unit(name).late()


shared = Bench()
