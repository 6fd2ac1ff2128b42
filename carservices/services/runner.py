"""The process of one system service: connect by its name, start, take calls until told to stop."""

import gc
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from carservices.api import Contract
from carservices.bus import Car
from carservices.bus.process import run_process


def load_service(target: str) -> type[Contract]:
    """The implementation behind ``package.module:Class``."""
    module, _, name = target.partition(":")
    service: type[Contract] = getattr(import_module(module), name)
    return service


def run_service(
    run_dir: Path,
    target: str,
    options: Mapping[str, Any] | None = None,
    ready: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM; ``ready`` once calls are taken. The service is made with these options."""
    run_process(lambda: serve(run_dir, target, options or {}, ready), beat)


async def serve(run_dir: Path, target: str, options: Mapping[str, Any], ready: Callable[[], None]) -> None:
    """Connect, and serve until cancelled, or until what runs beside the calls fails with whatever it raises."""
    service = load_service(target)(**options)
    async with await Car.connect(run_dir, name=service.name) as car:
        await begin(service, car)
        try:
            keep_what_is_there()
            ready()
            await service.run()
        finally:
            await service.stop()


async def begin(service: Contract, car: Car) -> None:
    """Start a service on its connection: its calls are taken before its first states are seen."""
    service.car = car
    with car.holding_states():
        await service.start()
        await car.provide(service)


def keep_what_is_there() -> None:
    """What a service has built at its start stays: collections that look through it again stop it for 30 ms each."""
    gc.collect()
    gc.freeze()
