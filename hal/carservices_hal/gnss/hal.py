"""The GNSS HAL: positions of a satellite receiver by TCP, gpsd or a serial port, or from a recording."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field

from carservices.hal import Hal, HalError, Health, Options
from carservices.signals import Catalogue, Datum, SignalConfig, Status, Value
from carservices_hal.can.outbox import Outbox
from carservices_hal.gnss.nmea import NmeaFix
from carservices_hal.gnss.replay import load, play
from carservices_hal.gnss.wire import SCHEMES, Wire, connect

LOCATION = "Vehicle.CurrentLocation"
CONTINUOUS = tuple(
    f"{LOCATION}.{name}" for name in ("Latitude", "Longitude", "Altitude", "Heading", "HorizontalAccuracy", "Timestamp")
)
SPEED = "Vehicle.Speed"
FIX_TYPE = f"{LOCATION}.GNSSReceiver.FixType"
SILENT_S = 3.0
"""s without a fix after which there is none."""
MOST_WAITING = 50
FIRST_RETRY_S, LAST_RETRY_S = 0.5, 10.0
"""s until a lost receiver is called again; twice as long each time it does not answer."""


class GnssOptions(Options):
    """Where the receiver is: ``tcp://HOST:PORT``, ``gpsd://HOST[:PORT][/DEVICE]``, ``serial:DEVICE`` (at ``baud``).

    Or the path of an NMEA or GPX file, which is played at its own pace times ``speed``, once or in a ``loop``.
    ``vehicle_speed`` offers the receiver's speed as the car's, for a car of which nothing else is known.
    """

    source: str
    baud: int = 9600
    speed: float = Field(1.0, gt=0, le=200)
    loop: bool = False
    vehicle_speed: bool = False


class GnssHal(Hal[GnssOptions]):
    """Positions of a satellite receiver; read-only, and unavailable while there is no fix."""

    Options = GnssOptions

    def __init__(self, options: GnssOptions) -> None:
        super().__init__(options)
        self._queue: asyncio.Queue[NmeaFix | None] = asyncio.Queue(MOST_WAITING)
        self._offered: tuple[str, ...] = CONTINUOUS
        self._pump: asyncio.Task[None] | None = None
        self._wire: Wire | None = None
        self._problem = ""
        self._fixes = self._lost = 0

    async def open(self) -> Sequence[SignalConfig]:
        known = Catalogue.default()
        self._offered = (*CONTINUOUS, SPEED) if self.options.vehicle_speed else CONTINUOUS
        configs = {path: known.config(path, min_rate=0.1, max_rate=20) for path in self._offered}
        configs[FIX_TYPE] = known.config(FIX_TYPE)
        self._outbox = Outbox(configs)
        self._queue = asyncio.Queue(MOST_WAITING)
        self._problem = ""
        source = self.options.source
        if urlsplit(source).scheme in SCHEMES:
            self._wire = await connect(source, self.options.baud)
            self._pump = asyncio.create_task(self._listen())
        else:
            self._pump = asyncio.create_task(self._play(load(Path(source))))
        return list(configs.values())

    async def events(self) -> AsyncIterator[Sequence[Value]]:
        self._lose(time.monotonic_ns())
        yield self._outbox.collect(time.monotonic_ns())
        silent_at = time.monotonic() + SILENT_S
        while True:
            due = min(silent_at, self._outbox.next_due() / 1e9)
            try:
                async with asyncio.timeout(max(0.0, due - time.monotonic())):
                    fix = await self._queue.get()
            except TimeoutError:
                if time.monotonic() >= silent_at:
                    self._lose(time.monotonic_ns())
                    silent_at = time.monotonic() + SILENT_S
            else:
                if fix is None:
                    return
                self._take(fix, time.monotonic_ns())
                silent_at = time.monotonic() + SILENT_S
            if batch := self._outbox.collect(time.monotonic_ns()):
                yield batch

    async def subscribe(self, path: str, rate: float) -> None:
        self._outbox.subscribe(path, rate)

    async def health(self) -> Health:
        up = self._pump is not None and not self._pump.done() and not self._problem
        source = self.options.source
        words = f"hears {source}" if up else self._problem or f"{source} says no more"
        return Health(up, words, {"fixes": self._fixes, "lost": self._lost})

    async def close(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
            self._pump = None
        self._hang_up()
        while self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    def _take(self, fix: NmeaFix, now: int) -> None:
        self._fixes += 1
        kind = "TWO_D" if fix.altitude is None else "THREE_D"
        stamp = fix.time.isoformat(timespec="milliseconds")
        readings: tuple[Datum | None, ...] = (fix.lat, fix.lon, fix.altitude, fix.course, fix.accuracy_m, stamp)
        if self.options.vehicle_speed:
            readings = (*readings, fix.speed * 3.6)
        for path, datum in zip(self._offered, readings, strict=True):
            self._outbox.put(path, datum, Status.UNAVAILABLE if datum is None else Status.AVAILABLE, now)
        self._outbox.put(FIX_TYPE, kind, Status.AVAILABLE, now)

    def _lose(self, now: int) -> None:
        for path in self._offered:
            self._outbox.put(path, None, Status.UNAVAILABLE, now)
        self._outbox.put(FIX_TYPE, "NONE", Status.AVAILABLE, now)

    async def _play(self, fixes: list[NmeaFix]) -> None:
        async for fix in play(fixes, self.options.speed, loop=self.options.loop):
            await self._queue.put(fix)

    async def _listen(self) -> None:
        """Hear the receiver, and call it again whenever it is gone."""
        while True:
            if self._wire is None:
                await self._call()
                continue
            try:
                async for fix in self._wire.fixes():
                    await self._queue.put(fix)
            except OSError as error:
                self._problem = f"{self.options.source}: the line broke ({error.strerror}); it is called again"
            else:
                self._problem = f"{self.options.source} hung up; it is called again"
            self._lost += 1
            self._hang_up()

    async def _call(self) -> None:
        pause = FIRST_RETRY_S
        while self._wire is None:
            await asyncio.sleep(pause)
            pause = min(2.0 * pause, LAST_RETRY_S)
            try:
                self._wire = await connect(self.options.source, self.options.baud)
            except HalError as error:
                self._problem = str(error)
        self._problem = ""

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None
