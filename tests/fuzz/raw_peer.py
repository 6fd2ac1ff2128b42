"""A hub in a process of its own, and a libzmq peer that proves its name and then sends whatever it likes."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import zmq

from carservices.bus import wire
from carservices.bus.identity import Grants, create_secret, token_for, write_grants
from carservices.bus.wire import Kind

PATIENCE_MS = 40_000
HUB = """
import sys
from pathlib import Path
from carservices.hub.main import run_hub
run_hub(Path(sys.argv[1]), ready=lambda: print("ready", flush=True))
"""


class HubProcess:
    """The victim."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.secret = create_secret(run_dir)
        write_grants(run_dir, {name: Grants(read=("**",)) for name in ("fuzz", "hal.fuzz", "greedy")})
        self._log = (run_dir / "hub.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-c", HUB, str(run_dir)], stdout=subprocess.PIPE, stderr=self._log
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def megabytes(self) -> float:
        """Resident memory."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6

    @property
    def log(self) -> str:
        return (self.run_dir / "hub.log").read_text()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()


class RawPeer:
    """Three sockets with a good token and no manners."""

    def __init__(self, hub: HubProcess, name: str, hello: Any = (Kind.HELLO, 1, "")) -> None:
        self._hub = hub
        self._name = name
        self.context = zmq.Context()
        self.context.set(zmq.MAX_SOCKETS, 4096)
        self.calls = self._socket(zmq.DEALER, "calls")
        self.topics = self._socket(zmq.XSUB, "topics")
        self.publish = self._socket(zmq.PUSH, "publish")
        self._call_id = 0
        self.calls.send(msgpack.packb(hello))
        self.welcome = self.receive()

    def _socket(self, kind: int, name: str) -> zmq.Socket[bytes]:
        socket = self.context.socket(kind)
        socket.linger = 0
        socket.sndhwm = 0  # an XSUB would drop what is too much, and the attack with it
        socket.sndtimeo = socket.rcvtimeo = PATIENCE_MS
        socket.plain_username = f"{self._name}#raw".encode()
        socket.plain_password = token_for(self._hub.secret, self._name).encode()
        socket.connect(f"ipc://{wire.socket_path(self._hub.run_dir, name)}")
        return socket

    def receive(self) -> Any:
        return msgpack.unpackb(self.calls.recv(), strict_map_key=False)

    def call(self, method: str, params: Any = None, target: str = wire.HUB) -> Any:
        """The whole answer to a well-formed call, past everything else that comes."""
        self._call_id += 1
        self.calls.send(msgpack.packb([Kind.CALL, self._call_id, target, method, params, 5000]))
        while True:
            answer = self.receive()
            if answer[0] in (Kind.REPLY, Kind.ERROR) and answer[1] == self._call_id:
                return answer

    def served(self) -> bool:
        """Whether this very connection can still say hello and get an answer."""
        self.calls.send(msgpack.packb((Kind.HELLO, 1, self._name)))
        while self.receive()[0] != Kind.WELCOME:
            pass
        return bool(self.call("hals")[0] == Kind.REPLY)

    def close(self) -> None:
        self.context.destroy(linger=0)


@contextlib.contextmanager
def peer(hub: HubProcess, name: str = "fuzz", **hello: Any) -> Iterator[RawPeer]:
    one = RawPeer(hub, name, **hello)
    try:
        yield one
    finally:
        one.close()


def serves(hub: HubProcess) -> bool:
    """Whether a stranger to the attack gets an answer."""
    with peer(hub, "tool") as witness:
        return hub.alive and witness.call("hals")[0] == Kind.REPLY
