"""`carservices emulator` and `carservices run`: start a car in the foreground and keep it until Ctrl-C."""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carservices.cli.common import Usage, add_run_dir, parser, picture, positive
from carservices.signals import VSS_VARIABLE
from carservices.system import run_dir, settings
from carservices.system.display import has_display

if TYPE_CHECKING:
    from carservices.system.spec import Facts, ProcessSpec

STDOUT = 1
EMULATED = "emulated"
"""Database and mapping of the emulated car (`carservices_hal.cars`)."""
DOORS = ("kuksa", "viss")
GNSS = ("exact", "open", "urban")
READ_CATALOGUE = """
import sys
from carservices.signals import Catalogue, CatalogueError
try:
    Catalogue.default()
except CatalogueError as error:
    sys.exit(str(error))
"""
HINT = "Ctrl-C ends it; `carservices ps`, `log -f` and `signals watch Vehicle.Speed` look inside"


def emulator(arguments: list[str]) -> int:
    """Start an emulated car."""
    options = parser("emulator", "Start an emulated electric car: hub, HAL, services, cockpit and control panel.")
    options.add_argument("--profile", metavar="P", help="which car: a name or a TOML file of yours")
    options.add_argument("--scenario", metavar="S", help="what happens: a name or a TOML file of yours")
    options.add_argument("--speed", type=positive, metavar="X", help="how fast time runs (1 is real time)")
    options.add_argument(
        "--to", metavar="PLACE", help="drive there as the navigation says, instead of the scenario's way"
    )
    options.add_argument("--gnss", choices=GNSS, help="how good the satellite receiver is (default: exact)")
    options.add_argument(
        "--nmea", metavar="WHERE", help="the receiver's NMEA goes to tcp:PORT, pty, pty:LINK or a FILE"
    )
    options.add_argument("--no-panel", action="store_true", help="without the emulator's control panel")
    options.add_argument(
        "--can",
        nargs="?",
        const="zmq",
        metavar="INTERFACE[:CHANNEL]",
        help="through a CAN bus of python-can; alone, through one of our own that needs no hardware",
    )
    _add_cockpit(options)
    _add_doors(options)
    chosen = options.parse_args(arguments)
    kept = _settings()
    if kept.profile and chosen.profile is None:
        _say(f"the car is '{kept.profile}', as the settings say; --profile takes another")
    given = {
        "profile": (kept.profile or None) if chosen.profile is None else chosen.profile,
        "scenario": chosen.scenario,
        "speed": chosen.speed,
        "gnss": chosen.gnss,
        "nmea": chosen.nmea,
    }
    hals = {"emulator": {key: value for key, value in given.items() if value is not None}}
    if chosen.can is not None:
        bus = can_bus(chosen.can, chosen.run_dir)
        _say("CAN bus: " + " ".join(f"--{key} {value}" for key, value in bus.items()))
        hals["emulator"]["can"] = bus
        hals["can"] = {"dbc": EMULATED, "mapping": EMULATED, **bus}
    return _drive(chosen, hals, kept, panel=kept.developer and not chosen.no_panel, must_start=True, to=chosen.to)


def run(arguments: list[str]) -> int:
    """Start the car on real HALs."""
    options = parser("run", "Start the car on the HALs that are named, each in a process of its own.")
    options.add_argument(
        "--hal", action="append", required=True, type=hal, metavar="NAME", help="may be given several times"
    )
    options.add_argument(
        "--hal-option",
        action="append",
        default=[],
        metavar="[NAME.]KEY=VALUE",
        help="an option of a HAL; NAME. may be left out when there is one HAL",
    )
    _add_cockpit(options)
    _add_doors(options)
    chosen = options.parse_args(arguments)
    return _drive(chosen, _hal_options(chosen.hal, chosen.hal_option), _settings(), panel=False, must_start=False)


def _add_cockpit(options: argparse.ArgumentParser) -> None:
    options.add_argument("--headless", action="store_true", help="without any window")
    options.add_argument("--size", type=size, metavar="WxH", help="of the cockpit's window, in pixels")
    options.add_argument("--screenshot", type=picture, metavar="PNG", help="write a picture of the cockpit and end")
    options.add_argument("--after", type=positive, default=5.0, metavar="SECONDS", help="when (default: %(default)g)")
    options.add_argument(
        "--vss",
        action="append",
        default=[],
        metavar="FILE",
        help="VSS JSON whose signals this car knows, too; may be given several times",
    )
    add_run_dir(options)


def _add_doors(options: argparse.ArgumentParser) -> None:
    options.add_argument("--door", type=doors, metavar="NAMES", help="doors for foreign clients: kuksa, viss or both")
    options.add_argument(
        "--door-option", action="append", default=[], metavar="KEY=VALUE", help="such as kuksa_port=55556 or open=true"
    )


def doors(text: str) -> list[str]:
    """``kuksa,viss`` as names of doors."""
    names = text.split(",")
    if unknown := [name for name in names if name not in DOORS]:
        raise argparse.ArgumentTypeError(f"there is no door '{unknown[0]}': the doors are {', '.join(DOORS)}")
    return names


def hal(text: str) -> str:
    """A name that can be a file's, as of a log."""
    if not text or "/" in text or not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a HAL: `carservices hal list` shows those there are")
    return text


def _door_options(names: Sequence[str] | None, texts: Sequence[str]) -> dict[str, Any]:
    if texts and not names:
        raise Usage("--door-option goes with --door: say which, as in --door kuksa")
    pairs = [text.partition("=") for text in texts]
    if bad := [key for key, equals, _ in pairs if not equals]:
        raise Usage(f"--door-option '{bad[0]}': write KEY=VALUE")
    return {key: value for key, _, value in pairs} | {"doors": names or DOORS}


def can_bus(text: str, directory: Path) -> dict[str, str]:
    """``interface:channel`` as options of a HAL; a car in a run directory of its own gets a ZeroMQ bus of its own."""
    interface, _, channel = text.partition(":")
    if not channel and interface == "zmq":
        place = directory.absolute()
        own = place != run_dir.default_run_dir().absolute()
        channel = f"car-{zlib.crc32(bytes(place)):08x}" if own else "car"
    return {"interface": interface} | ({"channel": channel} if channel else {})


def size(text: str) -> tuple[int, int]:
    """``1280x720`` as numbers of pixels."""
    found = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"'{text}' is no size: write 1280x720")
    width, height = int(found[1]), int(found[2])
    if width not in settings.PIXELS or height not in settings.PIXELS:
        least, most = settings.PIXELS.start, settings.PIXELS.stop - 1
        raise argparse.ArgumentTypeError(f"'{text}': each side takes {least} to {most} pixels")
    return width, height


def _hal_options(names: list[str], texts: list[str]) -> dict[str, dict[str, Any]]:
    hals: dict[str, dict[str, Any]] = {name: {} for name in names}
    for text in texts:
        key, equals, value = text.partition("=")
        name, dot, option = key.rpartition(".")
        if not dot and len(hals) == 1:
            name = names[0]
        if not equals or name not in hals:
            form = "KEY=VALUE" if len(hals) == 1 else "NAME.KEY=VALUE"
            raise Usage(f"--hal-option '{text}': write {form}; the HALs are {', '.join(hals)}")
        try:
            hals[name][option] = json.loads(value) if value[:1] in ("[", "{") else value
        except (ValueError, RecursionError) as error:
            raise Usage(f"--hal-option '{text:.80}' is no JSON: {error}") from None
    return hals


def _lay_over(files: Sequence[str]) -> None:
    """Let every process of the car know their signals; a broken one is said before anything starts.

    A process of its own reads them: what a catalogue needs, such as pydantic, is nothing for the supervisor to carry.
    """
    given = os.environ.get(VSS_VARIABLE, "").split(os.pathsep) + [str(Path(file).absolute()) for file in files]
    if not any(given):
        return
    laid = {VSS_VARIABLE: os.pathsep.join(filter(None, given))}
    read = subprocess.run(
        [sys.executable, "-c", READ_CATALOGUE], env=os.environ | laid, stderr=subprocess.PIPE, text=True, check=False
    )
    if read.returncode:
        raise Usage(read.stderr.strip())
    os.environ.update(laid)


def _settings() -> settings.Settings:
    kept, problem = settings.load()
    if problem:
        _say(problem)
    return kept


def _drive(
    chosen: argparse.Namespace,
    hals: Mapping[str, Mapping[str, Any]],
    kept: settings.Settings,
    *,
    panel: bool,
    must_start: bool,
    to: str | None = None,
) -> int:
    """Hold the run directory and supervise until the end. Raises `RunDirError`."""
    import asyncio

    from carservices.system.spec import Facts
    from carservices.system.table import car_table

    _lay_over(chosen.vss)
    directory: Path = chosen.run_dir.absolute()
    shell: dict[str, Any] = {"size": chosen.size or (kept.width, kept.height)}
    if chosen.screenshot:
        shell["screenshot"] = chosen.screenshot
    display = has_display() and not chosen.headless and not chosen.screenshot
    if not (display or chosen.headless or chosen.screenshot):
        _say(
            "no display (DISPLAY and WAYLAND_DISPLAY are not set), so no window; "
            "`carservices screenshot car.png` makes a picture"
        )
    keeps = run_dir.state_dir()
    ends = must_start or chosen.screenshot is not None
    opened = _door_options(chosen.door, chosen.door_option)
    table = car_table(keeps, hals, must_start=must_start, shell=shell, window_ends_car=ends, doors=opened, to=to)
    facts = Facts(display=display, developer=panel and chosen.screenshot is None, doors=bool(chosen.door))
    picture_after = chosen.after if chosen.screenshot else None
    run_dir.prepare(directory)
    with run_dir.Lock(directory):
        run_dir.clean(directory)
        _say(f"the car starts in {directory} (pid {os.getpid()}). {HINT}")
        return asyncio.run(_supervise(directory, keeps, table, facts, picture_after))


async def _supervise(
    directory: Path, keeps: Path, table: Sequence["ProcessSpec"], facts: "Facts", picture_after: float | None
) -> int:
    import asyncio

    from carservices.system.supervisor import Supervisor

    supervisor = Supervisor(directory, keeps, table, facts, _say)
    if picture_after is not None:  # the cockpit begins then, draws into the file, and its end ends the car
        asyncio.get_running_loop().call_later(picture_after, partial(supervisor.change, display=True))
    return await supervisor.run()


def _say(text: str) -> None:
    """Unbuffered, and nobody has to listen: a closed terminal or a full disk does not end the car."""
    with contextlib.suppress(OSError):
        os.write(STDOUT, f"carservices: {text}\n".encode(errors="surrogateescape"))
