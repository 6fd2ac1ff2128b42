"""A client of an ELM327 adapter, on a serial port or by TCP: one request, whole messages back."""

import asyncio
import contextlib
import os
import termios
import tty
from pathlib import Path
from urllib.parse import urlsplit

from carservices.hal import HalError
from carservices_hal.obd.elm import LONGEST_REQUEST, PROMPT

RESET_SECONDS, COMMAND_SECONDS, SEARCH_SECONDS = 5.0, 2.0, 15.0
"""How long an adapter takes to start, to answer an AT command, and to find the car's protocol."""
LONGEST_ANSWER = 64 * 1024
"""Characters of one answer: 4095 bytes in the most talkative form, from several units."""
SETTINGS = ("ATE0", "ATL0", "ATS0", "ATH1", "ATAT1", "ATSP0")
"""No echo, no line feeds, no spaces, headers, adaptive timing, automatic protocol."""
SPEEDS = {9600: termios.B9600, 38400: termios.B38400, 115200: termios.B115200}
WIDE = ("7", "9")
"""Protocol numbers with 29-bit identifiers."""
FUNCTIONAL = {False: 0x7DF, True: 0x18DB33F1}
PENDING = b"\x78"

Answers = list[tuple[int, bytes]]


class Adapter:
    """Every method raises HalError when the adapter does not play its part."""

    def __init__(self, port: str, speed: int) -> None:
        self._port = port
        self._speed = speed
        self._busy = asyncio.Lock()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._wide = False
        self._to: int | None = None
        self.version = ""

    async def open(self) -> None:
        """Connect, set the adapter up and find the car."""
        try:
            self._reader, self._writer = await _connect(self._port, self._speed)
        except (OSError, termios.error) as error:
            raise HalError(
                f"the adapter at {self._port} cannot be opened ({error}): check the port and its rights"
            ) from None
        self.version = (await self._say("ATZ", RESET_SECONDS))[-1]
        for setting in SETTINGS:
            if (await self._say(setting))[-1:] != ["OK"]:
                raise HalError(f"what answers at {self._port} is no ELM327: {setting} is not understood")
        if not await self._exchange(b"\x01\x00", SEARCH_SECONDS):
            raise HalError(f"the adapter at {self._port} finds no car: switch the car on")
        self._wide = (await self._say("ATDPN"))[-1][-1:] in WIDE

    async def close(self) -> None:
        if self._writer is None:
            return
        writer, self._writer, self._reader = self._writer, None, None
        writer.close()
        with contextlib.suppress(OSError):  # it was gone before
            await writer.wait_closed()

    async def request(self, data: bytes, to: int | None = None, timeout: float = COMMAND_SECONDS) -> Answers:
        """Ask all units that speak OBD, or the one with this request id; the ids that answer, each with its message."""
        if len(data) > LONGEST_REQUEST:
            raise HalError(f"an ELM327 sends at most {LONGEST_REQUEST} bytes, not {len(data)}")
        async with self._busy:
            await self._address(to)
            answers = await self._exchange(data, timeout + COMMAND_SECONDS)
        return [one for one in answers if not (one[1][:1] == b"\x7f" and one[1][2:] == PENDING)]

    async def _address(self, to: int | None) -> None:
        """A physical address needs its own answer filter and flow control; the functional one the adapter knows."""
        functional = FUNCTIONAL[self._wide]
        header = functional if to is None else to
        if header == (functional if self._to is None else self._to):
            return
        settings = [f"ATCP{header >> 24:02X}", f"ATSH{header & 0xFFFFFF:06X}"] if self._wide else [f"ATSH{header:03X}"]
        if header == functional:
            settings += ["ATCRA", "ATFCSM0"]
        elif not self._wide:
            settings += [f"ATCRA{header + 8:03X}", f"ATFCSH{header:03X}", "ATFCSD300000", "ATFCSM1"]
        for setting in settings:
            await self._say(setting)
        self._to = header

    async def _exchange(self, data: bytes, timeout: float) -> Answers:
        return messages(await self._say(data.hex().upper(), timeout), self._wide)

    async def _say(self, line: str, timeout: float = COMMAND_SECONDS) -> list[str]:
        """Send a line; the lines that come back until the prompt, at least one."""
        if self._reader is None or self._writer is None:
            raise HalError(f"the adapter at {self._port} is closed")
        try:
            self._writer.write(f"{line}\r".encode())
            await self._writer.drain()
            raw = await asyncio.wait_for(self._reader.readuntil(PROMPT.encode()), timeout)
        except TimeoutError:
            raise HalError(f"the adapter at {self._port} does not answer {line}: check its power and speed") from None
        except (OSError, asyncio.IncompleteReadError):
            raise HalError(f"the adapter at {self._port} is gone: plug it in again") from None
        except asyncio.LimitOverrunError:
            raise HalError(f"the adapter at {self._port} does not stop talking: check its speed") from None
        text = raw.decode("latin-1").rstrip(PROMPT)
        return [part.strip("\0 ") for part in text.replace("\n", "\r").split("\r") if part.strip("\0 ")] or [""]


def messages(lines: list[str], wide: bool) -> Answers:
    """Whole messages from frames in hexadecimal with headers; what is none, or misses a part, is left out."""
    digits = 8 if wide else 3
    parts: dict[int, tuple[int, bytearray, int]] = {}
    whole: Answers = []
    for line in lines:
        try:
            source, frame = int(line[:digits], 16), bytes.fromhex(line[digits:])
        except ValueError:
            continue  # SEARCHING..., NO DATA, BUFFER FULL
        kind = frame[0] >> 4 if frame else None
        if kind == 0 and frame[0] < len(frame) and frame[0]:
            whole.append((source, frame[1 : 1 + frame[0]]))
        elif kind == 1 and len(frame) > 2:
            parts[source] = (int.from_bytes(frame[:2]) & 0xFFF, bytearray(frame[2:]), 1)
        elif kind == 2 and source in parts and parts[source][2] % 16 == frame[0] & 0x0F:
            length, data, number = parts[source]
            data += frame[1:]
            parts[source] = (length, data, number + 1)
            if len(data) >= length:
                whole.append((source, bytes(data[:length])))
                del parts[source]
    return whole


async def _connect(port: str, speed: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """``socket://host:port``, or a serial device. Raises OSError, termios.error."""
    if port.startswith("socket://"):
        address = urlsplit(port)
        opening = asyncio.open_connection(address.hostname, address.port, limit=LONGEST_ANSWER)
        return await asyncio.wait_for(opening, RESET_SECONDS)
    loop = asyncio.get_running_loop()
    descriptor = os.open(Path(port), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(descriptor)
        settings = termios.tcgetattr(descriptor)
        settings[4] = settings[5] = SPEEDS[speed]
        termios.tcsetattr(descriptor, termios.TCSANOW, settings)
    except BaseException:
        os.close(descriptor)
        raise
    return await _streams(loop, descriptor)


async def _streams(
    loop: asyncio.AbstractEventLoop, descriptor: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Both ways of one device; closing the writer closes the reader's side as well."""
    reader = asyncio.StreamReader(limit=LONGEST_ANSWER)
    protocol = asyncio.StreamReaderProtocol(reader)
    incoming, _ = await loop.connect_read_pipe(lambda: protocol, os.fdopen(descriptor, "rb", 0))
    out = os.fdopen(os.dup(descriptor), "wb", 0)
    outgoing, closing = await loop.connect_write_pipe(lambda: _Closing(incoming), out)
    return reader, asyncio.StreamWriter(outgoing, closing, reader, loop)


class _Closing(asyncio.streams.FlowControlMixin):
    """Ends the reading side with the writing one, and says when that is done."""

    def __init__(self, incoming: asyncio.BaseTransport) -> None:
        super().__init__()
        self._incoming = incoming
        self._closed = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._incoming.close()
        if not self._closed.done():
            self._closed.set_result(None)

    def _get_close_waiter(self, stream: asyncio.StreamWriter) -> "asyncio.Future[None]":
        return self._closed
