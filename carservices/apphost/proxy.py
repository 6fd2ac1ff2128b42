"""The only way of an app to the network: a proxy on a unix socket of its own that lets through the hosts it may reach.

It reads as much of a connection as tells the host: the name in a TLS greeting (which then passes unopened, end to
end), a CONNECT line, or the Host of a plain request. A client that can speak HTTP over a unix socket needs no more.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from carservices.app.hosts import PORTS, is_private

log = logging.getLogger(__name__)

TLS_HANDSHAKE = 0x16
TLS_DENIED = bytes((0x15, 3, 3, 0, 2, 2, 49))
"""The fatal alert ``access_denied`` (RFC 8446, 6.2)."""
SNI = 0
"""The extension ``server_name`` (RFC 6066)."""
LONGEST_HEAD = 64 << 10
MOST_CONNECTIONS = 16
GREETING_SECONDS, CONNECT_SECONDS, IDLE_SECONDS = 10.0, 15.0, 90.0
CHUNK = 1 << 16
HTTP, HTTPS = PORTS["http"], PORTS["https"]


class Denied(Exception):
    """This host may not be reached; the message says why."""


@dataclass(slots=True)
class Traffic:
    """What went through, in bytes and connections."""

    sent: int = 0
    received: int = 0
    connections: int = 0
    denied: int = 0


class Proxy:
    """One app's proxy. ``allows(host, port)`` is asked for each connection, so a revoked host is shut at once."""

    def __init__(self, path: Path, allows: Callable[[str, int], bool]) -> None:
        self.path = path
        self.traffic = Traffic()
        self._allows = allows
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Raises OSError."""
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._accept, sock=_bound(self.path), limit=LONGEST_HEAD)
        self.path.chmod(0o666)  # the app has a user id of its own; the folder of the socket is ours alone

    async def close(self) -> None:
        """Ends every connection."""
        if self._server:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        self.path.unlink(missing_ok=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            if len(self._open) <= MOST_CONNECTIONS:
                await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ValueError) as error:
            log.debug("a connection of an app ended: %s", error)
        finally:
            self._open.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.traffic.connections += 1
        async with asyncio.timeout(GREETING_SECONDS):
            first = await reader.readexactly(1)
            secure = first[0] == TLS_HANDSHAKE
            head = first + (await _record(reader) if secure else await reader.readuntil(b"\r\n\r\n"))
        try:
            host, port, head, answer = _greeting(head) if secure else _request(head)
            there = await self._connect(host, port)
        except Denied as denied:
            self.traffic.denied += 1
            writer.write(TLS_DENIED if secure else _refusal(403, str(denied)))
            await writer.drain()
            return
        except (OSError, TimeoutError) as error:
            if not secure:
                writer.write(_refusal(502, f"it cannot be reached ({error or 'no answer'})"))
                await writer.drain()
            return
        writer.write(answer)
        there[1].write(head)
        self.traffic.sent += len(head)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pipe(reader, there[1], "sent"))
                both.create_task(self._pipe(there[0], writer, "received"))
        except* (OSError, TimeoutError):
            pass  # one side is gone: the connection is over
        finally:
            there[1].close()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Raises `Denied`, OSError."""
        if not self._allows(host, port):
            raise Denied(f"{host}:{port} is not among the hosts of the app: name it in app.toml, hosts")
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = [str(entry[4][0]) for entry in found]
            if not is_private(host) and any(map(is_private, addresses)):  # a public name that leads into the car
                raise Denied(f"{host} leads to an address of this machine or its network")
            return await asyncio.open_connection(addresses[0], port, limit=CHUNK)

    async def _pipe(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, counter: str) -> None:
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                chunk = await source.read(CHUNK)
            if not chunk:
                with contextlib.suppress(OSError):
                    sink.write_eof()
                return
            setattr(self.traffic, counter, getattr(self.traffic, counter) + len(chunk))
            sink.write(chunk)
            await sink.drain()


def _refusal(status: int, text: str) -> bytes:
    body = text.encode()
    words = {403: "Forbidden", 502: "Bad Gateway"}[status]
    return (
        f"HTTP/1.1 {status} {words}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode() + body


def _request(head: bytes) -> tuple[str, int, bytes, bytes]:
    """Host, port, what to send on, and what to answer first, of a plain request. Raises ValueError.

    One request a connection (``Connection: close`` is added), so that a second one cannot go to another host.
    """
    line, *fields = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target, version = line.split(" ")
    if method == "CONNECT":
        host, _, port = target.rpartition(":")
        return host.lower(), int(port), b"", b"HTTP/1.1 200 Connection established\r\n\r\n"
    named = [field.partition(":")[2].strip() for field in fields if field.lower().startswith("host:")]
    where = urlsplit(target if "://" in target else f"http://{named[0] if len(named) == 1 else ''}{target}")
    if where.scheme != "http" or not where.hostname:
        raise ValueError(f"a request without a host: {line[:80]}")
    path = where.path or "/"
    kept = [f for f in fields if f.partition(":")[0].lower() not in ("host", "connection", "proxy-connection")]
    lines = [
        f"{method} {path}{'?' if where.query else ''}{where.query} {version}",
        f"Host: {where.netloc}",
        *kept,
        "Connection: close",
    ]
    return where.hostname, where.port or HTTP, "\r\n".join([*lines, "", ""]).encode("latin-1"), b""


def _bound(path: Path) -> socket.socket:
    """A socket there, also where the path is longer than the 107 bytes that an address takes (unix(7))."""
    made = socket.socket(socket.AF_UNIX)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        short = Path(f"/proc/self/fd/{folder}")
        made.bind(str(short / path.name if short.exists() else path))
    except BaseException:
        made.close()
        raise
    finally:
        os.close(folder)
    return made


async def _record(reader: asyncio.StreamReader) -> bytes:
    """The rest of the first TLS record, after its type. Raises asyncio.IncompleteReadError."""
    header = await reader.readexactly(4)
    return header + await reader.readexactly(int.from_bytes(header[2:]))


def _greeting(record: bytes) -> tuple[str, int, bytes, bytes]:
    """The host of a TLS ClientHello (RFC 8446, 4.1.2). Raises `Denied` when it names none, ValueError for nonsense."""
    try:
        at = 5 + 4 + 2 + 32  # record, handshake, version, random
        at += 1 + record[at]  # session id
        at += 2 + int.from_bytes(record[at : at + 2])  # cipher suites
        at += 1 + record[at]  # compression methods
        end = at + 2 + int.from_bytes(record[at : at + 2])
        at += 2
        while at + 4 <= min(end, len(record)):
            kind, length = int.from_bytes(record[at : at + 2]), int.from_bytes(record[at + 2 : at + 4])
            if kind == SNI:
                size = int.from_bytes(record[at + 7 : at + 9])
                return record[at + 9 : at + 9 + size].decode("ascii").lower(), HTTPS, record, b""
            at += 4 + length
    except IndexError:
        raise ValueError("a TLS greeting that is none") from None
    raise Denied("the TLS greeting names no host")
