"""ISO-TP (ISO 15765-2) without a bus of its own: messages of up to 4095 bytes in frames of 8 (CAN FD: up to 64).

`Link` is one pair of ids. The owner feeds it the frames that come, and calls `poll` when it says; frames to send go to
a function of the owner's. Nothing here waits or blocks, so that it runs on an event loop and is tested without time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

SINGLE, FIRST, CONSECUTIVE, FLOW_CONTROL = 0x00, 0x10, 0x20, 0x30
"""High four bits of a frame's first byte."""
CLEAR, WAIT, OVERFLOW = 0, 1, 2
"""Flow states."""
LONGEST = 4095
"""Bytes of a message with 12 bits of length; a first frame that promises more is refused with overflow."""
CLASSIC, FD = 8, 64
FLOW_TIMEOUT, FRAME_TIMEOUT = 1.0, 1.0
"""s to wait for a flow control, and for a consecutive frame (N_Bs, N_Cr)."""
MOST_WAITS = 10
"""Flow controls that say wait, before it is given up (N_WFTmax)."""
LONGEST_GAP = 0.127
"""s between consecutive frames: the largest STmin, and what reserved values mean."""
PADDING = 0xCC
"""ISO 15765-2's choice: alternating bits, so that no bits need be stuffed."""
FD_SIZES = (8, 12, 16, 20, 24, 32, 48, 64)
BURST = 64
"""Consecutive frames of one `poll`: other frames of the bus get their turn between."""


class Fault(IntEnum):
    """What can go wrong; each is counted in `Link.faults`."""

    MALFORMED = 0
    TOO_LONG = 1
    SEQUENCE = 2
    SILENCE = 3
    REFUSED = 4


@dataclass(slots=True)
class _Incoming:
    """A message that has begun to come."""

    length: int
    data: bytearray
    sequence: int
    deadline: float
    left: int
    """Consecutive frames until the next flow control; -1 without end."""


@dataclass(slots=True)
class _Outgoing:
    """A message that has begun to go; ``due`` is None while a flow control is awaited."""

    data: bytes
    at: int
    sequence: int
    deadline: float
    due: float | None = None
    left: int = 0
    gap: float = 0.0
    waits: int = 0


class Link:
    """Both directions between two ids. ``send`` gets the data of each frame.

    ``block`` and ``gap`` (s) are what our flow control asks of the other side; ``frame`` is the length of our frames,
    ``padding`` fills short ones, None leaves them short (CAN FD frames are always filled to a length there is).
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        *,
        block: int = 0,
        gap: float = 0.0,
        frame: int = CLASSIC,
        padding: int | None = PADDING,
        longest: int = LONGEST,
    ) -> None:
        self.faults = dict.fromkeys(Fault, 0)
        self._send = send
        self._block = block
        self._gap = gap
        self._frame = frame
        self._padding = padding
        self._longest = longest
        self._incoming: _Incoming | None = None
        self._outgoing: _Outgoing | None = None

    @property
    def sending(self) -> bool:
        """Whether a message is still on its way out."""
        return self._outgoing is not None

    @property
    def receiving(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._incoming is not None

    def transmit(self, message: bytes, now: float) -> None:
        """Begin to send; a message still under way is given up. Raises ValueError for an empty or too long one."""
        if not 0 < len(message) <= LONGEST:
            raise ValueError(f"a message has 1 to {LONGEST} bytes, not {len(message)}")
        self._outgoing = None
        length = len(message)
        if length < CLASSIC:
            self._put(bytes([SINGLE | length]) + message)
        elif length <= self._frame - 2:
            self._put(bytes([SINGLE, length]) + message)
        else:
            first = self._frame - 2
            self._outgoing = _Outgoing(message, first, 1, now + FLOW_TIMEOUT)
            self._put(bytes([FIRST | length >> 8, length & 0xFF]) + message[:first])

    def feed(self, frame: bytes | bytearray, now: float) -> bytes | None:
        """A frame that came; the message it completes, if it does."""
        if not frame:
            self._count(Fault.MALFORMED)
            return None
        match frame[0] & 0xF0:
            case 0x00:
                return self._single(frame)
            case 0x10:
                self._first(frame, now)
            case 0x20:
                return self._consecutive(frame, now)
            case 0x30:
                self._flow(frame, now)
            case _:
                self._count(Fault.MALFORMED)
        return None

    def poll(self, now: float) -> float | None:
        """Send what is due, give up what is late; when to call again at the latest, None for not before `feed`."""
        incoming = self._incoming
        if incoming is not None and now >= incoming.deadline:
            self._incoming = None
            self._count(Fault.SILENCE)
        outgoing = self._outgoing
        if outgoing is not None and outgoing.due is None and now >= outgoing.deadline:
            self._outgoing = None
            self._count(Fault.SILENCE)
        elif outgoing is not None and outgoing.due is not None:
            self._go_on(outgoing, now)
        times = [self._incoming.deadline] if self._incoming else []
        if self._outgoing is not None:
            times.append(self._outgoing.deadline if self._outgoing.due is None else self._outgoing.due)
        return min(times, default=None)

    def _single(self, frame: bytes | bytearray) -> bytes | None:
        length, start = frame[0] & 0x0F, 1
        if not length and len(frame) > CLASSIC:
            length, start = frame[1], 2
        if not 0 < length <= len(frame) - start:
            self._count(Fault.MALFORMED)
            return None
        self._incoming = None
        return bytes(frame[start : start + length])

    def _first(self, frame: bytes | bytearray, now: float) -> None:
        if len(frame) < CLASSIC:
            self._count(Fault.MALFORMED)
            return
        length, start = (frame[0] & 0x0F) << 8 | frame[1], 2
        if not length:
            length, start = int.from_bytes(frame[2:6]), 6
        if length <= len(frame) - start:
            self._count(Fault.MALFORMED)  # it would have fitted into this one frame
            return
        self._incoming = None
        if length > self._longest:
            self._put(bytes([FLOW_CONTROL | OVERFLOW, 0, 0]))
            self._count(Fault.TOO_LONG)
            return
        data = bytearray(frame[start:])
        self._incoming = _Incoming(length, data, 1, now + FRAME_TIMEOUT, self._block or -1)
        self._let_come()

    def _consecutive(self, frame: bytes | bytearray, now: float) -> bytes | None:
        incoming = self._incoming
        if incoming is None:
            return None  # the rest of a message that was given up
        if frame[0] & 0x0F != incoming.sequence:
            self._incoming = None
            self._count(Fault.SEQUENCE)
            return None
        incoming.data += frame[1:]
        if len(frame) == 1:
            self._incoming = None
            self._count(Fault.MALFORMED)
            return None
        if len(incoming.data) >= incoming.length:
            self._incoming = None
            return bytes(incoming.data[: incoming.length])
        incoming.sequence = incoming.sequence + 1 & 0x0F
        incoming.deadline = now + FRAME_TIMEOUT
        incoming.left -= 1
        if not incoming.left:
            incoming.left = self._block
            self._let_come()
        return None

    def _let_come(self) -> None:
        """Our flow control: go on, in blocks and gaps as we like them."""
        self._put(bytes([FLOW_CONTROL | CLEAR, self._block, _gap_byte(self._gap)]))

    def _flow(self, frame: bytes | bytearray, now: float) -> None:
        outgoing = self._outgoing
        if outgoing is None or outgoing.due is not None:
            return  # nobody has asked for it
        if len(frame) < 3:
            self._count(Fault.MALFORMED)
            return
        state = frame[0] & 0x0F
        if state == WAIT and outgoing.waits < MOST_WAITS:
            outgoing.waits += 1
            outgoing.deadline = now + FLOW_TIMEOUT
            return
        if state != CLEAR:
            self._outgoing = None
            self._count(Fault.REFUSED)
            return
        outgoing.left = frame[1] or -1
        outgoing.gap = _gap(frame[2])
        outgoing.waits = 0
        outgoing.due = now
        self._go_on(outgoing, now)

    def _go_on(self, outgoing: _Outgoing, now: float) -> None:
        """Send the consecutive frames that are due."""
        burst = BURST
        while outgoing.due is not None and outgoing.due <= now and burst:
            burst -= 1
            part = outgoing.data[outgoing.at : outgoing.at + self._frame - 1]
            self._put(bytes([CONSECUTIVE | outgoing.sequence]) + part)
            outgoing.at += len(part)
            outgoing.sequence = outgoing.sequence + 1 & 0x0F
            outgoing.left -= 1
            if outgoing.at >= len(outgoing.data):
                self._outgoing = None
                return
            if outgoing.left:
                outgoing.due = now + outgoing.gap
            else:
                outgoing.due = None
                outgoing.deadline = now + FLOW_TIMEOUT

    def _put(self, data: bytes) -> None:
        size = next((size for size in FD_SIZES if size >= len(data)), FD)
        if self._padding is not None or len(data) > CLASSIC:
            data = data.ljust(size, bytes([PADDING if self._padding is None else self._padding]))
        self._send(data)

    def _count(self, fault: Fault) -> None:
        self.faults[fault] += 1


def _gap(byte: int) -> float:
    """s of an STmin: 0–127 ms, 100–900 µs; anything else means the longest."""
    if byte <= 0x7F:
        return byte / 1e3
    return (byte & 0x0F) / 1e4 if 0xF1 <= byte <= 0xF9 else LONGEST_GAP


def _gap_byte(gap: float) -> int:
    """The STmin of s, rounded up to ms."""
    return min(0x7F, -int(-gap * 1e3 // 1))
