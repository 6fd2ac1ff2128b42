"""`carservices ps` and `carservices service`: the processes of the running car, as its supervisor sees them."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from carservices.cli.common import Usage, add_json, add_run_dir, parser, show_json, show_table
from carservices.system.control import ask
from carservices.system.state import STALE_SECONDS, ProcessState, load

HEALTH_SECONDS = 1.0
"""A hub that does not answer keeps nobody from the table."""
HEAD = ("NAME", "STATE", "PID", "CPU %", "MB", "UP", "RESTARTS", "LAST END")


def ps(arguments: list[str]) -> int:
    """List the processes."""
    options = parser("ps", "The processes of the running car.")
    add_json(options)
    add_run_dir(options)
    chosen = options.parse_args(arguments)
    car = load(chosen.run_dir)
    health = _health(chosen.run_dir, [one.name for one in car.processes if one.state == "running"])
    if chosen.json:
        processes = [{**asdict(one), "health": health.get(one.name)} for one in car.processes]
        show_json({**asdict(car), "processes": processes})
        return 0
    now = time.time()
    show_table(HEAD, [_row(one, now) for one in car.processes])
    for name, said in health.items():
        if words := _health_words(said):
            print(f"{name}: {words}")
    if (age := time.monotonic() - car.at) > STALE_SECONDS:
        print(f"this is {age:.0f} s old: the supervisor writes it no more; is the disk of {chosen.run_dir} full?")
    if car.facts["safe_mode"]:
        print("safe mode: a critical process failed; `carservices log` says why")
    return 0


def service(arguments: list[str]) -> int:
    """List processes, restart one, change the facts."""
    options = parser("service", "The processes of the running car.")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="list|restart|facts")
    listing = verbs.add_parser("list", help="as `carservices ps`")
    restart = verbs.add_parser("restart", help="end one and start it again, also one that failed")
    restart.add_argument("name")
    facts = verbs.add_parser("facts", help="what the process table depends on; NAME=on or NAME=off changes it")
    facts.add_argument("facts", nargs="*", metavar="NAME=on|off")
    for one in (listing, facts):
        add_json(one)
    for one in (listing, restart, facts):
        add_run_dir(one)
    chosen = options.parse_args(arguments)
    if chosen.verb == "list":
        return ps(arguments[1:])
    if chosen.verb == "restart":
        ask(chosen.run_dir, "restart", name=chosen.name)
        return 0
    now = ask(chosen.run_dir, "facts", facts=dict(map(_fact, chosen.facts)))
    if chosen.json:
        show_json(now)
    else:
        show_table(("FACT", ""), [(name, "on" if value else "off") for name, value in now.items()])
    return 0


def _health(run_dir: Path, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each running HAL says of its source; nothing of those that have not said anything yet."""
    hals = [name for name in names if name.startswith("hal.")]
    found: dict[str, dict[str, Any]] = {}

    async def ask_each() -> None:
        async with await Car.connect(run_dir, timeout=HEALTH_SECONDS) as car, asyncio.timeout(HEALTH_SECONDS):
            for name in hals:
                if (said := await car.last(f"{name}.health")) is not None:
                    found[name] = said

    if hals:
        import asyncio  # costs 30 ms, for which no help has to wait

        from carservices.bus import Car, CarError

        with contextlib.suppress(CarError, TimeoutError):
            asyncio.run(ask_each())
    return found


def _health_words(said: dict[str, Any]) -> str:
    words = said["message"] or ("" if said["ok"] else "not ok")
    figures = ", ".join(f"{name} {figure:g}" for name, figure in said["figures"].items())
    return "; ".join(part for part in (words, figures) if part)


def _fact(text: str) -> tuple[str, bool]:
    name, _, value = text.partition("=")
    if value not in ("on", "off"):
        raise Usage(f"'{text}': write NAME=on or NAME=off")
    return name, value == "on"


def _row(one: ProcessState, now: float) -> tuple[object, ...]:
    return (
        one.name,
        one.state,
        one.pid,
        None if one.cpu is None else f"{one.cpu:.1f}",
        None if one.rss is None else f"{one.rss / 1e6:.0f}",
        None if one.started is None else _duration(now - one.started),
        one.restarts,
        one.reason or one.last_exit,
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
