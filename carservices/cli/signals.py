"""`carservices signals`: list, get, set, watch, inject, record and replay the signals of the running car."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from carservices.cli import tape, values
from carservices.cli.common import (
    Usage,
    add_json,
    add_run_dir,
    count,
    parser,
    positive,
    show_json,
    show_table,
    with_car,
)
from carservices.signals import GlobSet, SignalConfig, Status, Value

if TYPE_CHECKING:
    from carservices.bus import Car

HEAD = ("PATH", "TYPE", "UNIT", "ACCESS", "CHANGES", "RANGE", "HZ")


def main(arguments: list[str]) -> int:
    """Run one of the verbs."""
    options = parser("signals", "The signals of the running car; GLOBs know * (one level) and ** (any depth).")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="list|get|set|watch|inject|record|replay")
    listing = verbs.add_parser("list", help="what is on offer")
    get = verbs.add_parser("get", help="the last values")
    watch = verbs.add_parser("watch", help="the last values and each change, until Ctrl-C")
    put = verbs.add_parser("set", help="command the car and wait until it confirms")
    inject = verbs.add_parser("inject", help="pretend that the car had said so")
    record = verbs.add_parser("record", help="values with their times into a file, until Ctrl-C")
    replay = verbs.add_parser("replay", help="inject a recording, as it happened")
    listing.add_argument("globs", nargs="*", metavar="GLOB")
    for one in (record, replay):
        one.add_argument("file", type=Path, metavar="FILE")
        one.add_argument("globs", nargs="*", default=["**"], metavar="GLOB", help="only these (default: all)")
    record.add_argument("--for", type=positive, dest="seconds", metavar="SECONDS", help="end after so long")
    replay.add_argument("--speed", type=positive, default=1.0, metavar="X", help="1 is real time")
    replay.add_argument("--loop", action="store_true", help="until Ctrl-C")
    for one in (get, watch):
        one.add_argument("globs", nargs="+", metavar="GLOB")
    for one in (watch, record):
        one.add_argument("--rate", type=positive, metavar="HZ", help="of continuous signals (default: the highest)")
    watch.add_argument("--count", type=count, metavar="N", help="end after so many lines")
    for one in (put, inject):
        one.add_argument("path", metavar="PATH")
        one.add_argument("value", metavar="VALUE")
    put.add_argument("--timeout", type=positive, default=10.0, metavar="SECONDS", help="default: %(default)g")
    inject.add_argument(
        "--status", choices=[status.name.lower() for status in Status], default="available", help="with which status"
    )
    for one in (get, watch, put, inject):
        one.add_argument("--unit", metavar="U", help="such as mph, Fahrenheit or bar")
    for one in (listing, get, watch, put):
        add_json(one)
    for one in (listing, get, watch, put, inject, record, replay):
        add_run_dir(one)
    chosen = options.parse_args(arguments)
    if "globs" in chosen:
        GlobSet(*chosen.globs)  # a wrong one is told before there is a connection
    work = {
        "list": _list,
        "get": _get,
        "watch": _watch,
        "set": _set,
        "inject": _inject,
        "record": tape.record,
        "replay": tape.replay,
    }[chosen.verb]
    return with_car(chosen.run_dir, lambda car: work(car, chosen))


async def _list(car: "Car", chosen: argparse.Namespace) -> int:
    configs = await car.configs(*chosen.globs)
    if chosen.json:
        show_json([config.model_dump(mode="json") for config in configs.values()])
    else:
        show_table(HEAD, [_row(config) for config in configs.values()])
    return 0 if configs else _nothing(chosen.globs)


async def _get(car: "Car", chosen: argparse.Namespace) -> int:
    exact = [path for path in chosen.globs if "*" not in path and "!" not in path]
    found = {path: await car.get(path) for path in exact}
    if globs := [glob for glob in chosen.globs if glob not in exact]:
        found |= await car.get_all(*globs)
    configs = await car.configs(*chosen.globs)
    if chosen.json:
        show_json([values.data(value, configs.get(path), chosen.unit) for path, value in found.items()])
    else:
        for path, value in found.items():
            print(values.text(value, configs.get(path), chosen.unit))
    return 0 if found else _nothing(chosen.globs)


async def _watch(car: "Car", chosen: argparse.Namespace) -> int:
    configs = await car.configs(*chosen.globs)
    if not configs:
        print(f"carservices: no signal matches {' '.join(chosen.globs)} yet; waiting for one", file=sys.stderr)
    seen: asyncio.Queue[Value] = asyncio.Queue()
    watch = await car.watch(chosen.globs, seen.put_nowait, rate=chosen.rate)
    shown = 0
    while chosen.count is None or shown < chosen.count:
        value = await seen.get()
        if value.path not in configs:
            configs = await car.configs(*chosen.globs)  # its HAL came later
        config = configs.get(value.path)
        if chosen.json:
            print(json.dumps(values.data(value, config, chosen.unit)), flush=True)
        else:
            print(values.text(value, config, chosen.unit), flush=True)
        shown += 1
    await watch.close()
    return 0


async def _set(car: "Car", chosen: argparse.Namespace) -> int:
    config = await car.config(chosen.path)
    value = values.parse(chosen.value, config, chosen.unit)
    handle = await car.set(chosen.path, value, timeout=chosen.timeout)
    confirmed = await handle.confirmed()
    if chosen.json:
        show_json(values.data(confirmed, config, chosen.unit))
    else:
        print(f"{values.text(confirmed, config, chosen.unit)} (confirmed)")
    return 0


async def _inject(car: "Car", chosen: argparse.Namespace) -> int:
    config = await car.config(chosen.path)
    status = Status[chosen.status.upper()]
    value = values.parse(chosen.value, config, chosen.unit) if status is Status.AVAILABLE else None
    await car.inject(chosen.path, value, status)
    return 0


def _row(config: SignalConfig) -> tuple[object, ...]:
    limits = [f"{limit:g}" if limit is not None else "" for limit in (config.min, config.max)]
    allowed = ", ".join(map(str, config.allowed)) or ("…".join(limits) if any(limits) else None)
    rates = f"{config.min_rate:g}–{config.max_rate:g}" if config.max_rate else None
    return config.path, config.datatype, config.unit, config.access, config.change_mode, allowed, rates


def _nothing(globs: list[str]) -> int:
    raise Usage(f"no signal matches {' '.join(globs) or 'anything: no HAL runs'}")
