"""`carservices log`: what the processes of a car said, merged by time."""

import json
import re
from collections import deque
from pathlib import Path

from carservices.cli.common import Usage, add_json, add_run_dir, count, end_with_reader, parser
from carservices.system import logs
from carservices.system.logs import Entry
from carservices.system.run_dir import LOG_DIR
from carservices.system.state import NotRunning, load

COMMANDS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
"""What a terminal would obey; some that write logs are not trusted."""


def main(arguments: list[str]) -> int:
    """Print logs; also those of a car that has ended."""
    options = parser("log", "What the processes of a car said, merged by time.")
    options.add_argument("-f", "--follow", action="store_true", help="go on with what is said from now on")
    options.add_argument("-s", "--service", action="append", metavar="NAME", help="only this one; may be repeated")
    options.add_argument("-n", "--lines", type=count, default=1000, metavar="N", help="default: %(default)s")
    add_json(options)
    add_run_dir(options)
    chosen = options.parse_args(arguments)
    directory = chosen.run_dir / LOG_DIR
    there = logs.names(directory)
    known = sorted({*there, *_processes(chosen.run_dir)})
    if unknown := sorted(set(chosen.service or ()) - set(known)):
        raise Usage(f"no log of '{unknown[0]}' in {directory}; there are {', '.join(known) or 'none'}")
    if not (there or chosen.follow):
        raise NotRunning(f"no logs in {directory}: start a car with `carservices emulator`")
    show = _show_json if chosen.json else _show
    ends = logs.ends(directory, chosen.service or there)
    for entry in deque(logs.read(directory, ends), chosen.lines):
        show(entry)
    if chosen.follow:
        end_with_reader()
        for entry in logs.follow(directory, lambda: chosen.service or logs.names(directory), ends):
            show(entry)
    return 0


def _processes(directory: Path) -> list[str]:
    """Of the running car; one of them may have said nothing yet."""
    try:
        return [process.name for process in load(directory).processes]
    except NotRunning:
        return []


def _show(entry: Entry) -> None:
    text = COMMANDS.sub(lambda found: f"\\x{ord(found[0]):02x}", entry.text)
    print(f"{entry.time} {entry.name:14} {text}", flush=True)


def _show_json(entry: Entry) -> None:
    print(json.dumps(entry._asdict()), flush=True)
