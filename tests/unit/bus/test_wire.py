"""The wire: what is packed comes back, what cannot travel is refused, and no two ways of seeing share a topic."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.bus import wire

leaves = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text()
payloads = st.recursive(
    leaves | st.binary(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)
ways = st.tuples(
    st.sampled_from(["Vehicle.Speed", "Vehicle.SpeedLimit", "Vehicle.Range"]),
    st.floats(0, 1000).map(lambda rate: float(f"{rate:g}")),
    st.sampled_from([0.0, 0.01, 0.1, 1.0, 10.0]),
    st.booleans(),
)


@given(payloads)
def test_what_is_packed_comes_back(payload):
    assert wire.unpack(wire.pack(payload)) == payload
    assert wire.decode(wire.pack(payload)) == payload


@pytest.mark.parametrize("read", [wire.unpack, wire.decode])
@given(noise=st.binary(max_size=200))
def test_any_bytes_are_a_payload_or_an_error_the_readers_expect(read, noise):
    with contextlib.suppress(wire.BAD_INPUT):
        read(noise)


@pytest.mark.parametrize("noise", [b"", b"\xc1", b"\x92\x01", b"\x01\x02", b"\xa1\xff"])
def test_what_is_no_payload_is_called_so(noise):
    with pytest.raises(ValueError, match="not a bus payload"):
        wire.unpack(noise)


@pytest.mark.parametrize("odd", [object(), {1, 2}, 2**64, -(2**63) - 1, "\ud800", [1, [2j]]])
def test_what_cannot_travel_is_refused(odd):
    with pytest.raises(ValueError, match="cannot go over the bus"):
        wire.pack(odd)


def test_a_payload_leaves_room_for_what_the_hub_adds():
    assert len(wire.pack(bytes(wire.MAX_PAYLOAD - 5))) == wire.MAX_PAYLOAD
    with pytest.raises(ValueError, match="too much"):
        wire.pack(bytes(wire.MAX_PAYLOAD))


@given(ways, ways)
def test_different_ways_of_seeing_have_different_topics(one, other):
    def effect(path, rate, resolution, variable):
        return path, rate, resolution, variable if rate or resolution else None

    same = effect(*one) == effect(*other)
    assert (wire.topic_name(*one) == wire.topic_name(*other)) is same


@given(ways, ways)
def test_no_topic_is_a_prefix_of_another(one, other):
    first, second = (wire.topic_name(*way).encode() + wire.NUL for way in (one, other))
    assert first == second or not second.startswith(first)
