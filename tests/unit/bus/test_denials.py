"""Denials: who asks in vain for too much loses its connections to that socket, and nobody else any."""

import os
import socket
import subprocess
import sys

import pytest

from carservices.bus.denials import MAX_BYTES, Denials

STRANGER = """
import socket, sys
one = socket.socket(socket.AF_UNIX)
one.connect(sys.argv[1])
print(one.recv(1), flush=True)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="peer credentials and /proc/self/fd are Linux's")


@pytest.fixture
def listening(tmp_path):
    def listen(name: str) -> socket.socket:
        one = socket.socket(socket.AF_UNIX)
        one.bind(str(tmp_path / name))
        one.listen()
        opened.append(one)
        return one

    opened: list[socket.socket] = []
    yield listen
    for one in opened:
        one.close()


def test_only_that_process_and_only_at_that_socket(tmp_path, listening):
    topics, calls = listening("topics"), listening("calls")
    command = [sys.executable, "-c", STRANGER, str(tmp_path / "topics")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as stranger:
        theirs, _ = topics.accept()
        with theirs, socket.socket(socket.AF_UNIX) as mine, socket.socket(socket.AF_UNIX) as other:
            mine.connect(str(tmp_path / "topics"))
            other.connect(str(tmp_path / "calls"))
            with topics.accept()[0] as to_me, calls.accept()[0] as to_other:
                denials = Denials(tmp_path / "topics")
                denials.count("me#1", os.getpid(), MAX_BYTES)
                assert not denials.banned
                denials.count("me#1", os.getpid(), 1)
                assert list(denials.banned) == ["me#1"]
                assert mine.recv(1) == b""
                to_other.send(b"o")
                assert other.recv(1) == b"o"
                theirs.send(b"t")
                assert stranger.communicate()[0].strip() == b"b't'"
                with pytest.raises(BrokenPipeError):
                    to_me.send(b"m")


def test_who_is_gone_is_forgotten(tmp_path):
    denials = Denials(tmp_path / "topics")
    for _ in range(10):
        denials.count("me#1", 1, MAX_BYTES)
        denials.forget(1)
    assert not denials.banned
