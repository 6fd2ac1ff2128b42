"""`carservices app run|inspect`: an app in a car, new after each save, and what its developer wants to know of it."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from carservices.app.manifest import ManifestError, load
from carservices.cli.common import Failed, add_json, add_run_dir, parser, show_json, with_car
from carservices.system.run_dir import running_pid

if TYPE_CHECKING:
    from carservices.api.inspection import Inspection
    from carservices.bus import Car

START_SECONDS = 60.0
"""For the car, until its app host takes calls."""
END_SECONDS = 20.0
PAUSE_SECONDS = 0.2


def run(arguments: list[str]) -> int:
    """Try an app until Ctrl-C."""
    options = parser(
        "app run",
        "Run the app of a folder in the car that runs, or in an emulated one that is started for it. "
        "Each save is there within a second; Ctrl-C ends it.",
    )
    options.add_argument("folder", type=Path, nargs="?", default=Path(), help="with app.toml (default: here)")
    options.add_argument("--headless", action="store_true", help="without a window: print what it shows as text")
    options.add_argument("--grant", action="store_true", help="give it every permission that it asks for")
    add_run_dir(options)
    chosen = options.parse_args(arguments[1:])
    folder = chosen.folder.resolve()
    try:
        load(folder)
    except ManifestError as error:
        raise Failed(str(error)) from None

    async def develop(car: "Car") -> int:
        from carservices.api.apps import Apps
        from carservices.apptools.workbench import Workbench

        apps = car.service(Apps)
        await _served(car)
        _say(f"{folder} runs in {chosen.run_dir}; each save starts it anew, Ctrl-C ends it")
        await Workbench(apps, folder, _say, screens=chosen.headless, grant=chosen.grant).run()
        return 0

    with _some_car(chosen.run_dir, headless=chosen.headless):
        return with_car(chosen.run_dir, develop)


async def _served(car: "Car") -> None:
    """Wait for the app host of a car that has just started."""
    from carservices.api.apps import Apps

    async with asyncio.timeout(START_SECONDS):
        while await car.service(Apps).apps.last() is None:  # noqa: ASYNC110 - polls another process
            await asyncio.sleep(PAUSE_SECONDS)


@contextlib.contextmanager
def _some_car(run_dir: Path, *, headless: bool) -> Iterator[None]:
    """The car that runs, or one for this time."""
    if running_pid(run_dir) is not None:
        yield
        return
    for number in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C, so that no car is left behind
        signal.signal(number, signal.default_int_handler)
    command = [sys.executable, "-m", "carservices.cli.main", "emulator", "--run-dir", str(run_dir)]
    car = subprocess.Popen(  # a session of its own: Ctrl-C is for us, and the car ends after the app
        [*command, *["--headless"] * headless], stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not (run_dir / "topics.sock").exists() or running_pid(run_dir) is None:
            if car.poll() is not None or time.monotonic() > deadline:
                raise Failed("the car did not start: `carservices emulator` says more")
            time.sleep(PAUSE_SECONDS)
        yield
    finally:
        car.send_signal(signal.SIGINT)
        try:
            car.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            car.kill()


def _say(text: str) -> None:
    print(text, flush=True)


# -- inspect ---------------------------------------------------------------------------------------------------------


def inspect(arguments: list[str]) -> int:
    """Look into a running app."""
    options = parser("app inspect", "What a running app is at: its step, what was cut and why, the talk on its link.")
    options.add_argument("app", help="its id")
    options.add_argument("-f", "--follow", action="store_true", help="go on with what changes, until Ctrl-C")
    add_json(options)
    add_run_dir(options)
    chosen = options.parse_args(arguments[1:])

    async def look(car: "Car") -> int:
        from carservices.api.apps import Apps

        before, after = "", 0
        while True:
            now = await car.service(Apps).inspect(chosen.app, after)
            after = max([after, *(message.number for message in now.messages)])
            if chosen.json:
                show_json(now.model_dump(mode="json"))
            else:
                before = _show(now, before)
            if not chosen.follow:
                return 0
            await asyncio.sleep(PAUSE_SECONDS)

    return with_car(chosen.run_dir, look)


def _show(now: "Inspection", before: str) -> str:
    """Print what is another; returns the part about its screen."""
    for message in now.messages:
        at = datetime.fromtimestamp(message.at).strftime("%H:%M:%S.%f")[:-3]
        print(f"{at} {'→' if message.sender == 'host' else '←'} {message.kind:11} {message.text}")
    lines = [
        f"{now.app}: {now.state}, {now.template or 'no template'}, version {now.seq}, depth {now.depth}",
        f"step {now.step} of {now.steps}",
        f"restrictions: {', '.join(now.restrictions) or 'none'}",
        *(f"cut: {cut}" for cut in now.cuts),
        *([f"refused: {now.refused}"] if now.refused else []),
    ]
    text = "\n".join(lines)
    if text != before:
        print(text, flush=True)
    return text
