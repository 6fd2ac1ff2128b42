"""The process of one HAL: connects a plugin to the hub, keeps its last values, and passes commands on."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from carservices.bus import CallError, Car, CarError, wire
from carservices.bus.identity import KEPT_DIR
from carservices.bus.process import run_process
from carservices.bus.rows import Row, Rows
from carservices.hal import Hal, HalError, Health, SetError
from carservices.hal.registry import create
from carservices.signals import Code, SignalConfig, Value

log = logging.getLogger(__name__)

HEALTH_SECONDS = 5.0
GATHERED = 100
"""Values of one turn of the loop that leave together at the latest; a frame for each would cost the hub ten times
that."""
WORDS = {Code.ACCESS_DENIED: "PERMISSION_DENIED", Code.INVALID_ARG: "INVALID_ARGUMENT", Code.INTERNAL_ERROR: "INTERNAL"}


class HalHost:
    """One HAL on the bus, by the name ``hal.NAME``."""

    def __init__(self, car: Car, hal: Hal[Any]) -> None:
        self._car = car
        self._hal = hal
        self._configs: Sequence[SignalConfig] = ()
        self._index: dict[str, int] = {}
        self._last: dict[int, Row] = {}
        self._gathered: list[Row] | None = None
        self._fault: ValueError | None = None
        """Of a batch that could not be sent after its turn had ended."""
        self._rows = Rows(car)

    @property
    def unsent(self) -> int:
        """Signals whose newest value the hub has not taken yet."""
        return self._rows.unsent

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until the HAL's events end. Raises HalError when the source is lost."""
        self._configs = await self._hal.open()
        try:
            self._index = {config.path: i for i, config in enumerate(self._configs)}
            if len(self._index) != len(self._configs):
                raise HalError(f"{self._car.name} offers a path twice: each path needs one config")
            self._car.serve_locally(self._serve)
            self._car.on_connection(self._connection)
            await self._announce()
            ready()
            health = asyncio.create_task(self._report_health())
            try:
                async for batch in self._hal.events():
                    self.publish(batch)
            finally:
                self._end_turn()
                health.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await health
        finally:
            await self._hal.close()

    def _connection(self, up: bool) -> None:
        self._rows.announced = False
        if up:
            self._car.spawn(self._announce_again())

    async def _announce_again(self) -> None:
        try:
            await self._announce()
        except CarError as error:  # the hub went away once more: the next connection does it
            log.warning("%s: its signals could not be announced: %s", self._car.name, error)

    async def _announce(self) -> None:
        """Say what is on offer and every value known by now; also after a restart of the hub."""
        configs = [config.model_dump(mode="json") for config in self._configs]
        taken = await self._car.call(wire.HUB, "announce", configs)
        if taken:
            log.warning("%s: another HAL already offers %s", self._car.name, ", ".join(taken))
        self._rows.announced = True
        if self._gathered:
            self._gathered = []  # it is all among the last values
        self._rows.send(list(self._last.values()))

    def publish(self, batch: Sequence[Value]) -> None:
        """The first batch of a turn of the loop leaves at once; those that follow in the same turn go together.

        Raises ValueError for a value that cannot travel, also for one of an earlier turn.
        """
        if self._fault is not None:
            raise self._fault
        rows: list[Row] = []
        for value in batch:
            index = self._index.get(value.path)
            if index is None:
                raise HalError(f"{self._car.name} speaks of {value.path}, which its open() did not offer")
            self._last[index] = row = (index, value.value, value.timestamp, value.status)
            rows.append(row)
        if self._gathered is None:
            self._rows.send(rows)
            self._gathered = []
            asyncio.get_running_loop().call_soon(self._end_turn)
        else:
            self._gathered += rows
            if len(self._gathered) >= GATHERED:
                self._rows.send(self._gathered)
                self._gathered = []

    def _end_turn(self) -> None:
        rows, self._gathered = self._gathered, None
        if rows:
            try:
                self._rows.send(rows)
            except ValueError as error:
                self._fault = error

    async def _serve(self, _caller: str, method: str, params: Any) -> Any:
        try:
            if method == "set":
                index, value = params
                return await self._hal.set(self._configs[index].path, value)
            if method == "subscribe":
                index, rate = params
                return await self._hal.subscribe(self._configs[index].path, float(rate))
            if method == "control":
                verb, arguments = params
                return await self._hal.control(str(verb), dict(arguments))
        except SetError as error:
            details = {"status": int(error.code), "blocking": error.blocking}
            raise CallError(WORDS.get(error.code, "UNAVAILABLE"), error.reason, details) from error
        except (HalError, ValueError) as error:
            raise CallError("INVALID_ARGUMENT", str(error), {"status": int(Code.INVALID_ARG)}) from error
        except Exception as error:
            log.exception("%s.%s failed", self._car.name, method)
            status = {"status": int(Code.INTERNAL_ERROR)}
            raise CallError("INTERNAL", f"{self._car.name}: {method} failed ({error})", status) from error
        raise CallError("UNSUPPORTED", f"{self._car.name} takes no '{method}'")

    async def _report_health(self) -> None:
        told = ""
        while True:
            try:
                health = await self._hal.health()
            except Exception as error:  # the values are worth more
                health = Health(ok=False, message=f"health() failed: {type(error).__name__}: {error}")
                if told != health.message:
                    log.exception("%s: health() failed", self._car.name)
                told = health.message
            state = {"ok": health.ok, "message": health.message, "figures": health.figures}
            self._car.publish(f"{self._car.name}.health", state)
            await asyncio.sleep(HEALTH_SECONDS)


def run_hal(
    run_dir: Path,
    name: str,
    options: Mapping[str, Any],
    ready: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Serve the HAL of this entry-point name until SIGTERM or until its source is lost (HalError)."""

    async def serve() -> None:
        hal = create(name, options)
        hal.keep_in = run_dir / KEPT_DIR / name
        async with await Car.connect(run_dir, name=f"hal.{name}") as car:
            await HalHost(car, hal).run(ready)
        raise HalError(f"HAL {name}: its events() ended, and nobody has closed it: yield values until close()")

    run_process(serve, beat)
