"""Our CAN bus keeps what python-can promises of any bus: the cases of its back-to-back tests, and several processes."""

import subprocess
import sys

import can
import pytest

TIMEOUT = 20.0

FRAMES = {
    "standard": can.Message(is_extended_id=False, arbitration_id=0x100, data=[0xFF, 0xFE, 1]),
    "extended": can.Message(is_extended_id=True, arbitration_id=0x123456, data=[1, 2, 3, 4, 5, 6, 7, 8]),
    "no data": can.Message(is_extended_id=False, arbitration_id=0x7FF, data=[]),
    "remote": can.Message(is_extended_id=False, arbitration_id=0x300, is_remote_frame=True, dlc=8),
    "error": can.Message(is_error_frame=True, arbitration_id=0x40),
    "fd": can.Message(is_fd=True, is_extended_id=True, arbitration_id=0x56789, data=bytes(64)),
    "fd, fast": can.Message(
        is_fd=True, is_extended_id=False, arbitration_id=0x100, data=bytes(12), bitrate_switch=True,
        error_state_indicator=True,
    ),
}  # fmt: skip


@pytest.fixture
def bus(tmp_path):
    opened = []

    def bus(**more):
        settings = {"interface": "zmq", "channel": "test", "directory": str(tmp_path), "ignore_config": True}
        opened.append(can.Bus(**settings | more))
        return opened[-1]

    yield bus
    for one in opened:
        one.shutdown()


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_frame_arrives_as_it_was_sent(frame, bus):
    one, two = bus(fd=True), bus(fd=True)
    one.send(frame)
    heard = two.recv(TIMEOUT)
    assert heard.equals(frame, timestamp_delta=None, check_direction=False, check_channel=False)
    assert heard.is_rx
    assert heard.channel == "test"
    assert one.recv(0) is None


def test_frames_of_all_nodes_keep_their_order(bus):
    one, two, three = bus(), bus(), bus()
    for number in range(300):
        (one, two)[number % 2].send(can.Message(arbitration_id=number % 2, data=number.to_bytes(2, "big")))
    heard = [three.recv(TIMEOUT) for _ in range(300)]
    for sender in (0, 1):
        assert [int.from_bytes(m.data, "big") for m in heard if m.arbitration_id == sender] == list(
            range(sender, 300, 2)
        )


def test_own_messages_only_on_request(bus):
    one, two = bus(receive_own_messages=True), bus()
    one.send(can.Message(arbitration_id=1))
    assert not one.recv(TIMEOUT).is_rx
    assert two.recv(TIMEOUT).is_rx


STANDARD_AND_EXTENDED = [
    (0x100, False),
    (0x2AA, False),
    (0x7E8, False),
    (0x100, True),
    (0x18DAF110, True),
    (0x2AA, False),
]


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        ([{"can_id": 0x100, "can_mask": 0x7FF, "extended": False}], [0]),
        ([{"can_id": 0x100, "can_mask": 0x1FFFFFFF}], [0, 3]),
        ([{"can_id": 0x100, "can_mask": 0x1FFFFFFF, "extended": True}], [3]),
        ([{"can_id": 0x700, "can_mask": 0x700, "extended": False}], [2]),
        ([{"can_id": 0x18DA0000, "can_mask": 0x1FFF0000, "extended": True}], [4]),
        ([{"can_id": 0x008, "can_mask": 0x008}], [1, 2, 5]),  # no beginning of an id: python-can's own filter
        ([{"can_id": 0x18DA0000, "can_mask": 0x1FFF0000, "extended": False}], []),
        ([{"can_id": 0x2AA, "can_mask": 0x7FF}, {"can_id": 0x7E8, "can_mask": 0x7FF}], [1, 2, 5]),
        ([], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_filters(filters, passing, bus):
    one, two = bus(), bus(can_filters=filters)
    for number, extended in STANDARD_AND_EXTENDED:
        one.send(can.Message(arbitration_id=number, is_extended_id=extended))
    one.send(can.Message(is_error_frame=True))  # errors always pass, as with SocketCAN
    heard = []
    while not (message := two.recv(TIMEOUT)).is_error_frame:
        heard.append((message.arbitration_id, message.is_extended_id))
    assert heard == [STANDARD_AND_EXTENDED[number] for number in passing]


def test_filters_that_change(bus):
    one, two = bus(), bus()
    one.send(can.Message(arbitration_id=1))
    one.send(can.Message(arbitration_id=2))
    assert two.recv(TIMEOUT).arbitration_id == 1
    two.set_filters([{"can_id": 3, "can_mask": 0x1FFFFFFF}])  # frame 2 waits already, and is wanted no more
    heard = None
    while heard is None:
        one.send(can.Message(arbitration_id=4))
        one.send(can.Message(arbitration_id=3))
        heard = two.recv(0.01)
    assert heard.arbitration_id == 3


def test_periodic_frames_and_a_listener(bus):
    one, two = bus(), bus()
    task = one.send_periodic(can.Message(arbitration_id=5, data=[7]), 0.001)
    reader = can.BufferedReader()
    notifier = can.Notifier(two, [reader], timeout=0.05)
    assert [reader.get_message(TIMEOUT).data[0] for _ in range(5)] == [7] * 5
    task.stop()
    notifier.stop()


def test_channels_are_apart(bus):
    one, other, same = bus(), bus(channel="other"), bus()
    one.send(can.Message(arbitration_id=1))
    assert same.recv(TIMEOUT) is not None
    assert other.recv(0) is None


def test_the_next_node_carries_on_when_the_first_one_leaves(bus):
    first, second, third = bus(), bus(), bus()
    first.shutdown()
    heard = None
    while heard is None:  # frames sent while nobody carries them are lost, as on a cut wire
        second.send(can.Message(arbitration_id=9))
        heard = third.recv(0.01)
    assert heard.arbitration_id == 9


def test_nodes_in_two_processes(bus, tmp_path):
    here = bus()
    program = (
        "import sys; sys.modules['asammdf'] = None\n"  # python-can would take seconds to import it
        f"import can; bus = can.Bus(interface='zmq', channel='test', directory={str(tmp_path)!r}, ignore_config=True)\n"
        "bus.send(can.Message(arbitration_id=1)); message = bus.recv(20)\n"
        "bus.send(can.Message(arbitration_id=message.arbitration_id + 1)); bus.shutdown()"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        assert here.recv(TIMEOUT).arbitration_id == 1
        here.send(can.Message(arbitration_id=41))
        assert here.recv(TIMEOUT).arbitration_id == 42
    assert process.returncode == 0


def test_a_closed_bus(bus):
    one = bus()
    one.shutdown()
    one.shutdown()
    with pytest.raises(can.CanOperationError, match="closed"):
        one.send(can.Message())
    with pytest.raises(can.CanOperationError, match="closed"):
        one.recv(0)


@pytest.mark.parametrize(
    ("more", "says"),
    [({"channel": "../x"}, "cannot name a channel"), ({"directory": "/" + "d" * 200}, "directory")],
)
def test_what_cannot_be_joined(more, says, bus):
    with pytest.raises(can.CanInitializationError, match=says):
        bus(**more)


def test_a_directory_that_others_can_enter_is_refused(bus, tmp_path):
    bus().shutdown()
    next(tmp_path.iterdir()).chmod(0o755)
    with pytest.raises(can.CanInitializationError, match="is open to others"):
        bus()
