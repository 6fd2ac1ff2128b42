"""Starts the process of an app in its sandbox and gathers what it writes until it ends."""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from carservices.app.late_tls import START
from carservices.app.wire import BLOCKED_VARIABLE, FD_VARIABLE
from carservices.apphost import health
from carservices.apphost.bundles import Bundle
from carservices.apphost.sandbox import Ability, Inside, Launched, LaunchPlan, Level, launch, probe
from carservices.apphost.sandbox.uids import Uids

PROGRAM: Final = ("-I", "-c", START, ".")
"""It starts in the folder of its bundle, wherever it sees that."""
BLOCKED_SHARE: Final = 0.8
"""Of the time to answer, after which an app under development says where it blocks."""
BLOCKED: Final = "Timeout ("
"""How that begins."""
KEPT_LINES: Final = 60
INNERMOST: Final = 3
MAX_LINE: Final = 500
CHUNK: Final = 16384
MAX_READ: Final = 256 << 10
"""Bytes of output read in one second; an app that writes more waits for the pipe."""

DYING_SECONDS: Final = 0.02
"""Between two looks whether the last process of an app is gone; one without processor time left dies slowly."""


class Process:
    """One running app process. ``on_exit`` is called once, with its status (negative: a signal) when it has ended."""

    def __init__(self, launched: Launched, output: int, inside: Inside, on_exit: Callable[[int], None]) -> None:
        self.launched = launched
        self.inside = inside
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._output = output
        self._on_exit = on_exit
        self._rest = b""
        self._loop = asyncio.get_running_loop()
        self._pidfd = os.pidfd_open(launched.pid)
        self._read_now = 0
        self._pause: asyncio.TimerHandle | None = None
        self._loop.add_reader(self._pidfd, self._ended)
        self._loop.add_reader(self._output, self._read)

    @property
    def pid(self) -> int:
        return self.launched.pid

    @property
    def blocked_at(self) -> list[str]:
        """The innermost lines at which an app under development has blocked last."""
        lines = list(self.lines)
        begins = [index for index, line in enumerate(lines) if line.startswith(BLOCKED)]
        return [line for line in lines[begins[-1] :] if line.startswith("  File")][:INNERMOST] if begins else []

    def _read(self) -> None:
        try:
            data = os.read(self._output, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._output)
            return
        self._keep(data)
        self._read_now += len(data)
        if self._read_now > MAX_READ:
            self._loop.remove_reader(self._output)
            self._pause = self._loop.call_later(1.0, self._resume)

    def _resume(self) -> None:
        self._pause = None
        self._read_now = 0
        self._loop.add_reader(self._output, self._read)

    def _keep(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-MAX_LINE:]
        self.lines.extend(line[:MAX_LINE].decode(errors="replace") for line in lines)

    def _ended(self) -> None:
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        status = self.launched.process.wait()
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._output)
        with contextlib.suppress(OSError):
            self._keep(os.read(self._output, CHUNK))
        os.close(self._output)
        if self._rest:
            self._keep(b"\n")
        self._on_exit(status)
        self._give_back()

    def _give_back(self, wait: float = DYING_SECONDS) -> None:
        if not self.launched.close():
            self._loop.call_later(wait, self._give_back, min(1.0, 2 * wait))


class Launcher:
    """Knows this machine's abilities and the user ids of apps."""

    def __init__(self, uids: Path, minimum: Callable[[], Level], ability: Ability | None = None) -> None:
        self.ability = probe() if ability is None else ability
        self.minimum = minimum
        self._uids_file = uids
        self._uids: Uids | None = None

    def start(
        self,
        bundle: Bundle,
        data: Path,
        link: int,
        proxy: Path | None,
        folders: Mapping[str, Path],
        on_exit: Callable[[int], None],
    ) -> Process:
        """``data`` is where it keeps its files. Raises `SandboxRefused`, OSError."""
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        where: list[Inside] = []

        def environment(inside: Inside) -> Mapping[str, str]:
            where.append(inside)
            blocked = {BLOCKED_VARIABLE: str(health.ANSWER_SECONDS * BLOCKED_SHARE)} if bundle.developed else {}
            return {FD_VARIABLE: str(link), **blocked}

        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        os.set_blocking(writer, True)
        try:
            plan = LaunchPlan(
                app=bundle.id,
                arguments=PROGRAM,
                bundle=bundle.folder,
                data=data,
                link=link,
                environment=environment,
                proxy=proxy,
                folders=folders,
                uid=self._uid(bundle.id),
                output=writer,
            )
            launched = launch(plan, self.ability, self.minimum())
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        return Process(launched, reader, where[0], on_exit)

    def _uid(self, app: str) -> int | None:
        """One of its own, which only root can give; `launch` passes it over where it cannot be used."""
        if os.getuid() != 0:
            return None
        if self._uids is None:
            self._uids_file.parent.mkdir(parents=True, exist_ok=True)
            self._uids = Uids(self._uids_file)
        return self._uids.of(app)
