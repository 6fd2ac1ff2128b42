"""The CAN HAL: any DBC, any mapping file, any adapter of python-can."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from pydantic import Field

from carservices.hal import Hal, HalError, Health, SetError, settable
from carservices.hal.diagnose import Request
from carservices.hal.registry import BadOptions
from carservices.signals import Code, Datatype, Datum, SignalConfig, Value
from carservices_hal.can.answers import Answers
from carservices_hal.can.bus import BusOptions
from carservices_hal.can.car import Car
from carservices_hal.can.commands import CommandFrames
from carservices_hal.can.encode import EncodeError
from carservices_hal.can.mapping import Command, Reading
from carservices_hal.can.outbox import Outbox
from carservices_hal.can.port import Frame, Port
from carservices_hal.can.receiver import Receiver
from carservices_hal.can.tester import Tester, key_of
from carservices_hal.listed import Listed

LOOK = 0.1
"""s between two looks for messages that stay away."""


class CanOptions(BusOptions):
    """Database and mapping files, and the bus in python-can's words; ``retry`` s between attempts at a lost bus."""

    dbc: Listed
    mapping: str
    retry: float = Field(1.0, gt=0)
    p2: float = Field(0.25, gt=0)
    """s a control unit has to begin its answer to a tester: ISO 15765-4's 50 ms, and time for adapter and threads."""


class CanHal(Hal[CanOptions]):
    """Frames in, signals out, and commands as frames; echoes come from the car itself."""

    Options = CanOptions

    def __init__(self, options: CanOptions) -> None:
        super().__init__(options)
        self._port = Port(options.settings(), options.retry, self._heard, self._turned)
        self._wake = asyncio.Event()
        self._open = False
        self._alarm = 0.0

    async def open(self) -> Sequence[SignalConfig]:
        try:
            car = self._car = Car(self.options.dbc, self.options.mapping)
        except HalError as error:  # no restart mends a file
            raise BadOptions(str(error)) from None
        self._receiver = Receiver(car.messages, car.mapping)
        self._outbox = Outbox(car.configs)
        self._answers = Answers(car.mapping.answers, car.messages)
        self._readings: dict[str, Reading] = {reading.config.path: reading for reading in car.mapping.readings}
        self._frames = CommandFrames(car.mapping, self._receiver.payload, self._send)
        responses = {key_of(ecu["response"]) for ecu in car.mapping.ecus}
        self._port.keys = self._receiver.keys | self._answers.keys | responses
        self._tester = Tester(partial(self._port.send, fd=False), car.mapping.ecus, self.options.p2)
        await self._port.open()
        self._open = True
        return list(car.configs.values())

    async def events(self) -> AsyncIterator[Sequence[Value]]:
        loop = asyncio.get_running_loop()
        look = loop.time() + LOOK
        while self._open:
            now = time.monotonic_ns()
            if loop.time() >= look:
                look = loop.time() + LOOK
                for path, value, status in self._receiver.lost(now):
                    self._outbox.put(path, value, status, now)
            if batch := self._outbox.collect(now):
                yield batch
            self._alarm = min(now + (look - loop.time()) * 1e9, self._outbox.next_due())
            timer = loop.call_later(max((self._alarm - now) / 1e9, 0.0), self._wake.set)
            try:
                await self._wake.wait()
            finally:
                timer.cancel()
            self._wake.clear()

    async def set(self, path: str, value: Datum) -> None:
        value = settable(self._car.configs, path, value)
        command = self._car.mapping.commands[path]
        async with self._answers.turn(command.message.key):
            await self._command(command, path, value)

    async def _command(self, command: Command, path: str, value: Datum) -> None:
        key = command.message.key
        try:
            number = command.convert(value)
            payload = self._frames.make(command, number)
        except EncodeError as error:
            raise SetError(Code.INVALID_ARG, f"{path} cannot be {value!r}: {error}") from None
        except (ArithmeticError, ValueError, KeyError):
            raise SetError(Code.INVALID_ARG, f"{path} cannot be {value!r}: the mapping has no number for it") from None
        reading = self._readings.get(path)
        if reading is not None:
            self._outbox.expect(path, value, _tolerance(reading))
        self._answers.expect(key, payload)
        try:
            await self._send([(key, payload)])
        except HalError as error:
            raise SetError(Code.NOT_AVAILABLE, str(error)) from None
        try:
            await self._answers.done(key)
        except SetError:
            self._outbox.forget(path)
            self._frames.stop(key)
            raise
        self._frames.repeat(command.message)

    async def subscribe(self, path: str, rate: float) -> None:
        self._outbox.subscribe(path, rate)
        self._wake.set()

    async def health(self) -> Health:
        receiver = self._receiver
        figures = {name: float(getattr(receiver, name)) for name in COUNTERS} | {"errors": float(self._port.errors)}
        words = f"{self.options.interface} {self.options.channel}, {len(self._car.configs)} signals"
        if self._port.errors and not receiver.frames and not self._port.fault:
            words += ": error frames, and no frame that is mapped; check the bit rate and the line"
            return Health(False, words, figures)
        if self._car.lints:
            words += f", {self._car.lints} oddities in the database"
        return Health(not self._port.fault, self._port.fault or words, figures)

    async def control(self, verb: str, arguments: dict[str, Any]) -> Any:
        """``ecus`` and ``diagnose``: what testers do (docs/diagnostics.md)."""
        if verb not in ("ecus", "diagnose"):
            return await super().control(verb, arguments)
        if not self._open:
            raise HalError("the CAN HAL is not open; call open() first")
        if verb == "ecus":
            return self._car.mapping.ecus
        self._port.waiting += 1
        try:
            return await self._tester.ask(Request.parse(arguments))
        finally:
            self._port.waiting -= 1

    async def close(self) -> None:
        was_open, self._open = self._open, False
        self._wake.set()
        if was_open:
            await self._frames.close()
        await self._port.close()

    async def _send(self, frames: Sequence[tuple[int, bytes]]) -> None:
        await self._port.send(frames, fd=self.options.fd)

    def _heard(self, frames: list[Frame]) -> None:
        for key, payload, at in frames:
            if self._tester.listening:
                self._tester.heard(key, payload)
            self._answers.hear(key, payload)
            for path, value, status in self._receiver.feed(key, payload, at):
                self._outbox.put(path, value, status, at)
        if self._outbox.next_due() < self._alarm:  # most batches bring only samples whose time has not come
            self._wake.set()

    def _turned(self, fault: str) -> None:
        """The bus was lost, or is back: then its frames bring the values."""
        now = time.monotonic_ns()
        if fault:
            self._frames.stop()
        for path, value, status in self._receiver.lose_all() if fault else ():
            self._outbox.put(path, value, status, now)
        self._wake.set()


COUNTERS = ("frames", "unknown", "short", "corrupt", "invalid")


def _tolerance(reading: Reading) -> float:
    """Half the step in which a value of floats comes back; 0 for others, which come back as they were sent."""
    if reading.config.datatype not in (Datatype.FLOAT, Datatype.DOUBLE) or reading.others:
        return 0.0
    try:
        low, high = (reading.convert(reading.signal.offset + step * reading.signal.factor) for step in (0, 1))
    except (ArithmeticError, ValueError):
        return 0.0
    return abs(high - low) * 0.501 if isinstance(low, int | float) and isinstance(high, int | float) else 0.0
