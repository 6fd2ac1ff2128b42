"""Garbage on every socket of a live hub: it stays alive, serves others, stays small, and says what was wrong."""

import contextlib
import os
import random
import resource
import socket
import subprocess
import sys

import msgpack
import pytest
import zmq
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from carservices.bus import wire, zmtp
from carservices.bus.broker import MAX_CONNECTIONS
from carservices.bus.identity import token_for
from carservices.bus.wire import Kind
from carservices.hub.requests import Requests
from tests.fuzz.raw_peer import HubProcess, RawPeer, peer, serves

SOCKETS = ("calls", "topics", "publish")
REQUESTS = sorted(name.removeprefix("_do_") for name in vars(Requests) if name.startswith("_do_"))
GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"PLAIN".ljust(20, b"\0") + bytes(32)

keys = st.text(max_size=8)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.sampled_from(["Vehicle.Speed", "hub", "fuzz", "configs", "**", "x@1~0", "\0"]),
)
anything = st.recursive(leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=4))
messages = st.one_of(
    st.binary(max_size=200),
    anything.map(msgpack.packb),
    st.tuples(st.integers(-1, 9), anything, anything, anything, anything, anything).map(msgpack.packb),
)
bounded = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    victim = HubProcess(tmp_path_factory.mktemp("hub"))
    yield victim
    victim.close()


@pytest.fixture(scope="module")
def attacker(hub):
    with peer(hub) as one:
        yield one


@pytest.fixture(autouse=True)
def unharmed(hub):
    """After each attack: alive, serving, not grown by more than the attack may cost."""
    before = hub.megabytes
    yield
    assert serves(hub)
    assert hub.megabytes < before + 150
    assert "Traceback" not in hub.log


@bounded
@given(messages)
def test_any_message_on_the_call_socket(attacker: RawPeer, message: bytes):
    attacker.calls.send(message)
    assert attacker.served()


@bounded
@given(st.lists(messages, max_size=4))
def test_any_number_of_frames(attacker: RawPeer, frames: list[bytes]):
    attacker.calls.send_multipart([*frames, b"end"])
    assert attacker.served()


@bounded
@given(st.sampled_from([b"", wire.VALUES, wire.STATE, wire.STATE + b"fuzz.state\0", b"X"]), messages)
def test_any_publication(attacker: RawPeer, head: bytes, message: bytes):
    attacker.publish.send(head + message)
    assert attacker.served()


@bounded
@given(st.sampled_from([b"", b"\0", b"\1", b"\2"]), st.binary(max_size=100))
def test_any_subscription(attacker: RawPeer, head: bytes, topic: bytes):
    attacker.topics.send(head + topic)
    assert attacker.served()


@pytest.mark.parametrize("method", REQUESTS)
@pytest.mark.parametrize("name", ["fuzz", "hal.fuzz", "tool"])
def test_any_parameters_get_an_answer_of_one_line(hub: HubProcess, method: str, name: str):
    with peer(hub, name) as asker:

        @settings(bounded, max_examples=20)
        @given(anything)
        @example("two\nlines")
        @example(["two\r\nlines", None, 1])
        def ask(params):
            answer = asker.call(method, params)
            if answer[0] == Kind.ERROR:
                _, _, code, message, details = answer
                assert isinstance(code, str)
                assert isinstance(details, dict)
                assert len(message) <= 600
                assert len(message.splitlines()) <= 1

        ask()


LONG = "Vehicle." + "a." * 400_000


@pytest.mark.parametrize("method", ["last", "get", "subscribe_states", "sync", "provide", "set", "subscribe", LONG])
def test_names_of_any_length_cost_no_time_and_are_not_echoed(hub: HubProcess, method: str):
    params = {"set": [LONG, 1, 5], "subscribe": [[LONG], None, 0.0, True], "last": LONG, "provide": LONG}
    with peer(hub) as asker:
        answer = asker.call(method, params.get(method, [LONG]))
        assert len(repr(answer)) < 2000


@pytest.mark.parametrize(
    "message",
    [
        b"\x91" * 100_000,
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        msgpack.packb([Kind.CALL, 2**64 - 1, "hub", "hals", None, 2**64 - 1]),
        msgpack.packb([Kind.CALL, -1, "hub", "hals", None, float("nan")]),
        msgpack.packb([Kind.CALL, float("inf"), "hub", "hals", None, float("inf")]),
        msgpack.packb([Kind.CALL, 1, "hub", "__init__", None, 1]),
        msgpack.packb([Kind.CALL]),
        msgpack.packb([Kind.REPLY, 1]),
        msgpack.packb([Kind.ERROR, 10**9]),
        msgpack.packb([Kind.REPORT, "many"]),
        msgpack.packb([Kind.WELCOME, 1, 1]),
        msgpack.packb([99, {}]),
        msgpack.packb({1: 2}),
        msgpack.packb(msgpack.ExtType(5, b"x")),
    ],
    ids=lambda message: repr(message[:8]),
)
def test_hostile_shapes(attacker: RawPeer, message: bytes):
    attacker.calls.send(message)
    attacker.publish.send(wire.VALUES + message)
    attacker.publish.send(wire.STATE + b"fuzz.s\0" + message)
    assert attacker.served()


def test_a_number_that_no_answer_can_carry_is_not_kept(hub: HubProcess):
    with peer(hub, "tool") as caller:
        with peer(hub) as service:
            assert service.call("provide", "fuzz")[0] == Kind.REPLY
            caller.calls.send(msgpack.packb([Kind.CALL, 1e30, "fuzz", "wait", None, 5000]))
            caller.calls.send(msgpack.packb([Kind.REPORT, 1e30]))
            top = caller.call("top")
            assert top[0] == Kind.REPLY
        while any(one["name"].startswith("fuzz#") for one in top[2]["peers"]):
            top = caller.call("top")


@pytest.mark.parametrize("version", [0, -1, None, "1", [], {"version": 1}, 2**64 - 1])
def test_a_version_is_agreed_or_refused_with_a_reason(hub: HubProcess, version: object):
    with peer(hub, hello=(Kind.HELLO, version, "fuzz")) as one:
        if version == 2**64 - 1:
            assert one.welcome[:2] == [Kind.WELCOME, wire.VERSION]
        else:
            assert one.welcome[:3] == [Kind.ERROR, 0, "UNSUPPORTED"]
            assert "speaks 1" in one.welcome[3]


def test_a_state_nobody_could_read_is_not_passed_on(hub: HubProcess):
    with peer(hub) as speaker, peer(hub, "tool") as listener:
        for payload in (b"", b"\xc1", b"\x92\x01", b"\x01\x01"):
            speaker.publish.send(wire.STATE + b"fuzz.bad\0" + payload)
        speaker.publish.send(wire.STATE + b"fuzz.good\0\x05")
        while listener.call("last", "fuzz.good")[2] is None:
            pass
        assert listener.call("last", "fuzz.bad")[2] is None


def test_a_message_too_large_costs_only_the_senders_connection(hub: HubProcess):
    for socket_name, size in (("calls", 10_000_000), ("publish", 10_000_000), ("topics", 2000)):
        with peer(hub) as sender:
            getattr(sender, socket_name).send(b"\1" + bytes(size))
            assert serves(hub)


@pytest.mark.parametrize("name", SOCKETS)
def test_noise_before_the_handshake(hub: HubProcess, name: str):
    chance = random.Random(name)
    for number in range(200):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(str(hub.run_dir / f"{name}.sock"))
            noise = chance.randbytes(chance.randrange(300))
            raw.setblocking(False)
            try:
                raw.send(
                    [noise, GREETING[: chance.randrange(64)], GREETING + noise, GREETING + b"\4\x26\5HELLO"][number % 4]
                )
            except (BlockingIOError, BrokenPipeError):
                continue


def test_a_wrong_token_is_refused_and_named_in_the_log(hub: HubProcess):
    context = zmq.Context()
    intruders = []

    def knock():
        intruder = context.socket(zmq.DEALER)
        intruder.linger = 0
        intruder.plain_username = f"intruder#{len(intruders)}".encode()
        intruder.plain_password = b"guess"
        intruder.connect(f"ipc://{wire.socket_path(hub.run_dir, 'calls')}")
        intruders.append(intruder)

    try:
        with peer(hub, "tool") as witness:
            before = witness.call("top")[2]["refused"]
            for _ in range(50):
                knock()
            while witness.call("top")[2]["refused"] < before + 50:
                pass
            while "as 'intruder#" not in hub.log:  # the log names the first of a tick: it may be of the test before
                knock()
                witness.call("top")
    finally:
        for intruder in intruders:
            intruder.close()
        context.term()
    assert hub.log.count("intruder") < 50, "a flood is not logged line by line"


def test_topics_asked_for_in_vain_cost_nothing(hub: HubProcess):
    with peer(hub, "greedy") as greedy:
        before = hub.megabytes
        for number in range(20_000):
            greedy.topics.send(b"\1" + f"Vehicle.{number:0950d}\0".encode())
        greedy.call("subscribe_states", ["greedy.state"])
        greedy.topics.send(b"\1greedy.state\0")
        assert greedy.call("sync", ["greedy.state"])[0] == Kind.REPLY, "read to the end, and the connection lives"
        assert hub.megabytes < before + 10


def test_a_peer_that_asks_and_never_reads(hub: HubProcess):
    with peer(hub, "hal.fuzz") as hal, peer(hub) as stalled:
        configs = [{"path": f"Vehicle.S{number}", "datatype": "int8"} for number in range(50)]
        assert hal.call("announce", configs)[0] == Kind.REPLY
        for number in range(20_000):
            stalled.calls.send(msgpack.packb([Kind.CALL, number, "hub", "configs", None, 1000]))
        assert serves(hub)


def test_the_streams_of_one_name_are_bounded(hub: HubProcess):
    with peer(hub, "greedy") as speaker, peer(hub, "tool") as listener:
        for number in range(1100):
            speaker.publish.send(wire.STATE + f"greedy.many{number}\0".encode() + b"\x05")
        speaker.publish.send(wire.STATE + b"greedy.many0\0\x06")
        while (said := listener.call("last", "greedy.many0")[2]) is None or said[2] != 6:
            pass
        assert listener.call("last", "greedy.many1099")[2] is None


def test_syncs_that_wait_are_few_and_small(hub: HubProcess):
    with peer(hub, "tool") as asker:
        asker.call("subscribe_states", ["x.never"])
        before = hub.megabytes
        for number in range(1000, 1100):
            asker.calls.send(msgpack.packb([Kind.CALL, number, "hub", "sync", ["x.never"] * 20_000, 5000]))
        assert asker.call("sync", ["x.never"])[2] == "UNAVAILABLE"
        assert hub.megabytes < before + 50


FLOOD = """
import resource, socket, sys
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4000), hard))
held = []
for number in range(min(hard, 3000) - 50):
    one = socket.socket(socket.AF_UNIX)
    try:
        one.connect(sys.argv[1])
    except OSError:
        break
    held.append(one)
print(len(held), flush=True)
sys.stdin.read()
"""


def test_thousands_of_idle_connections(hub: HubProcess):
    command = [sys.executable, "-c", FLOOD, str(hub.run_dir / "calls.sock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as flood:
        assert flood.stdout is not None
        assert int(flood.stdout.readline()) > 200
        assert serves(hub)
        flood.kill()


def test_one_name_has_so_many_connections_and_not_more(hub: HubProcess):
    """Each socket in turn says who it is and hears of it; when one has gone there is room for one again."""
    initiate = zmtp.with_type(zmtp.INITIATE, "DEALER")  # who stops half way is cut off after 2 s
    hello = GREETING + zmtp.hello("greedy#one", token_for(hub.secret, "greedy")) + initiate

    def knock() -> bytes:
        one = held.enter_context(socket.socket(socket.AF_UNIX))
        one.settimeout(20)
        one.connect(str(hub.run_dir / f"{SOCKETS[len(opened) % 3]}.sock"))
        one.sendall(hello)
        opened.append(one)
        one.recv(zmtp.GREETED, socket.MSG_WAITALL)
        _flags, size = one.recv(2, socket.MSG_WAITALL)
        return one.recv(size, socket.MSG_WAITALL)

    opened: list[socket.socket] = []
    with contextlib.ExitStack() as held:
        assert {knock() for _ in range(MAX_CONNECTIONS)} == {zmtp.WELCOME}
        assert knock() == zmtp.FULL
        assert serves(hub), "others have room"
        assert f"'greedy' has {MAX_CONNECTIONS} connections, refused one more: of process {os.getpid()}" in hub.log
        opened[0].close()
        while (answer := knock()) == zmtp.FULL:
            pass
        assert answer == zmtp.WELCOME
    with peer(hub, "greedy") as again:
        assert again.call("hals")[0] == Kind.REPLY


def test_a_hub_without_a_descriptor_left_serves_who_is_there_and_later_all(hub: HubProcess):
    limits = resource.prlimit(hub.pid, resource.RLIMIT_NOFILE)
    with peer(hub) as inside, peer(hub, "nobody") as nobody, socket.socket(socket.AF_UNIX) as outside:
        resource.prlimit(hub.pid, resource.RLIMIT_NOFILE, (4, limits[1]))
        try:
            outside.settimeout(0)
            outside.connect(str(hub.run_dir / "calls.sock"))
            nobody.calls.send(msgpack.packb([Kind.HELLO, 1, ""]))  # its grants are looked for in a file
            assert inside.call("hals")[0] == inside.call("hals")[0] == Kind.REPLY
            with pytest.raises(BlockingIOError):
                outside.recv(1)
        finally:
            resource.prlimit(hub.pid, resource.RLIMIT_NOFILE, limits)
        outside.settimeout(20)
        assert outside.recv(1) == b"\xff"


def test_who_says_nothing_is_cut_off(hub: HubProcess):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(hub.run_dir / "topics.sock"))
        silent.settimeout(20)
        while silent.recv(64):
            pass


FORKED = """
import asyncio, os, sys
from pathlib import Path
from carservices.bus import Car
async def main():
    await Car.connect(Path(sys.argv[1]))
    if os.fork():
        os._exit(0)
    os.read(0, 1)
    os._exit(0)
asyncio.run(main())
"""


def test_a_forked_child_does_not_keep_its_parent_alive(hub: HubProcess):
    command = [sys.executable, "-c", FORKED, str(hub.run_dir)]
    with peer(hub, "tool") as witness, subprocess.Popen(command, stdin=subprocess.PIPE) as forked:
        assert forked.wait() == 0, "its child lives on with the connection"
        while any(one["pid"] == forked.pid for one in witness.call("top")[2]["peers"]):
            pass
