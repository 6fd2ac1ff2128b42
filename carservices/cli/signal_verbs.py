"""The work of `carservices signals`: what each verb does with the running car."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from carservices.bus.errors import UnknownSignal
from carservices.cli import values
from carservices.cli.common import Usage, end_of_car, end_with_reader, show_json, show_table
from carservices.signals import SignalConfig, Status, Value
from carservices.system.state import NotRunning

if TYPE_CHECKING:
    from carservices.bus import Car

HEAD = ("PATH", "TYPE", "UNIT", "ACCESS", "CHANGES", "RANGE", "HZ")


async def list_(car: "Car", chosen: argparse.Namespace) -> int:
    """What is on offer."""
    configs = await car.configs(*chosen.globs)
    if not configs:
        raise Usage(await _unknown(car, chosen.globs))
    if chosen.json:
        show_json([config.model_dump(mode="json") for config in configs.values()])
    else:
        show_table(HEAD, [_row(config) for config in configs.values()])
    return 0


async def get(car: "Car", chosen: argparse.Namespace) -> int:
    """The last values."""
    exact = [path for path in chosen.globs if _is_name(path)]
    found = {path: await car.get(path) for path in exact}
    if globs := [glob for glob in chosen.globs if glob not in exact]:
        found |= await car.get_all(*globs)
    if not found:
        raise Usage(await _unknown(car, chosen.globs))
    configs = await car.configs(*chosen.globs)
    if chosen.json:
        show_json([values.data(value, configs.get(path), chosen.unit) for path, value in found.items()])
    else:
        for path, value in found.items():
            print(values.text(value, configs.get(path), chosen.unit))
    return 0


async def watch(car: "Car", chosen: argparse.Namespace) -> int:
    """The last values and each change, until enough have come."""
    configs = await car.configs(*chosen.globs)
    if not configs:
        print(f"carservices: {await _unknown(car, chosen.globs)} (waiting for one)", file=sys.stderr)
    end_with_reader()
    seen: asyncio.Queue[Value | None] = asyncio.Queue()
    watching = await car.watch(chosen.globs, seen.put_nowait, rate=chosen.rate)
    ended = asyncio.create_task(end_of_car(chosen.run_dir))
    ended.add_done_callback(lambda _: seen.put_nowait(None))
    shown = 0
    while chosen.count is None or shown < chosen.count:
        if (value := await seen.get()) is None:
            raise NotRunning(f"the car in {chosen.run_dir} has ended")
        if value.path not in configs:
            configs = await car.configs(*chosen.globs)  # its HAL came later
        config = configs.get(value.path)
        if chosen.json:
            print(json.dumps(values.data(value, config, chosen.unit)), flush=True)
        else:
            print(values.text(value, config, chosen.unit), flush=True)
        shown += 1
    ended.cancel()
    await watching.close()
    return 0


async def set_(car: "Car", chosen: argparse.Namespace) -> int:
    """Command the car and wait until it confirms."""
    config = await car.config(chosen.path)
    value = values.parse(chosen.value, config, chosen.unit)
    handle = await car.set(chosen.path, value, timeout=chosen.timeout)
    confirmed = await handle.confirmed()
    if chosen.json:
        show_json(values.data(confirmed, config, chosen.unit))
    else:
        print(f"{values.text(confirmed, config, chosen.unit)} (confirmed)")
    return 0


async def inject(car: "Car", chosen: argparse.Namespace) -> int:
    """Pretend that the car had said so."""
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


def _is_name(glob: str) -> bool:
    return "*" not in glob and "!" not in glob


async def _unknown(car: "Car", globs: Sequence[str]) -> str:
    """That nothing is called so; a single name is told the nearest one there is."""
    if len(globs) == 1 and _is_name(globs[0]):
        try:
            await car.config(globs[0])
        except UnknownSignal as error:
            return str(error)
    return f"no signal matches {' '.join(globs) or 'anything: no HAL runs'}"
