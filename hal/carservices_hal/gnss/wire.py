"""Live lines of a receiver: from a TCP server, from gpsd, from a serial port.

A serial port needs nothing but the standard library: NMEA is 8N1 and only read, so termios is enough.
"""

import asyncio
import os
import termios
import tty
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from carservices.hal import HalError
from carservices_hal.gnss import gpsd
from carservices_hal.gnss.nmea import NmeaFix, Reader

CONNECT_S = 5.0
LONGEST = 16_384
"""Bytes of a line; gpsd's list of satellites has some thousand. What is longer is noise (a wrong baud rate)."""
SCHEMES = ("tcp", "gpsd", "serial")


class Taker(Protocol):
    """Makes fixes of lines."""

    def take(self, line: str) -> NmeaFix | None: ...


class Closable(Protocol):
    """A stream's writer, or the transport of what is only read."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Wire:
    """An open connection to a receiver."""

    reader: asyncio.StreamReader
    line: Closable
    taker: Taker

    async def fixes(self) -> AsyncIterator[NmeaFix]:
        """Until the other side hangs up. Raises OSError when the line breaks."""
        rest = b""
        while data := await self.reader.read(4096):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if (fix := self.taker.take(line.decode("utf-8", "replace"))) is not None:
                    yield fix
            if len(rest) > LONGEST:
                rest = b""

    def close(self) -> None:
        """Hang up."""
        self.line.close()


async def connect(source: str, baud: int) -> Wire:
    """Open ``tcp://HOST:PORT``, ``gpsd://HOST[:PORT][/DEVICE]`` or ``serial:DEVICE``. Raises HalError with the cure."""
    target = urlsplit(source)
    try:
        if target.scheme == "serial":
            return await _serial(target.path, baud)
        return await asyncio.wait_for(_network(source, target), CONNECT_S)
    except (OSError, TimeoutError) as error:
        reason = getattr(error, "strerror", None) or "no reply"
        raise HalError(f"{source}: nobody answers ({reason}); start the receiver") from None


async def _network(source: str, target: SplitResult) -> Wire:
    host, port = _address(source, target)
    reader, writer = await asyncio.open_connection(host, port)
    if target.scheme == "tcp":
        return Wire(reader, writer, Reader())
    writer.write(gpsd.watch(target.path))
    return Wire(reader, writer, gpsd.Reports())


def _address(source: str, target: SplitResult) -> tuple[str, int]:
    try:
        host, port = target.hostname, target.port
    except ValueError:  # a port above 65535
        host = port = None
    if port is None and target.scheme == "gpsd" and ":" not in target.netloc:
        port = gpsd.PORT
    if not host or not port:
        raise HalError(f"{source}: say host and port, as {target.scheme}://127.0.0.1:{gpsd.PORT}")
    return host, port


async def _serial(device: str, baud: int) -> Wire:
    rate = getattr(termios, f"B{baud}", None)
    if rate is None:
        raise HalError(f"serial:{device}: no port runs at {baud} baud; take 4800, 9600, 38400 or 115200")
    port = os.open(device, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(port)
        settings = termios.tcgetattr(port)
        settings[4] = settings[5] = rate
        termios.tcsetattr(port, termios.TCSANOW, settings)
    except termios.error:
        os.close(port)
        raise HalError(f"serial:{device}: that is no serial port; look for it in /dev") from None
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    file = os.fdopen(port, "rb", buffering=0)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    return Wire(reader, transport, Reader())
