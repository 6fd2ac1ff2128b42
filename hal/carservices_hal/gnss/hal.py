"""The GNSS HAL: NMEA from a TCP server (gpsd's raw port, a receiver in the network) or from a recording."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import Field

from carservices.hal import Hal, HalError, Health, Options
from carservices.signals import Catalogue, Datum, SignalConfig, Status, Value
from carservices_hal.can.outbox import Outbox
from carservices_hal.gnss.nmea import NmeaFix, Reader, read

LOCATION = "Vehicle.CurrentLocation"
CONTINUOUS = tuple(
    f"{LOCATION}.{name}" for name in ("Latitude", "Longitude", "Altitude", "Heading", "HorizontalAccuracy", "Timestamp")
)
FIX_TYPE = f"{LOCATION}.GNSSReceiver.FixType"
SILENT_S = 3.0
"""s without a fix after which there is none."""
MOST_WAITING = 50
CONNECT_S = 5.0
LONGEST_PAUSE_S = 10.0
"""s of a gap in a recording that are waited for."""


class GnssOptions(Options):
    """Where NMEA comes from: ``tcp://HOST:PORT`` or a file, which is played at its own pace times ``speed``."""

    source: str
    speed: float = Field(1.0, gt=0, le=200)
    loop: bool = False


class GnssHal(Hal[GnssOptions]):
    """Positions of a satellite receiver; read-only, and unavailable while there is no fix."""

    Options = GnssOptions

    def __init__(self, options: GnssOptions) -> None:
        super().__init__(options)
        self._queue: asyncio.Queue[NmeaFix | None] = asyncio.Queue(MOST_WAITING)
        self._pump: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._fixes = 0

    async def open(self) -> Sequence[SignalConfig]:
        known = Catalogue.default()
        configs = {path: known.config(path, min_rate=0.1, max_rate=20) for path in CONTINUOUS}
        configs[FIX_TYPE] = known.config(FIX_TYPE)
        self._outbox = Outbox(configs)
        self._queue = asyncio.Queue(MOST_WAITING)
        target = urlsplit(self.options.source)
        if target.scheme == "tcp":
            self._pump = asyncio.create_task(self._listen(await self._connect(target)))
        else:
            self._pump = asyncio.create_task(self._play(self._recording()))
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
        up = self._pump is not None and not self._pump.done()
        words = f"hears {self.options.source}" if up else f"{self.options.source} says no more"
        return Health(up, words, {"fixes": self._fixes})

    async def close(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
            self._pump = None
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        while self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    def _take(self, fix: NmeaFix, now: int) -> None:
        self._fixes += 1
        kind = "TWO_D" if fix.altitude is None else "THREE_D"
        stamp = fix.time.isoformat(timespec="milliseconds")
        readings: tuple[Datum | None, ...] = (fix.lat, fix.lon, fix.altitude, fix.course, fix.accuracy_m, stamp)
        for path, datum in zip(CONTINUOUS, readings, strict=True):
            self._outbox.put(path, datum, Status.UNAVAILABLE if datum is None else Status.AVAILABLE, now)
        self._outbox.put(FIX_TYPE, kind, Status.AVAILABLE, now)

    def _lose(self, now: int) -> None:
        for path in CONTINUOUS:
            self._outbox.put(path, None, Status.UNAVAILABLE, now)
        self._outbox.put(FIX_TYPE, "NONE", Status.AVAILABLE, now)

    def _recording(self) -> list[NmeaFix]:
        path = Path(self.options.source)
        try:
            fixes = list(read(path.read_text(encoding="ascii", errors="replace").splitlines()))
        except OSError as error:
            raise HalError(f"{path}: cannot be read ({error.strerror}); check the path") from None
        if not fixes:
            raise HalError(f"{path}: no valid RMC sentence in it; record NMEA 0183 with RMC and GGA")
        return fixes

    async def _play(self, fixes: list[NmeaFix]) -> None:
        while True:
            before = fixes[0].time
            for fix in fixes:
                pause = (fix.time - before).total_seconds()
                await asyncio.sleep(min(max(pause, 0.0), LONGEST_PAUSE_S) / self.options.speed)
                before = fix.time
                await self._queue.put(fix)
            if not self.options.loop:
                return

    async def _connect(self, target: SplitResult) -> asyncio.StreamReader:
        try:
            host, port = target.hostname, target.port
        except ValueError:  # a port above 65535
            host = port = None
        if not host or not port:
            raise HalError(f"{self.options.source}: say host and port, as tcp://127.0.0.1:2947")
        try:
            connecting = asyncio.open_connection(host, port)
            reader, self._writer = await asyncio.wait_for(connecting, CONNECT_S)
        except (OSError, TimeoutError) as error:
            raise HalError(
                f"{self.options.source}: nobody answers ({error or 'no reply'}); start the receiver"
            ) from None
        return reader

    async def _listen(self, stream: asyncio.StreamReader) -> None:
        sentences = Reader()
        while line := await stream.readline():
            fix = sentences.take(line.decode("ascii", "replace"))
            if fix is not None:
                await self._queue.put(fix)
