"""The units over ISO-TP: answers on their ids, patience with slow routines, and no frame that does harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_emulator.diagnostics import ECUS
from carservices_emulator.diagnostics.addresses import FUNCTIONAL
from carservices_emulator.diagnostics.transport import AGAIN, Transport
from tests.unit.diagnostics.units import Bench


class Wire:
    """The units of a `Bench` and what they sent."""

    def __init__(self):
        self.bench = Bench()
        self.sent: list[tuple[str, int, str]] = []
        self.off: set[str] = set()
        self.transport = Transport(
            lambda: self.bench.units,
            lambda ecu, source, frame: self.sent.append((ecu, source, frame.hex())),
            lambda ecu: ecu not in self.off,
        )

    def feed(self, to: int, frame: str) -> list[tuple[str, int, str]]:
        self.sent.clear()
        self.transport.feed(to, bytes.fromhex(frame), self.bench.now)
        return list(self.sent)

    def poll(self, seconds: float) -> list[tuple[str, int, str]]:
        self.sent.clear()
        self.bench.wait(seconds)
        self.transport.poll(self.bench.now)
        return list(self.sent)


@pytest.fixture
def wire():
    return Wire()


def test_a_long_answer_waits_for_flow_control(wire):
    vin = wire.bench.car.profile.identity.vin.encode().hex()
    assert wire.feed(0x7E0, "0322f190") == [("VCU", 0x7E8, f"101462f190{vin[:6]}")]
    assert [frame for *_, frame in wire.feed(0x7E0, "300000")] == [f"21{vin[6:20]}", f"22{vin[20:]}"]
    assert wire.feed(0x7E0, "300000") == [], "nobody asked"


def test_ids_of_29_bits(wire):
    assert wire.feed(0x18DA10F1, "023e00") == [("VCU", 0x18DAF110, "027e00cccccccccc")]


def test_all_at_once_but_those_off_the_bus(wire):
    wire.off = {"ABS"}
    assert {ecu for ecu, *_ in wire.feed(FUNCTIONAL, "023e00")} == ECUS.keys() - {"ABS"}
    assert wire.feed(FUNCTIONAL, "100822f190f190f1") == [], "a request to all has one frame"


def test_a_slow_routine_keeps_saying_so(wire):
    wire.feed(0x745, "021003")
    pending = ("BCM", 0x74D, "037f3178cccccccc")
    assert wire.feed(0x745, "0431010302") == [pending]
    assert wire.poll(AGAIN / 2) == []
    assert wire.poll(AGAIN / 2) == [pending]
    assert wire.poll(AGAIN) == [("BCM", 0x74D, "057101030200cccc")]
    assert wire.transport.poll(wire.bench.now) is None


FRAMES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([bytes.fromhex(f) for f in ("021003", "0431010302", "0431010301", "300000", "1fff", "0322f190")]),
)
shared = Wire()
IDS = st.sampled_from(shared.transport.ids)


@given(st.lists(st.tuples(IDS, FRAMES, st.sampled_from([0.0, 0.02, 3.0])), max_size=25))
def test_no_frame_does_harm(frames):
    for to, frame, pause in frames:
        shared.feed(to, frame.hex())
        shared.poll(pause)
        assert all(len(data) == 16 for *_, data in shared.sent)
    shared.poll(60.0)
    assert shared.feed(0x7E0, "023e00") == [("VCU", 0x7E8, "027e00cccccccccc")]
