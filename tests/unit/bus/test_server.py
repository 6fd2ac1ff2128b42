"""The hub's end of connections: turns, what a stranger may cost, and what is left of who has gone."""

import contextlib
import gc
import socket

import pytest

from carservices.bus import server, zmtp
from carservices.bus.poller import Poller
from carservices.bus.server import HANDSHAKE_FRAME, End, Line, Server

LARGEST = 1 << 20


class Ends:
    """A server with one line that turns when told; ``seen`` is what it took, ``errors`` whom it cut off."""

    def __init__(self, path):
        self.path, self.seen, self.errors = path, [], []
        self.poller = Poller()
        self.server = Server(
            self.poller, lambda *_: b"", lambda _end, why: self.errors.append(why), lambda _end, _missed: None
        )
        take = lambda end, message: self.seen.append((end.user, message))  # noqa: E731
        self.server.listen(Line(path, "PULL", take, lambda _end: None, LARGEST, LARGEST))

    def turn(self, times=1):
        for _ in range(times):
            self.server.go_on()
            self.poller.turn(0)
            self.server.flush()

    @contextlib.contextmanager
    def stranger(self):
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(str(self.path))
            one.setblocking(False)
            one.sendall(zmtp.CLIENT_GREETING)
            self.turn(2)
            yield one

    @contextlib.contextmanager
    def client(self, user):
        with self.stranger() as one:
            one.sendall(zmtp.hello(user, "") + zmtp.with_type(zmtp.INITIATE, "PUSH"))
            self.turn()
            yield one


@pytest.fixture
def ends(tmp_path):
    one = Ends(tmp_path / "s")
    yield one
    one.server.close()
    one.poller.close()


def test_who_has_much_to_say_does_not_keep_the_others_waiting(ends, monkeypatch):
    with ends.client("much") as much, ends.client("little") as little:
        monkeypatch.setattr(server, "TURN_SECONDS", -1)  # over after each message
        much.sendall(b"".join(zmtp.framed(b"%d" % number) for number in range(4)))
        little.sendall(zmtp.framed(b"only"))
        ends.turn()
        assert sorted(ends.seen) == [("little", b"only"), ("much", b"0")]
        much.sendall(zmtp.framed(b"4"))
        ends.turn(5)
        assert [message for user, message in ends.seen if user == "much"] == [b"%d" % number for number in range(5)]


def test_only_who_has_proven_a_name_may_send_large_frames(ends):
    frame = zmtp.framed(bytes(HANDSHAKE_FRAME + 1))
    with ends.client("known") as known, ends.stranger() as stranger:
        known.sendall(frame)
        stranger.sendall(frame[:9])
        ends.turn()
        assert [user for user, _ in ends.seen] == ["known"]
        assert len(ends.errors) == 1
        stranger.recv(zmtp.GREETED)
        assert stranger.recv(1) == b""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (zmtp.with_type(zmtp.INITIATE, "PUSH"), "no handshake"),
        (zmtp.framed(b"a message"), "a message before the handshake"),
        (zmtp.framed(b"one") + zmtp.framed(b"another"), "a message before the handshake"),
    ],
)
def test_who_has_not_said_its_name_is_not_heard(ends, said, why):
    with ends.stranger() as one:
        one.sendall(said)
        ends.turn(2)
        assert (ends.seen, ends.errors, ends.server.ends) == ([], [why], set())


def test_who_has_gone_leaves_nothing_for_the_collector(ends):
    gc.collect()
    gc.disable()
    try:
        with ends.client("gone") as one:
            one.sendall(zmtp.framed(bytes(1000))[:-1])
            ends.turn()
        ends.turn()
        assert not [one for one in gc.get_objects() if type(one) is End and one.line.path == ends.path]
    finally:
        gc.enable()


def test_a_heartbeat_of_libzmq_is_answered_and_other_commands_change_nothing(ends):
    with ends.client("beats") as one:
        one.recv(1000)
        for command in (zmtp.PING + b"\0\1" + b"context", b"\x09SUBSCRIBE" + b"a topic", b""):
            one.sendall(zmtp.framed(command, zmtp.COMMAND))
        one.sendall(zmtp.framed(b"message"))
        ends.turn(2)
        assert one.recv(1000) == zmtp.framed(zmtp.PONG + b"context", zmtp.COMMAND)
        assert ends.seen == [("beats", b"message")]
