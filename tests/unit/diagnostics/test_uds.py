"""UDS bytes: questions as ISO 14229-1 has them, and answers of broken or hostile units end as Garbled, never worse."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carservices.services.diagnostics import uds
from carservices.services.diagnostics.code import Code
from carservices.services.diagnostics.policy import Lock, Policy
from carservices_emulator.diagnostics.security import key

HOT = Code.parse("P0A7E-98")
SIZES = {0x2003: 2, 0x0103: 2}


@pytest.mark.parametrize(
    ("request_", "bytes_"),
    [
        (uds.tester_present(), "3E00"),
        (uds.session(3), "1003"),
        (uds.reset(1), "1101"),
        (uds.faults(), "19022D"),
        (uds.snapshots(HOT), "19040A7E98FF"),
        (uds.occurrences(HOT), "19060A7E9801"),
        (uds.clear(), "14FFFFFF"),
        (uds.clear(HOT.number), "140A7E98"),
        (uds.read(0xF190), "22F190"),
        (uds.routine(0x0301, uds.START), "31010301"),
        (uds.seed(1), "2701"),
        (uds.key(1, b"\x01\x02\x03\x04"), "270201020304"),
    ],
)
def test_questions(request_, bytes_):
    assert request_.hex().upper() == bytes_


def test_answers():
    assert uds.parse_faults(bytes.fromhex("5902FF0A7E982F")) == [uds.Fault(HOT, 0x2F)]
    assert uds.parse_occurrences(bytes.fromhex("59060A7E982F0103")) == 3
    assert uds.parse_occurrences(bytes.fromhex("59060A7E982F")) is None
    assert uds.parse_snapshots(bytes.fromhex("59040A7E982F01012003030C"), SIZES) == {1: {0x2003: b"\x03\x0c"}}
    assert [str(fault.code) for fault in uds.parse_obd_faults(b"\x03", bytes.fromhex("430201330A7E"))] == [
        "P0133",
        "P0A7E",
    ]


HEADS = [b"", b"\x59\x02", b"\x59\x04\x0a\x7e\x98\x2f", b"\x59\x06\x0a\x7e\x98\x2f", b"\x43"]
"""How answers begin that get further than the first look."""
PARSERS = [
    lambda answer: uds.checked(b"\x19\x02\x2d", answer),
    uds.parse_faults,
    uds.parse_occurrences,
    lambda answer: uds.parse_snapshots(answer, SIZES),
    lambda answer: list(uds.parse_obd_faults(b"\x03", answer)),
]


@pytest.mark.parametrize("parse", PARSERS, ids=["checked", "faults", "occurrences", "snapshots", "obd"])
@given(head=st.sampled_from(HEADS), tail=st.binary(max_size=64))
@example(head=b"\x59\x04\x0a\x7e\x98\x2f", tail=b"\x01\x02\x20\x03\x03\x0c\x01")
@example(head=b"\x59\x04\x0a\x7e\x98\x2f", tail=b"\x01\x01\xab\xcd\x00")
def test_whatever_a_unit_says_is_a_value_or_garbled(parse, head, tail):
    with contextlib.suppress(uds.Garbled, uds.Refused):
        parse(head + tail)


def test_the_policy_is_read_whole_and_unlocks_our_units_only():
    policy = Policy.packaged()
    for repair in policy.repairs.values():
        assert all(len(step.model_dump(exclude_none=True)) == 1 for step in repair.steps)
        assert all(Code.parse(code).base == code for code in repair.codes)
        assert repair.parked
    assert policy.lock("OC-BMS-0100") is not None
    assert policy.lock("8V0820043") is None
    name, _ = policy.repair(HOT.parse("P0AA1"), "OC-BMS-0100")
    assert name == "contactor_test"


def test_the_key_of_the_emulated_car():
    """As its own unit works it out."""
    lock = Policy.packaged().lock("OC-BMS-0100")
    assert isinstance(lock, Lock)
    for seed in (1, 0x12345678, 0xFFFFFFFF):
        assert lock.key(seed.to_bytes(4), 0x7E4) == key(seed, 0x7E4).to_bytes(4)
