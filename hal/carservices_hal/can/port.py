"""A python-can bus on the event loop: one thread reads it in batches, one sends, and a broken bus is opened again."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from carservices.hal import HalError
from carservices_hal.can.bus import CLASSIC, DIAGNOSTICS, filter_of, filters_itself, key_of, open_bus
from carservices_hal.can.dbc import EXTENDED

if TYPE_CHECKING:
    import can

Frame = tuple[int, bytes | bytearray, int]
"""Key of the message, payload, monotonic ns of its time stamp."""

GATHER = 0.02
"""s between two looks at the bus: a batch is cheaper than its frames one by one, and each look wakes two threads."""
PATIENCE = 0.1
"""s the reading thread waits for a frame before it looks whether it should end."""
SEND_TIMEOUT = 0.5
OLDEST = 5.0
"""s: a frame that seems older has a time stamp that is not of this machine's clock."""
MOST_FRAMES = 2000
"""Frames of one batch; more wait in the adapter's queue, whose overflow is the adapter's to count."""
MOST_BATCHES = 2
"""Batches on their way to the event loop: a flood fills the adapter's queue, not our memory."""
MOST_FILTERS = 512
"""Of one socket of SocketCAN (linux/can/raw.h: CAN_RAW_FILTER_MAX)."""
BUS_OFF = 0x40
"""Bit of SocketCAN's error frames (linux/can/error.h: CAN_ERR_BUSOFF)."""


class Port:
    """Opens the bus and keeps it open. ``on_frames`` and ``on_state`` are called on the event loop.

    Where adapter or driver can filter, they let only frames of ``keys`` and of diagnostics pass.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        retry: float,
        on_frames: Callable[[list[Frame]], None],
        on_state: Callable[[str], None],
    ) -> None:
        self.keys: frozenset[int] = frozenset()
        self._settings = dict(settings)
        self._retry = retry
        self._on_frames = on_frames
        self._on_state = on_state
        self._bus: can.BusABC | None = None
        self._ending = threading.Event()
        self._ended = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._sender: ThreadPoolExecutor | None = None
        self.waiting = 0
        """So many ask and wait for each answer: as long as there are any, frames are handed on as they come."""
        self.fault = ""
        """Why there is no bus now; empty while there is."""
        self.errors = 0
        """Error frames and failures of the bus."""

    async def open(self) -> None:
        """Open the bus. Raises HalError when it cannot be."""
        loop = asyncio.get_running_loop()
        self._ending.clear()
        self._room = threading.Semaphore(MOST_BATCHES)
        self._ended = asyncio.Event()
        opened: asyncio.Future[None] = loop.create_future()
        self._thread = threading.Thread(target=self._run, args=(loop, opened), name="can-read", daemon=True)
        self._thread.start()
        try:
            await opened
        except HalError:
            await self.close()
            raise
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="can-send")

    async def send(self, frames: Sequence[tuple[int, bytes]], *, fd: bool) -> None:
        """Send frames (key, payload) in this order. Raises HalError when the bus does not take one."""
        if self._sender is None or self.fault:
            raise HalError(self.fault or "the CAN bus is closed")
        if getattr(self._bus, "never_blocks", False):
            self._send(frames, fd)
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._sender, self._send, frames, fd)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._ending.is_set() and task is not None and not task.cancelling():  # `close` dropped the frames
                raise HalError("the CAN bus is closed") from None
            raise

    async def close(self) -> None:
        """End both threads; the reading one shuts the bus."""
        self._ending.set()
        sender, self._sender = self._sender, None
        if sender is not None:
            sender.shutdown(wait=False, cancel_futures=True)
        thread, self._thread = self._thread, None
        if thread is not None:
            await self._ended.wait()
            thread.join()

    def _send(self, frames: Sequence[tuple[int, bytes]], fd: bool) -> None:
        import can

        bus = self._bus
        if bus is None:
            raise HalError("the CAN bus is closed")
        try:
            for key, payload in frames:
                message = can.Message(
                    arbitration_id=key & ~EXTENDED,
                    is_extended_id=bool(key & EXTENDED),
                    data=payload,
                    is_fd=fd or len(payload) > CLASSIC,
                    check=True,
                )
                bus.send(message, SEND_TIMEOUT)
        except (can.CanError, OSError, ValueError) as error:
            self.errors += 1
            raise HalError(f"the CAN bus did not take the frame: {error}") from None

    def _run(self, loop: asyncio.AbstractEventLoop, opened: "asyncio.Future[None]") -> None:
        """The reading thread."""
        try:
            try:
                self._bus = self._open_bus()
            except HalError as error:
                loop.call_soon_threadsafe(_answer, opened, error)
                return
            self.fault = ""
            loop.call_soon_threadsafe(_answer, opened, None)
            self._read(loop)
            self._drop_bus()
        finally:
            loop.call_soon_threadsafe(self._ended.set)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """Until the end, whatever happens to the bus."""
        while not self._ending.is_set():
            try:
                if self._bus is None:
                    self._bus = self._open_bus()
                    self._report(loop, "")
                frames = self._batch(self._bus)
            except Exception as error:  # a driver may raise anything, and a car must outlive its adapter
                self.errors += 1
                self._drop_bus()
                self._report(loop, f"the CAN bus is lost: {error}; trying again every {self._retry:g} s")
                self._ending.wait(self._retry)
                continue
            if frames:
                while not self._room.acquire(timeout=PATIENCE):
                    if self._ending.is_set():
                        return
                loop.call_soon_threadsafe(self._hand_over, frames)
                if not self.waiting:
                    self._ending.wait(GATHER)

    def _hand_over(self, frames: list[Frame]) -> None:
        self._room.release()
        self._on_frames(frames)

    def _open_bus(self) -> "can.BusABC":
        bus = open_bus(self._settings)
        if 0 < len(self.keys) <= MOST_FILTERS - len(DIAGNOSTICS) and filters_itself(bus):
            bus.set_filters([*map(filter_of, self.keys), *DIAGNOSTICS])
        return bus

    def _batch(self, bus: "can.BusABC") -> list[Frame]:
        heard: list[can.Message] = []
        for number in range(MOST_FRAMES):
            message = bus.recv(0 if number else PATIENCE)
            if message is None:
                break
            if message.is_error_frame:
                self.errors += 1
                if message.arbitration_id & BUS_OFF:
                    raise HalError("the controller is off the bus (bus-off): wrong bit rate, or a broken line")
            elif not message.is_remote_frame:
                heard.append(message)
        clock = time.time(), time.monotonic_ns()
        return [(key_of(message), message.data, _stamp(message.timestamp, *clock)) for message in heard]

    def _report(self, loop: asyncio.AbstractEventLoop, fault: str) -> None:
        if fault != self.fault and not self._ending.is_set():
            self.fault = fault
            loop.call_soon_threadsafe(self._on_state, fault)

    def _drop_bus(self) -> None:
        bus, self._bus = self._bus, None
        if bus is not None:
            try:
                bus.shutdown()
            except Exception:  # an adapter that is unplugged cannot be shut properly either
                self.errors += 1


def _stamp(timestamp: float, wall: float, monotonic: int) -> int:
    """Monotonic ns of a frame's own time stamp; now, where its adapter counts from somewhere else."""
    age = wall - timestamp
    return monotonic - (round(age * 1e9) if 0 <= age < OLDEST else 0)


def _answer(opened: "asyncio.Future[None]", error: HalError | None) -> None:
    if opened.done():  # cancelled meanwhile
        return
    if error is None:
        opened.set_result(None)
    else:
        opened.set_exception(error)
