"""States: whatever the hub refuses meanwhile, it ends up with the newest of each stream."""

from hypothesis import given, settings
from hypothesis import strategies as st

from carservices.bus import wire
from carservices.bus.states import States

streams = st.sampled_from(["a.x", "a.y", "a.z"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(streams, st.booleans()), min_size=1, max_size=30), st.integers(0, 30))
def test_the_newest_of_each_stream_arrives_in_order(said, restart):
    """``said``: streams, and whether the hub's queue has room just then; a new hub comes after ``restart`` of them."""

    has_room, arrived = True, []

    def publish(frame: bytes) -> bool:
        if has_room:
            arrived.append(frame)
        return has_room

    mine = States(publish)
    for number, (stream, room) in enumerate(said):
        has_room = room
        mine.say(stream, wire.pack(number))
        if number == restart:
            mine.say_again()
    has_room = True
    mine.go_on()
    newest = {stream: number for number, (stream, _) in enumerate(said)}
    assert {wire.STATE + stream.encode() + wire.NUL + wire.pack(n) for stream, n in newest.items()} <= set(arrived)
    for stream in newest:
        head = wire.STATE + stream.encode() + wire.NUL
        numbers = [wire.unpack(frame.removeprefix(head)) for frame in arrived if frame.startswith(head)]
        assert numbers == sorted(numbers)


def test_what_is_said_while_states_are_held_leaves_at_the_end_as_the_newest():
    arrived = []
    mine = States(lambda frame: arrived.append(frame) or True)
    with mine.held():
        for number in range(3):
            mine.say("a.x", wire.pack(number))
        mine.say_again()
        assert arrived == []
    assert arrived == [wire.STATE + b"a.x" + wire.NUL + wire.pack(2)]
