"""An ELM327 backed by the car: a phone app or python-OBD connects by TCP or to a pseudo-terminal and reads it."""

import asyncio
import contextlib
import os
import tty
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from carservices.bus import CallError, Car
from carservices.signals import Status, Value
from carservices_hal.obd.elm import Ask, Elm

VOLTAGE = "Vehicle.LowVoltageBattery.CurrentVoltage"
CHUNK = 256
MOST_SESSIONS = 8
"""Connections at once; more are closed at once."""

Reply = Callable[[bytes], Awaitable[bytes]]


class Gateway:
    """Sessions on one car; each has its own settings, as each adapter has."""

    def __init__(self, car: Car, hal: str, *, may_write: bool = False) -> None:
        self._car = car
        self._hal = hal
        self._may_write = may_write
        self._volts: float | None = None
        self._sessions = 0

    async def start(self) -> None:
        """Follow the voltage that AT RV shows."""
        await self._car.watch([VOLTAGE], self._on_voltage, rate=1.0)

    def session(self) -> Reply:
        """One adapter: bytes in, bytes out."""
        elm = Elm(self._ask(), lambda: self._volts, may_write=self._may_write)

        async def reply(data: bytes) -> bytes:
            return (await elm.feed(data.decode("latin-1"))).encode("latin-1")

        return reply

    async def serve_tcp(self, host: str, port: int) -> asyncio.Server:
        """Listen; port 0 takes a free one."""
        return await asyncio.start_server(self._talk, host, port)

    @contextlib.asynccontextmanager
    async def serve_pty(self) -> AsyncIterator[Path]:
        """A pseudo-terminal; programs open the path that comes out as if it were a serial port."""
        ours, theirs = os.openpty()
        try:
            tty.setraw(theirs)
            os.set_blocking(ours, False)
            talking = asyncio.create_task(self._talk_pty(ours))
            try:
                yield Path(os.ttyname(theirs))
            finally:
                talking.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await talking
        finally:
            os.close(theirs)
            os.close(ours)

    def _ask(self) -> Ask:
        async def ask(to: int, data: bytes, timeout: float) -> list[tuple[int, bytes]]:
            try:
                answers = await self._car.control(self._hal, "diagnose", to=to, data=data, timeout=timeout)
            except CallError:
                return []  # the car is away: an adapter on a dead bus hears nothing
            return [(int(source), bytes(message)) for source, message in answers]

        return ask

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._sessions >= MOST_SESSIONS:
                return
            self._sessions += 1
            reply = self.session()
            try:
                while data := await reader.read(CHUNK):
                    writer.write(await reply(data))
                    await writer.drain()
            finally:
                self._sessions -= 1
        except ConnectionError:
            pass  # the other end is gone
        finally:
            writer.close()

    async def _talk_pty(self, ours: int) -> None:
        """Nobody need have the other end open; what comes while nobody reads is dropped by the terminal."""
        loop, reply = asyncio.get_running_loop(), self.session()
        readable = asyncio.Event()
        loop.add_reader(ours, readable.set)
        try:
            while True:
                await readable.wait()
                readable.clear()
                with contextlib.suppress(BlockingIOError):
                    await _write(ours, await reply(os.read(ours, CHUNK)))
        finally:
            loop.remove_reader(ours)

    def _on_voltage(self, value: Value) -> None:
        known = value.status is Status.AVAILABLE and isinstance(value.value, int | float)
        self._volts = float(value.value) if known and isinstance(value.value, int | float) else None


async def _write(descriptor: int, data: bytes) -> None:
    """All of it, as far as somebody takes it."""
    loop = asyncio.get_running_loop()
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:
            writable = asyncio.Event()
            loop.add_writer(descriptor, writable.set)
            try:
                await writable.wait()
            finally:
                loop.remove_writer(descriptor)
