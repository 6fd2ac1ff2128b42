"""Records of the app link: whole, bounded, and understood by newer and older peers."""

import contextlib
import socket
import struct

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.app.wire import FIELDS, Channel, Kind, LinkClosed, TooLong, UnknownKind, WireError, pack, socketpair
from carservices.app.wire import unpack as unpack_record
from tests.unit.app.nodes import PATIENT

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(Kind), st.data())
@PATIENT
def test_records_survive_and_a_newer_peers_fields_are_ignored(kind, data):
    fields = tuple(data.draw(VALUES) for _ in FIELDS[kind])
    packed = pack(kind, *fields)
    newer = msgpack.packb([*msgpack.unpackb(packed), "of a newer version"])
    assert unpack_record(packed) == unpack_record(newer) == (kind, fields)


@given(st.binary(max_size=40))
@PATIENT
def test_random_bytes_are_a_record_or_an_error(data):
    try:
        record = unpack_record(data)
    except WireError:
        return
    assert len(record.fields) == len(FIELDS[record.kind])


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (msgpack.packb([99]), UnknownKind, "unknown kind 99"),
        (msgpack.packb([int(Kind.SET), 1, "Vehicle.Speed"]), WireError, "SET lacks the field 'value'"),
        (msgpack.packb([True]), WireError, "begins with its kind"),
        (msgpack.packb({}), WireError, "has to be an array"),
        (b"\x91" * 2000, WireError, "not a record"),
        (msgpack.packb([int(Kind.PONG), msgpack.ExtType(3, b"x")]), WireError, "extension type 3"),
        (b"", WireError, "not a record"),
    ],
)
def test_what_is_no_record_is_said(data, error, said):
    with pytest.raises(error, match=said):
        unpack_record(data)


def test_a_record_without_its_fields_is_not_sent():
    with pytest.raises(WireError, match="SUBSCRIBE has the fields subscription, globs, rate_hz"):
        pack(Kind.SUBSCRIBE, 1)


def streams():
    return socket.socketpair()


@pytest.fixture(params=[socketpair, streams], ids=["packets", "stream"])
def ends(request):
    a, b = request.param()
    with a, b:
        yield Channel(a, 1000), Channel(b, 1000)


def received(channel):
    return list(channel.records())


def test_records_arrive_whole_and_in_order(ends):
    here, there = ends
    sent = [bytes([n]) * (n + 1) for n in range(100)]
    assert all(here.send(record) for record in sent)
    assert received(there) == sent
    assert received(there) == []


def test_a_peer_that_does_not_read_stops_nobody_and_gets_whole_records_later(ends):
    here, there = ends
    count = 0
    while here.send(bytes([count % 256]) * 900):
        count += 1
    got = []
    while len(got) < count + bool(here.pending):
        got += received(there)
        here.flush()
    assert [record[0] for record in got] == [n % 256 for n in range(len(got))]
    assert {len(record) for record in got} == {900}


def test_the_end_of_the_link_is_said_on_both_sides(ends):
    here, there = ends
    here.send(b"last")
    here.close()
    heard = []

    def look():
        for record in there.records():
            heard.append(record)  # noqa: PERF402 - what came before the end counts

    with contextlib.suppress(LinkClosed):
        look()
    with pytest.raises(LinkClosed):
        look()
    assert heard == [b"last"]
    with pytest.raises(LinkClosed):
        there.send(b"x")


def test_too_long_a_record_is_refused_on_arrival(ends):
    here, there = ends
    here.send(b"x" * 1001)
    with pytest.raises(TooLong, match="1000"):
        received(there)


def test_a_stream_split_anywhere_gives_the_same_records():
    a, b = socket.socketpair()
    records = [b"one", b"", b"three" * 10]
    raw = b"".join(struct.pack("<I", len(r)) + r for r in records)
    with a, b:
        channel, got = Channel(b, 1000), []
        for byte in raw:
            a.send(bytes([byte]))
            got += received(channel)
    assert got == records
