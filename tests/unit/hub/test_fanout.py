"""Fan-out: every value leaves once, in its order, and values that follow each other on a topic share a frame."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from carservices.bus import wire
from carservices.bus.identity import Grants
from carservices.bus.rights import Rights
from carservices.hub.fanout import MAX_RUN, Fanout
from carservices.hub.filter import Filter
from carservices.hub.registry import Registry
from carservices.signals import Datatype, SignalConfig, Status

PATHS = ("Vehicle.A", "Vehicle.B", "Vehicle.C")
WATCHED = PATHS[:2]
peer = SimpleNamespace(user="hal.x#1", name="hal.x", rights=Rights("nav", Grants()))
batches = st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=300), max_size=4)


def hub():
    """A fan-out, what it sends, and its three signals, of which two are watched."""
    frames: list[bytes] = []
    registry = Registry()
    registry.announce(peer, [SignalConfig(path=p, datatype=Datatype.UINT8).model_dump(mode="json") for p in PATHS])
    commands = SimpleNamespace(sets=SimpleNamespace(by_path={}))
    broker = SimpleNamespace(publish=lambda topic, payload: frames.append(topic + payload), revoke=None)
    fanout = Fanout(broker, registry, None, commands)
    for path in WATCHED:
        registry.topic(path, registry.signals[path], None, 0)
    return fanout, registry, frames


def read(frames):
    """(path, value, seq) of everything sent."""
    for frame in frames:
        name, _, payload = frame.partition(wire.NUL)
        for value, _time, _status, seq in wire.decode(payload):
            yield name.decode(), value, seq


@given(batches)
def test_every_change_leaves_once_in_its_order(said):
    fanout, registry, frames = hub()
    time, last, changes = 0, {}, []
    for batch in said:
        rows = []
        for index, value in batch:
            time += 1
            rows.append((index, value, time, 0))
            if last.get(index) != value and PATHS[index] in WATCHED:
                changes.append((PATHS[index], value))
            last[index] = value
        fanout.values(peer, rows)
    sent = list(read(frames))
    assert [(path, value) for path, value, _ in sent] == changes
    for path in WATCHED:
        assert [seq for p, _, seq in sent if p == path] == list(range(1, 1 + sum(p == path for p, _ in changes)))
        newest = [value for p, value in changes if p == path][-1:]
        assert [row[0] for row in wire.decode(registry.topics[path].payload or b"\x90")] == newest
    assert fanout.published == len(changes)


@given(st.integers(1, 3 * MAX_RUN))
def test_a_run_of_one_signal_shares_frames_of_bounded_length(count):
    fanout, _registry, frames = hub()
    fanout.values(peer, [(0, number % 2, number + 1, 0) for number in range(count)])
    assert [len(wire.decode(frame.partition(wire.NUL)[2])) for frame in frames] == [
        min(MAX_RUN, count - start) for start in range(0, count, MAX_RUN)
    ]


def test_a_value_held_back_leaves_when_its_period_ends():
    fanout, registry, frames = hub()
    slow, fast = (f"{PATHS[2]}@{rate}" for rate in (20, 200))
    for name, rate in ((slow, 20), (fast, 200)):
        registry.topic(name, registry.signals[PATHS[2]], Filter(rate), rate)
    fanout.values(peer, [(2, value, value, 0) for value in (1, 2, 3)])
    while fanout.due() is not None:
        fanout.flush()
    assert {name: value for name, value, _ in read(frames)} == {slow: 3, fast: 3}


def test_a_batch_that_ends_in_garbage_has_said_what_came_before():
    fanout, _registry, frames = hub()
    try:
        fanout.values(peer, [(0, 1, 1, 0), (0, 2, 2, 0), "garbage"])
    except wire.BAD_INPUT:
        assert [value for _, value, _ in read(frames)] == [1, 2]
    else:
        raise AssertionError("garbage was taken")


def test_what_its_hal_may_not_say_is_an_error():
    fanout, registry, frames = hub()
    fanout.values(peer, [(0, 1, 1, 0), (0, 256, 2, 0), (0, "1", 3, 0), (0, 7, 4, int(Status.UNAVAILABLE))])
    rows = [row for frame in frames for row in wire.decode(frame.partition(wire.NUL)[2])]
    assert [(value, Status(status)) for value, _, status, _ in rows] == [
        (1, Status.AVAILABLE),
        (None, Status.ERROR),
        (None, Status.UNAVAILABLE),
    ]
    assert registry.signals[PATHS[0]].invalid == 2


@given(st.recursive(st.none() | st.integers(0, 9) | st.text(max_size=5), lambda s: st.lists(s, max_size=3)))
def test_a_stream_passes_its_state_on_and_keeps_it_for_newcomers(state):
    fanout, registry, frames = hub()
    for number in (1, 2):
        fanout.state(peer, "nav.route", wire.pack(state))
        ((value, _time, status, seq),) = wire.decode(frames[-1].partition(wire.NUL)[2])
        assert (value, status, seq) == (state, 0, number)
        assert registry.topics["nav.route"].payload == frames[-1].partition(wire.NUL)[2]
