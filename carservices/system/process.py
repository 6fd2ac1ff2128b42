"""One running child, as the supervisor sees it: started, heard, signalled, and its end noticed."""

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from concurrent.futures import Executor
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Literal

from carservices.system import child
from carservices.system.child import Launch

PRELOAD = ["carservices.system.warm"]
CHUNK = 65536
LAST_CHUNKS = 64
"""Read at most after the end of a process: one of its own children may still be talking."""


def _context(start: Literal["fork", "fresh"]) -> BaseContext:
    warm = start == "fork" and "forkserver" in multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("forkserver" if warm else "spawn")


def warm_up() -> None:
    """Start the fork server; it loads what children need while others begin."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        forkserver.set_forkserver_preload(PRELOAD)
        forkserver.ensure_running()


class Child:
    """A process that reports through callbacks on the loop; use it from one loop only.

    Everything that touches `multiprocessing` runs in ``starter``, one thread that lives as long as the supervisor: a
    start may block, the package is not thread-safe, and a child dies with the thread that made it (PR_SET_PDEATHSIG).
    """

    def __init__(
        self,
        starter: Executor,
        on_heard: Callable[[bytes], None],
        on_output: Callable[[bytes], None],
        on_exit: Callable[[int], None],
    ) -> None:
        self.pid: int | None = None
        self._starter = starter
        self._on_heard = on_heard
        self._on_output = on_output
        self._on_exit = on_exit
        self._process: BaseProcess | None = None
        self._line: socket.socket | None = None
        self._output = -1

    async def start(self, launch: Launch, start: Literal["fork", "fresh"]) -> None:
        """Raises OSError when the machine has no process or descriptor left."""
        loop = asyncio.get_running_loop()
        self._process = await loop.run_in_executor(self._starter, self._make, launch, start)
        self.pid = self._process.pid
        assert self._line is not None
        loop.add_reader(self._line, self._hear)
        loop.add_reader(self._output, self._read_output)
        loop.add_reader(self._process.sentinel, self._ended)

    def _make(self, launch: Launch, start: Literal["fork", "fresh"]) -> BaseProcess:
        context = _context(start)
        self._line, theirs = socket.socketpair()
        reader, writer = context.Pipe(duplex=False)
        process: BaseProcess = context.Process(  # type: ignore[attr-defined]
            target=child.run, args=(launch, theirs, writer), name=launch.name
        )
        try:
            process.start()
        except BaseException:
            self._line.close()
            raise
        else:
            self._output = os.dup(reader.fileno())
        finally:
            theirs.close()
            reader.close()
            writer.close()
        self._line.setblocking(False)
        os.set_blocking(self._output, False)
        return process

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; to a process that has ended it does nothing."""
        if self.pid is not None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def _hear(self) -> None:
        assert self._line is not None
        try:
            data = self._line.recv(CHUNK)
        except OSError:
            data = b""
        if data:
            self._on_heard(data)
        else:
            asyncio.get_running_loop().remove_reader(self._line)

    def _read_output(self) -> bool:
        try:
            data = os.read(self._output, CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._on_output(data)
        else:
            asyncio.get_running_loop().remove_reader(self._output)
        return bool(data)

    def _ended(self) -> None:
        loop = asyncio.get_running_loop()
        assert self._process is not None
        assert self._line is not None
        loop.remove_reader(self._process.sentinel)
        self.pid = None
        self._hear()
        for _ in range(LAST_CHUNKS):
            if not self._read_output():
                break
        loop.remove_reader(self._line)
        loop.remove_reader(self._output)
        self._line.close()
        os.close(self._output)
        task = loop.run_in_executor(self._starter, _exit_code, self._process)
        task.add_done_callback(lambda done: self._on_exit(done.result()))


def _exit_code(process: BaseProcess) -> int:
    """The status of a process that has ended; negative for a signal."""
    process.join()
    code = process.exitcode
    process.close()
    return code if code is not None else child.EXIT_FAILED
