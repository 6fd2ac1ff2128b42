"""The replay HAL: a recorded drive that plays, in real time or faster, as if the car were here."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from carservices.hal import Hal, HalError, Health, Options, settable
from carservices.hal.recording import Recorder, is_recording
from carservices.hal.registry import BadOptions
from carservices.signals import Datum, SignalConfig, Status, Value
from carservices_hal.can.outbox import Outbox
from carservices_hal.listed import Listed
from carservices_hal.replay.track import LogTrack, Moment, RecordingTrack, Track

TICK = 0.02
"""s between two looks at the clock; the stamps of the values are those of their frames all the same."""
LONGEST = 1.0
"""s of real time one tick makes up for after the process was held up."""
SLICE = 5000
"""Moments at a time while seeking; then everybody else has a turn."""
MAX_FACTOR = 200.0


class ReplayOptions(Options):
    """The log, with database and mapping if it is one of CAN; ``bus`` takes one of its channels; ``start`` in s."""

    log: str
    dbc: Listed = ()
    mapping: str | None = None
    bus: int | str | None = None
    speed: float = Field(1.0, gt=0, le=MAX_FACTOR)
    start: float = Field(0.0, ge=0)
    loop: bool = True


class ReplayHal(Hal[ReplayOptions]):
    """Plays a drive in the order and at the distances of its time stamps; every signal is read-only."""

    Options = ReplayOptions

    def __init__(self, options: ReplayOptions) -> None:
        super().__init__(options)
        self._factor, self._loop, self._paused = options.speed, options.loop, False
        self._open = False
        self._wake = asyncio.Event()
        self._recorder: Recorder | None = None
        self._fault = ""

    async def open(self) -> Sequence[SignalConfig]:
        try:
            return await self._begin()
        except HalError as error:  # no restart mends a file
            raise BadOptions(str(error)) from None

    async def _begin(self) -> Sequence[SignalConfig]:
        options, file = self.options, Path(self.options.log)
        track = _track(file, options)
        self._track = track
        self._outbox = Outbox(track.configs)
        self._fault = ""
        self._rewind()
        if self._next is None:
            raise HalError(self._fault or f"{file}: nothing to play")
        self._open = True
        await self._seek(options.start)
        return list(track.configs.values())

    async def events(self) -> AsyncIterator[Sequence[Value]]:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while self._open:
            now = loop.time()
            if not self._paused:
                self._play_to(self._time + min(now - last, LONGEST) * self._factor)
            last = now
            if batch := self._outbox.collect(time.monotonic_ns()):
                self._record(batch)
                yield batch
            self._wake.clear()
            timer = loop.call_at(now + TICK, self._wake.set)
            try:
                await self._wake.wait()
            finally:
                timer.cancel()

    async def set(self, path: str, value: Datum) -> None:
        settable(self._track.configs, path, value)  # refuses all: what was driven cannot be changed

    async def subscribe(self, path: str, rate: float) -> None:
        self._outbox.subscribe(path, rate)

    async def health(self) -> Health:
        figures = self._track.figures() | {
            "time": round(self._time, 1),
            "factor": 0.0 if self._paused else self._factor,
        }
        return Health(not self._fault, self._fault or f"plays {self.options.log}", figures)

    async def control(self, verb: str, arguments: dict[str, Any]) -> Any:
        """Developer commands: seek, speed, pause, loop, record, status."""
        match verb, arguments:
            case "seek", {"seconds": int() | float() as seconds} if 0 <= seconds < 1e9:
                await self._seek(float(seconds))
            case "speed", {"factor": int() | float() as factor} if 0 < factor <= MAX_FACTOR:
                self._factor = float(factor)
            case (("pause" | "loop"), {**rest}) if rest.keys() <= {"on"}:
                setattr(self, {"pause": "_paused", "loop": "_loop"}[verb], bool(rest.get("on", True)))
            case "record", {**rest} if rest.keys() <= {"file"}:
                self._stop_recording()
                if rest.get("file"):
                    self._recorder = Recorder(Path(str(rest["file"])))
            case "status", {}:
                return self._status()
            case _:
                raise HalError(
                    f"replay does not take {verb[:40]}({', '.join(map(str, arguments))[:80]}); it takes seek(seconds),"
                    f" speed(factor up to {MAX_FACTOR:g}), pause(on), loop(on), record(file), status()"
                )
        return None

    async def close(self) -> None:
        self._open = False
        self._stop_recording()
        self._wake.set()

    def _rewind(self) -> None:
        """Back to the beginning: signals that speak later are not known yet."""
        self._moments: Iterator[Moment] = self._track.play()
        self._time = 0.0
        self._next: Moment | None = self._read()

    def _read(self) -> Moment | None:
        """The next moment; None at the end, which is also where the file is broken."""
        try:
            return next(self._moments, None)
        except HalError as error:
            self._fault = str(error)
            return None

    def _play_to(self, target: float) -> None:
        """Let time pass until ``target`` s; at the end, once its last values are told, begin again or stay."""
        if self._next is None:
            if self._loop:
                self._forget()
                self._rewind()
            return
        self._tell_until(target, ns_a_second=1e9 / self._factor)
        if self._next is not None:
            self._time = target
            self._tell_lost()

    def _tell_until(self, target: float, most: int | None = None, ns_a_second: float = 0.0) -> None:
        """What was said up to ``target``, which is now; a second of the log took so many ns, or none in a jump."""
        told, now = 0, time.monotonic_ns()
        while self._next is not None and self._next.time <= target and told != most:
            at = now - round((target - self._next.time) * ns_a_second)
            for path, value, status in self._next.found:
                self._outbox.put(path, value, status, at)
            self._time = max(self._time, self._next.time)
            self._next = self._read()
            told += 1

    async def _seek(self, seconds: float) -> None:
        if seconds < self._time:
            self._forget()
            self._rewind()
        while self._next is not None and self._next.time <= seconds:
            self._tell_until(seconds, SLICE)
            await asyncio.sleep(0)
        if self._next is not None:
            self._time = max(self._time, seconds)
        self._tell_lost()

    def _tell_lost(self) -> None:
        for path, value, status in self._track.lost(self._time):
            self._outbox.put(path, value, status, time.monotonic_ns())

    def _forget(self) -> None:
        now = time.monotonic_ns()
        for path in self._track.configs:
            self._outbox.put(path, None, Status.UNAVAILABLE, now)

    def _status(self) -> dict[str, Any]:
        return {
            "log": self.options.log,
            "time": round(self._time, 2),
            "ended": self._next is None,
            "speed": self._factor,
            "paused": self._paused,
            "loop": self._loop,
            "recording": str(self._recorder.path) if self._recorder else None,
            "fault": self._fault or None,
        }

    def _record(self, batch: Sequence[Value]) -> None:
        if self._recorder is None:
            return
        try:
            self._recorder.write(self._time, batch)
        except HalError as error:
            self._recorder, self._fault = None, str(error)

    def _stop_recording(self) -> None:
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None


def _track(file: Path, options: ReplayOptions) -> Track:
    """The drive of a log. Raises HalError."""
    if not file.is_file():
        raise HalError(f"{file}: cannot be read, there is no such file; correct the option log")
    if is_recording(file):
        return RecordingTrack(file)
    return LogTrack(file, options.dbc, options.mapping, options.bus)
