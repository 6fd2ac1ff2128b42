"""What the verbs share: the option that names the car, a connection to it, tables and JSON."""

import argparse
import json
import math
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carservices.system.run_dir import default_run_dir, running_pid
from carservices.system.state import NotRunning

if TYPE_CHECKING:
    from carservices.bus import Car


LOOK_SECONDS = 0.5
"""Between two looks whether the car still runs."""


class Usage(Exception):
    """Arguments that make no sense together."""


class Failed(Exception):
    """What was asked for could not be done; the message says why and what to do."""


def parser(verb: str, purpose: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"carservices {verb}", description=purpose)


def add_run_dir(target: argparse.ArgumentParser) -> None:
    target.add_argument(
        "--run-dir",
        type=Path,
        default=default_run_dir(),
        metavar="DIR",
        help="which car: the directory with its sockets (default: %(default)s)",
    )


def add_json(target: argparse.ArgumentParser) -> None:
    target.add_argument("--json", action="store_true", help="print JSON")


def positive(text: str) -> float:
    """A finite number above 0, as argparse reads it."""
    number = _number(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is no number above 0")
    return number


def percent(text: str) -> float:
    """A number from 0 to 100, as argparse reads it."""
    number = _number(text)
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"'{text}' is no percentage from 0 to 100")
    return number


def _number(text: str) -> float:
    """NaN, which is within no limits, for what is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def count(text: str) -> int:
    """A whole number, 0 or above, as argparse reads it."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number")
    return int(text)


def picture(text: str) -> Path:
    """A file that can be written, as argparse reads it."""
    path = Path(text).absolute()
    if not os.access(path.parent, os.W_OK) or path.is_dir():
        raise argparse.ArgumentTypeError(f"'{text}' cannot be written: name a file in a directory of yours")
    return path


def with_car(run_dir: Path, work: Callable[["Car"], Coroutine[Any, Any, int]]) -> int:
    """Run a program on a connection to the car as a developer tool. Raises `NotRunning`, `CarError`."""
    if running_pid(run_dir) is None:
        raise NotRunning(f"no car runs in {run_dir}: start one with `carservices emulator`")

    import asyncio

    async def connected() -> int:
        from carservices.bus import Car

        async with await Car.connect(run_dir) as car:
            return await work(car)

    return asyncio.run(connected())


async def end_of_car(run_dir: Path) -> None:
    """Wait for the end of the car that runs there now; a hub that dies is none."""
    import asyncio

    pid = running_pid(run_dir)
    while pid is not None:
        await asyncio.sleep(LOOK_SECONDS)
        if running_pid(run_dir) != pid:
            return


def end_with_reader() -> None:
    """End as by Ctrl-C once nobody reads the pipe that is our output, also while there is nothing to write."""
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)  # an error is told without being asked for
    except (AttributeError, OSError):  # closed, or none
        return

    def wait() -> None:
        if any(events & select.POLLERR for _, events in poll.poll()):
            os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait, name="reader", daemon=True).start()


def show_json(data: Any) -> None:
    print(json.dumps(data, indent=1, default=_plain), flush=True)


def _plain(value: Any) -> str:
    """What JSON has no word for: bytes in hexadecimal digits, others as text."""
    return value.hex() if isinstance(value, bytes) else str(value)


def show_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as their widest cell; nothing for None."""
    lines = [head, *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip(), flush=True)
