"""Where the receiver's NMEA goes: to whoever connects by TCP, to a pseudo-terminal as a serial port, or to a file."""

import asyncio
import contextlib
import logging
import os
import tty
from abc import ABC, abstractmethod
from pathlib import Path

from carservices.hal import HalError
from carservices_emulator.gnss.receiver import Receiver
from carservices_hal.gnss.nmea import NmeaFix, write, write_void
from carservices_hal.gnss.sky import gsa, gsv

SKY_S = 1.0
"""s between two lists of satellites."""
MOST_WAITING = 65_536
"""Bytes a client may leave unread before it is left behind."""
LAST_PORT = 65_535
FORMS = "tcp:PORT, pty, pty:LINK or the path of a file"

log = logging.getLogger(__name__)


def sentences(receiver: Receiver, *, with_sky: bool) -> list[str]:
    """What a receiver says at this moment, with the list of satellites or without."""
    receiver.look()
    seen, dops = ([], None) if receiver.silent else (receiver.satellites, receiver.dops)
    if dops is None:
        lines = write_void(receiver.moment)
    else:
        fix = NmeaFix(
            receiver.latitude,
            receiver.longitude,
            receiver.moment,
            abs(receiver.speed),
            receiver.course,
            receiver.altitude,
            dops.horizontal,
            len(seen),
        )
        lines = write(fix)
    lines += gsa(seen, dops)
    return lines + gsv(seen) if with_sky else lines


class Outlet(ABC):
    """One place where NMEA comes out."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where to read it, as the GNSS HAL's option ``source`` takes it."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Say it to whoever listens; nobody has to."""

    @abstractmethod
    def close(self) -> None:
        """Hang up."""


class NmeaPort:
    """Says at ``rate`` Hz of the world's time what the receiver measures. Raises HalError where it cannot begin."""

    def __init__(self, outlet: Outlet, rate: float) -> None:
        self.outlet = outlet
        self.period = 1.0 / rate
        self._due = self._sky_due = 0.0

    def tick(self, receiver: Receiver, time: float) -> None:
        """``time`` in s of the world; what was missed is not made up for."""
        if time < self._due - self.period - 1e-6:  # the world began anew
            self._due = self._sky_due = time
        if time < self._due - 1e-6:
            return
        self._due = max(self._due + self.period, time)
        with_sky = time >= self._sky_due - 1e-6
        if with_sky:
            self._sky_due = time + SKY_S - self.period / 2.0
        self.outlet.write("".join(f"{line}\r\n" for line in sentences(receiver, with_sky=with_sky)).encode())


async def open_port(where: str, rate: float) -> NmeaPort:
    """Open the port that ``where`` names. Raises HalError with the cure."""
    kind, _, rest = where.partition(":")
    try:
        if kind == "tcp":
            if not 0 <= (port := int(rest)) <= LAST_PORT:  # uvloop would take it by its last 16 bits
                raise ValueError
            return NmeaPort(await Tcp.open(port), rate)
        if kind == "pty":
            return NmeaPort(Pty(Path(rest) if rest else None), rate)
        return NmeaPort(File(Path(where)), rate)
    except ValueError:
        raise HalError(f"nmea {where}: '{rest}' is no port; write {FORMS}") from None
    except OSError as error:
        raise HalError(f"nmea {where}: {error.strerror}; take another of {FORMS}") from None


class Tcp(Outlet):
    """Serves this machine only."""

    def __init__(self) -> None:
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    @classmethod
    async def open(cls, port: int) -> "Tcp":
        self = cls()
        self._server = await asyncio.start_server(self._welcome, "127.0.0.1", port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self._port}"

    def write(self, data: bytes) -> None:
        for writer in tuple(self._writers):
            if writer.is_closing() or writer.transport.get_write_buffer_size() > MOST_WAITING:
                self._drop(writer)
            else:
                writer.write(data)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._writers):
            self._drop(writer)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError):
            while await reader.read(1024):  # what a client says to its receiver is nothing to this one
                pass
        self._drop(writer)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.transport.abort()


class Pty(Outlet):
    """A pseudo-terminal, with a link to it where one is asked for."""

    def __init__(self, link: Path | None) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._name = os.ttyname(self._slave)
        self._link = link
        if link is not None:
            try:
                if link.is_symlink():
                    link.unlink()
                link.symlink_to(self._name)
            except OSError:
                self._link = None
                self.close()
                raise

    @property
    def address(self) -> str:
        return f"serial:{self._link or self._name}"

    def write(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):  # nobody reads
            os.write(self._master, data)
        with contextlib.suppress(BlockingIOError):
            os.read(self._master, MOST_WAITING)

    def close(self) -> None:
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)


class File(Outlet):
    """Appends; a full disk ends it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("ab", buffering=0)

    @property
    def address(self) -> str:
        return str(self._path)

    def write(self, data: bytes) -> None:
        if self._file.closed:
            return
        try:
            self._file.write(data)
        except OSError as error:
            log.error("%s: cannot be written (%s); no more NMEA goes there", self._path, error.strerror)
            self._file.close()

    def close(self) -> None:
        self._file.close()
