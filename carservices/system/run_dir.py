"""The run directory: private sockets, secret and state of one running car, and the lock that keeps a second one out."""

import fcntl
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import Self

from carservices.bus.identity import GRANTS_FILE, KEPT_DIR, RUN_DIR_VARIABLE, SECRET_FILE

SOCKETS = ("topics.sock", "publish.sock", "calls.sock", "supervisor.sock")
SUPERVISOR_SOCKET = "supervisor.sock"
STATE_FILE = "state.json"
LOCK_FILE = "lock"
LOG_DIR = "log"
LONGEST_SOCKET = 107 if sys.platform == "linux" else 103
"""Bytes of a socket's path: ``sun_path`` of sockaddr_un without its final zero."""


class RunDirError(Exception):
    """The run directory cannot be used; the message says why and what to do."""


def default_run_dir() -> Path:
    """``CARSERVICES_RUN_DIR``, or this user's own place for sockets."""
    if given := os.environ.get(RUN_DIR_VARIABLE):
        return Path(given)
    if base := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(base, "carservices")
    return Path(tempfile.gettempdir(), f"carservices-{os.getuid()}")


def state_dir() -> Path:
    """Where crash reports and what services remember are kept (XDG_STATE_HOME)."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "carservices"


def prepare(run_dir: Path) -> None:
    """Make it if need be and check that it is ours alone and short enough for sockets. Raises `RunDirError`."""
    longest = max(len(os.fsencode(run_dir.absolute() / name)) for name in SOCKETS)
    if longest > LONGEST_SOCKET:
        raise RunDirError(
            f"{run_dir.absolute()} is {longest - LONGEST_SOCKET} bytes too long for the sockets in it: "
            f"name a shorter directory with --run-dir"
        )
    try:
        run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = run_dir.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
            raise RunDirError(f"{run_dir} is not a directory of yours: name another with --run-dir")
        run_dir.chmod(0o700)
    except FileExistsError:
        raise RunDirError(f"{run_dir} is a file: name another directory with --run-dir") from None
    except OSError as error:
        raise RunDirError(
            f"{run_dir} cannot be made or written ({error.strerror}): name another directory with --run-dir"
        ) from None


class Lock:
    """Held while a car runs in the directory; the kernel lets go of it when its process ends, however that happens."""

    def __init__(self, run_dir: Path) -> None:
        self._path = run_dir / LOCK_FILE
        self._file = -1

    def __enter__(self) -> Self:
        """Raises `RunDirError` when another car holds it, or when it cannot be written."""
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, str(os.getpid()).encode(), 0)
        except BlockingIOError:
            self.__exit__()
            raise RunDirError(
                f"a car already runs in {self._path.parent} (pid {_pid(self._path)}): end it with Ctrl-C or "
                f"`kill {_pid(self._path)}`, or start a second one with another --run-dir"
            ) from None
        except OSError as error:
            self.__exit__()
            raise RunDirError(
                f"{self._path} cannot be written ({error.strerror}): make room, or name another with --run-dir"
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._file >= 0:
            os.close(self._file)


def running_pid(run_dir: Path) -> int | None:
    """The process id of the supervisor that runs there; None when there is none."""
    try:
        file = os.open(run_dir / LOCK_FILE, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = _pid(run_dir / LOCK_FILE)
        return int(text) if text.isdigit() else None
    else:
        return None
    finally:
        os.close(file)


def clean(run_dir: Path) -> None:
    """Remove what an earlier car that was killed left behind; only while holding the lock."""
    for name in (*SOCKETS, SECRET_FILE, GRANTS_FILE, STATE_FILE):
        (run_dir / name).unlink(missing_ok=True)
    shutil.rmtree(run_dir / KEPT_DIR, ignore_errors=True)


def _pid(path: Path) -> str:
    try:
        return path.read_text().strip() or "unknown"
    except OSError:
        return "unknown"
