"""The first thing that runs in each child: ties its life to the supervisor's, then calls the target."""

import ctypes
import faulthandler
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TextIO

from carservices.bus.identity import RUN_DIR_VARIABLE, TOKEN_VARIABLE

READY, BEAT, FAULT = b"r", b"b", b"e"
"""What a child says on its private line; after FAULT comes one line of text and the end."""
EXIT_FAILED, EXIT_UNUSABLE = 1, 78
"""The latter (EX_CONFIG of sysexits.h) means that no restart will help."""
PR_SET_PDEATHSIG = 1
M_ARENA_MAX, ARENAS = -8, 2
"""Of mallopt(3): by itself glibc gives threads arenas of their own, up to eight a core, and what is free in one is of
no use to the others; a parked car takes some 15 MB more with them.
"""
BEATS_PER_DEADLINE = 4


@dataclass(frozen=True, slots=True)
class Launch:
    """What a child is told: who it is, what it runs, where, and how often it must show that it lives (seconds)."""

    name: str
    target: str
    arguments: Mapping[str, Any]
    run_dir: Path
    state_dir: Path
    token: str
    deadline: float
    nice: int = 0


class Line:
    """The child's end of the private line to its supervisor."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self._line = line
        self._period = deadline / BEATS_PER_DEADLINE
        self._last = 0.0

    def ready(self) -> None:
        self._send(READY)

    def beat(self) -> None:
        """Show that the loop turns; said on at the rate the deadline needs."""
        now = time.monotonic()
        if now - self._last >= self._period:
            self._last = now
            self._send(BEAT)

    def fault(self, text: str) -> None:
        self._send(FAULT + text.encode())

    def end_with_it(self) -> None:
        """Die when the supervisor is gone; nothing else would end an orphan that hangs."""

        def wait() -> None:
            while self._line.recv(1):
                pass
            os.kill(os.getpid(), signal.SIGKILL)

        threading.Thread(target=wait, name="supervisor", daemon=True).start()

    def _send(self, data: bytes) -> None:
        try:
            self._line.send(data, socket.MSG_DONTWAIT)
        except OSError:
            return  # a supervisor that does not read now will see the next beat; a dead one ends us anyway


def _lines(descriptor: int) -> TextIO:
    """A stream that hands on each line at once; the one inherited may be a file with a buffer."""
    return open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that made it ends; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def share_arenas() -> None:
    """Have all threads of this process take their memory from the same few arenas; glibc only."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_ARENA_MAX, ARENAS)


def run(launch: Launch, line_socket: socket.socket, output: Connection) -> None:
    """Be the process that ``launch`` describes; does not return."""
    from carservices.api.state import STATE_DIR_VARIABLE  # brings pydantic, which the supervisor must not carry

    os.nice(launch.nice)
    os.setsid()  # Ctrl-C is for the supervisor alone, which ends its children in order
    die_with_parent()
    share_arenas()
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    output.close()
    sys.stdout, sys.stderr = _lines(1), _lines(2)
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    line = Line(line_socket, launch.deadline)
    line.end_with_it()
    os.environ[RUN_DIR_VARIABLE] = str(launch.run_dir)
    os.environ[STATE_DIR_VARIABLE] = str(launch.state_dir)
    os.environ[TOKEN_VARIABLE] = launch.token
    sys.argv = [launch.name]
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", force=True)
    code = _call(launch, line)
    gc.freeze()  # all of it goes with the process; a last collection would look at each of the panel's widgets for 1 s
    sys.exit(code)


def _call(launch: Launch, line: Line) -> int:
    module, _, function = launch.target.partition(":")
    try:
        target = getattr(import_module(module), function)
        target(run_dir=launch.run_dir, ready=line.ready, beat=line.beat, **launch.arguments)
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        expected, code = _judge(error)
        logging.getLogger(launch.name).log(
            logging.ERROR, "%s", error if expected else "ended by an error", exc_info=not expected
        )
        line.fault(str(error) if expected else f"{type(error).__name__}: {error}")
        return code
    return 0


def _judge(error: Exception) -> tuple[bool, int]:
    """Whether an error is a plain sentence for people, and the exit status it means."""
    from carservices.bus import CarError
    from carservices.hal import HalError
    from carservices.hal.registry import BadOptions, BrokenHal, UnknownHal

    if isinstance(error, UnknownHal | BrokenHal | BadOptions):
        return True, EXIT_UNUSABLE
    return isinstance(error, HalError | CarError), EXIT_FAILED
