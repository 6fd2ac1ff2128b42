"""The OBD HAL: a car read through an ELM327 adapter, on a serial port or by TCP."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

from pydantic import Field

from carservices.hal import Hal, HalError, Health, Options
from carservices.hal.diagnose import Answers, Ecu, Request
from carservices.signals import Catalogue, SignalConfig, Status
from carservices_hal.can.outbox import Outbox
from carservices_hal.obd.adapter import Adapter
from carservices_hal.obd.pids import PIDS, SLOW_SECONDS, SUPPORTED, VIN, VIN_REQUEST, Pid, listed

MISSES = 3
"""Requests without an answer in a row after which a signal is unavailable."""
LOST = 10
"""Requests without any answer in a row after which the car is."""
OFFSET = 8
"""From a unit's request id to that of its answer (ISO 15765-4, 11-bit)."""


class ObdOptions(Options):
    """``port`` is a device or ``socket://host:port``; ``ecus`` are further units by name: their request ids."""

    port: str = "/dev/ttyUSB0"
    baud: Literal[9600, 38400, 115200] = 38400
    ecus: dict[str, int] = Field(default_factory=dict)


class ObdHal(Hal[ObdOptions]):
    """Offers what the car says it has of `PIDS`; everything is read-only."""

    Options = ObdOptions

    def __init__(self, options: ObdOptions) -> None:
        super().__init__(options)
        self._adapter = Adapter(options.port, options.baud)
        self._open = False
        self._units: dict[str, int] = {}
        self._rates: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._silent = 0

    async def open(self) -> Sequence[SignalConfig]:
        try:
            await self._adapter.open()
            there = await self._discover()
            vin = await self._adapter.request(VIN_REQUEST)
        except BaseException:
            await self._adapter.close()
            raise
        self._pids = {pid.path: pid for pid in PIDS if pid.number in there}
        configs = {path: pid.config() for path, pid in self._pids.items()}
        configs[VIN] = Catalogue.default().config(VIN)
        self._outbox = Outbox(configs)
        self._misses = dict.fromkeys(self._pids, 0)
        self._rates.clear()
        text = next((message[3:].decode("ascii", "replace").strip("\0 ") for _, message in vin), None)
        self._outbox.put(VIN, text, Status.AVAILABLE if text else Status.UNAVAILABLE, time.monotonic_ns())
        self._open, self._silent = True, 0
        return list(configs.values())

    async def events(self) -> AsyncIterator[Sequence[Any]]:
        loop = asyncio.get_running_loop()
        due = dict.fromkeys(self._pids, loop.time())
        while self._open:
            for path in [path for path, at in sorted(due.items(), key=lambda one: one[1]) if at <= loop.time()]:
                await self._read(self._pids[path])
                due[path] = loop.time() + self._period(path)
                if self._open and (batch := self._outbox.collect(time.monotonic_ns())):
                    yield batch
            wait = min(due.values(), default=loop.time() + SLOW_SECONDS) - loop.time()
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), max(0.0, wait))
                due |= {path: min(at, loop.time() + self._period(path)) for path, at in due.items()}
            except TimeoutError:
                continue

    async def subscribe(self, path: str, rate: float) -> None:
        self._rates[path] = rate
        self._outbox.subscribe(path, rate)
        self._wake.set()

    async def health(self) -> Health:
        ok = self._silent == 0
        return Health(ok, self._adapter.version if ok else "the car does not answer", {"pids": len(self._pids)})

    async def control(self, verb: str, arguments: dict[str, Any]) -> Any:
        match verb, arguments:
            case "ecus", {**rest} if not rest:
                return [Ecu(name=name, request=to, response=to + OFFSET) for name, to in self._units.items()]
            case "diagnose", _:
                return await self._diagnose(Request.parse(arguments))
        raise HalError(f"ObdHal knows ecus() and diagnose(to, data, timeout), not '{verb[:40]}'")

    async def close(self) -> None:
        self._open = False
        self._wake.set()
        await self._adapter.close()

    async def _discover(self) -> set[int]:
        """The PIDs of all units, and the units that answer."""
        there: set[int] = set()
        self._units = dict(self.options.ecus)
        for first in SUPPORTED:
            if first and first not in there:
                break
            for source, message in await self._adapter.request(bytes((0x01, first))):
                there |= listed(first, message[2:])
                if source - OFFSET not in self._units.values() and source <= 0x7FF:
                    self._units[f"ECU {source - OFFSET:03X}"] = source - OFFSET
        return there

    async def _read(self, pid: Pid) -> None:
        answers = await self._adapter.request(pid.request)
        wanted = bytes((0x41, pid.number))
        value = next((pid.value(message[2:]) for _, message in answers if message[:2] == wanted), None)
        now = time.monotonic_ns()
        self._silent = 0 if answers else self._silent + 1
        if self._silent >= LOST:
            raise HalError("the car does not answer any more: it may be switched off")
        if value is not None:
            self._misses[pid.path] = 0
            self._outbox.put(pid.path, value, Status.AVAILABLE, now)
            return
        self._misses[pid.path] += 1
        if self._misses[pid.path] >= MISSES:
            self._outbox.put(pid.path, None, Status.UNAVAILABLE, now)

    def _period(self, path: str) -> float:
        """s between two readings: as often as somebody wants, and slowly what changes slowly."""
        rate = self._rates.get(path, 0.0)
        return 1.0 / rate if self._pids[path].sampled and rate else SLOW_SECONDS

    async def _diagnose(self, request: Request) -> Answers:
        answers = await self._adapter.request(request.data, request.to, request.timeout)
        return [[source, message] for source, message in answers]
