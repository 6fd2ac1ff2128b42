"""ISO-TP: messages arrive whole in any framing, against can-isotp too; and no peer, broken or hostile, does harm."""

import csv
from collections import deque
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_hal.can.isotp import LONGEST, MOST_WAITS, Fault, Link

MESSAGES = st.one_of(
    st.binary(min_size=1, max_size=80), st.integers(1, LONGEST).map(lambda n: bytes(i * 7 % 256 for i in range(n)))
)
FIRST = bytes.fromhex("1014") + bytes(6)
"""Of a message of 20 bytes."""


class Pair:
    """Two links joined by lossless wires, on a clock of their own."""

    def __init__(self, **options):
        self.wires: tuple[deque[bytes], deque[bytes]] = (deque(), deque())
        self.ends = tuple(Link(wire.append, **options) for wire in self.wires)
        self.now = 0.0

    def carry(self) -> bytes | None:
        """Until the message of end 0 is at end 1, or nothing moves any more."""
        while True:
            for wire, end in zip(self.wires, reversed(self.ends), strict=True):
                while wire:
                    message = end.feed(wire.popleft(), self.now)
                    if message is not None:
                        return message
            due = [time for end in self.ends if (time := end.poll(self.now)) is not None]
            if not any(self.wires):
                if not due:
                    return None
                self.now = min(due)


@given(
    MESSAGES,
    st.integers(0, 20),
    st.sampled_from([0.0, 0.001, 0.05]),
    st.sampled_from([8, 64]),
    st.sampled_from([None, 0]),
)
def test_a_message_arrives_whole(message, block, gap, frame, padding):
    pair = Pair(block=block, gap=gap, frame=frame, padding=padding)
    pair.ends[0].transmit(message, 0.0)
    assert pair.carry() == message
    assert not pair.ends[0].sending
    assert not any(any(end.faults.values()) for end in pair.ends)


def test_frames_come_as_slowly_as_asked():
    pair = Pair(gap=0.02)
    pair.ends[0].transmit(bytes(6 + 7 * 11), 0.0)
    pair.carry()
    assert pair.now == pytest.approx(0.02 * 10)


@given(MESSAGES, st.integers(0, 15), st.booleans(), st.booleans())
def test_can_isotp_understands_us_and_we_it(message, block, fd, ours_first):
    isotp = pytest.importorskip("isotp")
    to_us: deque[bytes] = deque()
    to_them: deque[bytes] = deque()
    faults: list[Exception] = []
    ours = Link(to_them.append, block=block, frame=64 if fd else 8)
    theirs = isotp.TransportLayerLogic(
        rxfn=lambda _timeout: isotp.CanMessage(2, data=bytearray(to_them.popleft())) if to_them else None,
        txfn=lambda frame: to_us.append(bytes(frame.data)),
        address=isotp.Address(isotp.AddressingMode.Normal_11bits, txid=1, rxid=2),
        error_handler=faults.append,
        params={"stmin": 0, "blocksize": block, "can_fd": fd, "tx_data_length": 64 if fd else 8, "tx_padding": 0xAA},
    )
    if ours_first:
        ours.transmit(message, 0.0)
    else:
        theirs.send(message)
    arrived = None
    for _ in range(1000):
        theirs.process()
        while to_us and arrived is None:
            arrived = ours.feed(to_us.popleft(), 0.0)
        ours.poll(0.0)
        if theirs.available():
            arrived = theirs.recv()
        if arrived is not None:
            break
    assert (bytes(arrived), faults) == (message, [])


@pytest.fixture
def sent():
    return []


@pytest.fixture
def link(sent):
    return Link(sent.append, padding=None)


def faults(link: Link) -> set[Fault]:
    return {fault for fault, count in link.faults.items() if count}


@pytest.mark.parametrize("promise", ["1FFF", "1000FFFFFFFF"])
def test_an_endless_first_frame_is_refused(sent, promise):
    link = Link(sent.append, padding=None, longest=100)
    assert link.feed(bytes.fromhex(promise).ljust(8, b"x"), 0.0) is None
    assert sent == [bytes.fromhex("320000")]
    assert faults(link) == {Fault.TOO_LONG}
    assert not link.receiving


def test_a_wrong_sequence_drops_the_message(link):
    link.feed(FIRST, 0.0)
    assert link.feed(b"\x22" + bytes(7), 0.0) is None
    assert faults(link) == {Fault.SEQUENCE}
    assert link.feed(b"\x21" + bytes(7), 0.0) is None, "its rest is not the beginning of another"
    assert link.feed(b"\x02\x3e\x00", 0.0) == b"\x3e\x00"


def test_silence_drops_the_message(link):
    link.feed(FIRST, 0.0)
    assert link.poll(0.5) == 1.0
    assert link.poll(1.0) is None
    assert faults(link) == {Fault.SILENCE}


def test_a_new_message_takes_the_place_of_one_that_stopped(link):
    link.feed(FIRST, 0.0)
    link.feed(FIRST, 0.1)
    for sequence in (1, 2):
        message = link.feed(bytes([0x20 | sequence]) + bytes(7), 0.2)
    assert message == bytes(20)


def test_without_flow_control_sending_ends(link, sent):
    link.transmit(bytes(20), 0.0)
    assert link.poll(0.9) == 1.0
    link.poll(1.0)
    assert (len(sent), link.sending, faults(link)) == (1, False, {Fault.SILENCE})


def test_waiting_has_an_end(link):
    link.transmit(bytes(20), 0.0)
    for wait in range(MOST_WAITS):
        link.feed(b"\x31\0\0", wait * 0.9)
        assert link.sending
    link.feed(b"\x31\0\0", 10.0)
    assert (link.sending, faults(link)) == (False, {Fault.REFUSED})


@pytest.mark.parametrize("flow", ["320000", "330000"])
def test_overflow_and_unknown_states_end_sending(link, flow):
    link.transmit(bytes(20), 0.0)
    link.feed(bytes.fromhex(flow), 0.0)
    assert (link.sending, faults(link)) == (False, {Fault.REFUSED})


@pytest.mark.parametrize(("byte", "gap"), [(0x00, 0.0), (0x7F, 0.127), (0xF1, 0.0001), (0xF9, 0.0009), (0x80, 0.127)])
def test_gaps(link, sent, byte, gap):
    link.transmit(bytes(20), 0.0)
    link.feed(bytes([0x30, 0, byte]), 0.0)
    assert link.poll(0.0) == (pytest.approx(gap) if gap else None)


@pytest.mark.parametrize("frame", ["", "00", "08", "0341", "10", "1014", "1005ffffffffffff", "40", "f0", "30"])
def test_what_is_no_frame_is_counted_or_ignored(link, frame):
    assert link.feed(bytes.fromhex(frame), 0.0) is None
    assert not link.receiving


def test_messages_without_a_length_are_refused(link):
    for message in (b"", bytes(LONGEST + 1)):
        with pytest.raises(ValueError, match="1 to 4095 bytes"):
            link.transmit(message, 0.0)


@given(st.lists(st.tuples(st.binary(max_size=12), st.floats(0, 2)), max_size=60))
def test_noise_does_no_harm(frames):
    link = Link(lambda frame: None)
    now = 0.0
    link.transmit(bytes(100), now)
    for frame, pause in frames:
        now += pause
        message = link.feed(frame, now)
        assert message is None or 0 < len(message) <= LONGEST
        link.poll(now)
    link.poll(now + 10.0)
    assert not link.receiving


KONA = Path(__file__).parents[4] / "shared/data/can/kona/221210-1-2021-dcan-car-scanner-elm327.csv"


@pytest.mark.skipif(not KONA.is_file(), reason="the log of a tester at a real Kona is not there")
def test_a_testers_session_at_a_real_car():
    """Every message comes out, of one frame or of many, but two whose rest the car never sent."""
    links: dict[int, Link] = {}
    messages: dict[int, list[bytes]] = {}
    with KONA.open() as log:
        for row in csv.DictReader(log):
            number, now = int(row["ID"], 16), int(row["Time Stamp"]) / 1e6
            link = links.setdefault(number, Link(lambda frame: None))
            link.poll(now)
            message = link.feed(bytes(int(row[f"D{i}"], 16) for i in range(1, int(row["LEN"]) + 1)), now)
            if message is not None:
                messages.setdefault(number, []).append(message)
    assert messages.keys() == links.keys()
    assert [fault for link in links.values() for fault in faults(link)] == [Fault.SILENCE] * 2
    names = {
        message[3:].replace(b"\0", b"").decode()
        for all_ in messages.values()
        for message in all_
        if message[:2] == b"\x49\x0a"
    }
    assert "BCCM-B+ChargerCtrl" in names
    assert messages[0x7BB][0] == bytes.fromhex("59020992381309"), "B1238-13, confirmed and there"
