"""The process of somebody who gets into the emulated car, says where to, and drives as the navigation says."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from carservices.api.contract import BoundStream
from carservices.api.navigation import Navigation
from carservices.api.pilot import Pilot
from carservices.bus import Car
from carservices.bus.errors import CallError
from carservices.bus.process import run_process
from carservices.hal.registry import BadOptions

NAME = "pilot"
RETRY_S = 1.0
"""s until it is asked for again when the navigation cannot answer yet."""

S = TypeVar("S")
log = logging.getLogger(__name__)


def run_pilot(
    run_dir: Path, to: str, ready: Callable[[], None] = lambda: None, beat: Callable[[], None] = lambda: None
) -> None:
    """Drive to the place that ``to`` finds first, until SIGTERM."""

    async def drive() -> None:
        async with await Car.connect(run_dir, name=NAME) as car:
            ready()
            await set_out(car, to)
            await Pilot(car).start()
            await asyncio.Event().wait()

    run_process(drive, beat)


async def set_out(car: Car, to: str) -> None:
    """Make a place the destination as soon as there are a map and a position. Raises `BadOptions` where it is none."""
    navigation = car.service(Navigation)
    await _until(navigation.maps, lambda maps: maps.current is not None and maps.engine is not None)
    await _until(navigation.position, lambda position: True)
    while True:
        try:
            places = await navigation.search(to, limit=1)
            if not places:
                raise BadOptions(f"--to: no place is called '{to}' on this map: try fewer words, or 53.557,13.261")
            await navigation.navigate_to(places[0])
        except CallError as error:
            log.warning("'%s' is no destination yet: %s", to, error.message)
            await asyncio.sleep(RETRY_S)
        else:
            return


async def _until(stream: BoundStream[S], wanted: Callable[[S], bool]) -> None:
    """Wait for a state."""
    come = asyncio.Event()
    watch = await stream.watch(lambda state: come.set() if state is not None and wanted(state) else None)
    await come.wait()
    await watch.close()
