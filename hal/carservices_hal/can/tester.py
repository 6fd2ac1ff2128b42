"""The tester's side of diagnostics on CAN: one request at a time over ISO-TP, and all answers to it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from carservices.hal import HalError
from carservices.hal.diagnose import Answers, Ecu, Request
from carservices_hal.can.dbc import EXTENDED
from carservices_hal.can.isotp import CLASSIC, Fault, Link

SendFrames = Callable[[Sequence[tuple[int, bytes]]], Awaitable[None]]
"""Sends frames (key, data) in this order. Raises HalError."""
P2_EXTENDED = 5.0
"""s a unit may take once it has said "response pending" (ISO 14229-2: P2* of the client)."""
FUNCTIONAL, FUNCTIONAL_29 = 0x7DF, 0x18DB33F1
"""Ids that all units hear (ISO 15765-4)."""
OFFSET = 8
"""Between request and response id of 11 bits, where nothing else is said (ISO 15765-4 for 0x7E0 to 0x7E7)."""
LEGISLATED = range(0x7E8, 0x7F0)
"""Ids that answer OBD."""
LAST_11_BIT = 0x7FF
NEGATIVE, PENDING, ANSWER = 0x7F, 0x78, 0x40


def key_of(number: int) -> int:
    """The key of a CAN id that says by its size how many bits it has."""
    return number | EXTENDED if number > LAST_11_BIT else number


class Tester:
    """Asks the control units of a bus; the owner gives it every frame the bus brings while `listening`.

    ``p2`` s are what a unit has for the first frame of its answer.
    """

    def __init__(self, send: SendFrames, ecus: Sequence[Ecu], p2: float) -> None:
        self._send = send
        self._responses = {ecu["request"]: ecu["response"] for ecu in ecus}
        self._p2 = p2
        self._turn = asyncio.Lock()
        self._exchange: _Exchange | None = None

    @property
    def listening(self) -> bool:
        """Whether a request waits for answers."""
        return self._exchange is not None

    def heard(self, key: int, frame: bytes | bytearray) -> None:
        """A frame of the bus."""
        if self._exchange is not None:
            self._exchange.heard(key & ~EXTENDED, frame)

    async def ask(self, request: Request) -> Answers:
        """Send a request and wait for its answers. Raises HalError when bus or unit do not take it."""
        if request.to in (FUNCTIONAL, FUNCTIONAL_29) and len(request.data) >= CLASSIC:
            raise HalError(f"a request to all units has at most {CLASSIC - 1} bytes; ask them one by one")
        async with self._turn:
            self._exchange = exchange = _Exchange(request, self._sources(request.to), self._p2)
            try:
                return await exchange.run(self._send)
            finally:
                self._exchange = None

    def _sources(self, to: int) -> dict[int, int]:
        """The ids an answer may come from, each with the id its flow control goes to."""
        if to == FUNCTIONAL:
            known = {source: ask for ask, source in self._responses.items() if source <= LAST_11_BIT}
            return {source: source - OFFSET for source in LEGISLATED} | known
        if to == FUNCTIONAL_29:
            return {0x18DAF100 | node: 0x18DA00F1 | node << 8 for node in range(256)}
        swapped = to & ~0xFFFF | (to & 0xFF) << 8 | to >> 8 & 0xFF
        return {self._responses.get(to, swapped if to > LAST_11_BIT else to + OFFSET): to}


class _Exchange:
    """One request under way; times are the event loop's."""

    def __init__(self, request: Request, sources: dict[int, int], p2: float) -> None:
        self._request = request
        self._sources = sources
        self._p2 = p2
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._out: list[tuple[int, bytes]] = []
        self._links: dict[int, Link] = {}
        self._pending: dict[int, float] = {}
        """Id → until when its final answer must begin."""
        self._answers: Answers = []
        self._window: float | None = None
        """Until when a first answer must begin; None while the request is being sent."""

    def heard(self, source: int, frame: bytes | bytearray) -> None:
        if source in self._sources:
            answer = self._link(source).feed(frame, self._loop.time())
            if answer is not None:
                self._take(source, answer)
            self._wake.set()

    async def run(self, send: SendFrames) -> Answers:
        """Send, and wait until nothing more can come."""
        end = self._loop.time() + self._request.timeout
        # a request to one unit uses the link of its answers: there its flow control comes
        out = self._link(next(iter(self._sources))) if len(self._sources) == 1 else Link(self._put(self._request.to))
        out.transmit(self._request.data, self._loop.time())
        while True:
            now = self._loop.time()
            due = [time for link in self._links.values() if (time := link.poll(now)) is not None]
            if self._out:
                frames, self._out = self._out, []
                await send(frames)
                continue
            if out.faults[Fault.REFUSED]:
                raise HalError(f"0x{self._request.to:X} does not take {len(self._request.data)} bytes; ask for less")
            if self._window is None and not out.sending:
                self._window = now + self._p2
            if now >= end or self._over(now):
                return self._answers
            await self._pause(min([end, *due, *self._deadlines(now)]) - now)

    def _over(self, now: float) -> bool:
        """Whether the one answer is there, or no unit has time left to begin one."""
        if len(self._sources) == 1 and self._answers:
            return True
        coming = any(link.receiving for link in self._links.values())
        return self._window is not None and not coming and not self._deadlines(now)

    def _deadlines(self, now: float) -> list[float]:
        times = [*self._pending.values()] if self._window is None else [*self._pending.values(), self._window]
        return [time for time in times if time > now]

    def _take(self, source: int, answer: bytes) -> None:
        service = self._request.data[0]
        if answer[:2] == bytes((NEGATIVE, service)):
            if answer[2:] == bytes((PENDING,)):
                self._pending[source] = self._loop.time() + P2_EXTENDED
                return
        elif answer[0] != service + ANSWER:
            return  # late, and to an earlier request
        self._pending.pop(source, None)
        self._answers.append([source, answer])

    async def _pause(self, seconds: float) -> None:
        timer = self._loop.call_later(max(0.0, seconds), self._wake.set)
        try:
            await self._wake.wait()
        finally:
            timer.cancel()
        self._wake.clear()

    def _link(self, source: int) -> Link:
        if source not in self._links:
            self._links[source] = Link(self._put(self._sources[source]))
        return self._links[source]

    def _put(self, to: int) -> Callable[[bytes], None]:
        key = key_of(to)
        return lambda frame: self._out.append((key, frame))
