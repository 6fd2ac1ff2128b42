"""HTTP through the host's proxy, the only way out: it lets through what the manifest's ``hosts`` name."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from carservices.app.errors import CarError, PermissionMissing

MAX_BODY: Final = 16 << 20
"""Bytes of one answer."""
DENIED: Final = "ACCESS_DENIED"
"""The TLS alert with which the proxy refuses a host (RFC 8446, 6.2)."""


class HttpError(CarError):
    """No answer, or one that is not HTTP."""


@dataclass(frozen=True)
class Response:
    """An answer; ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Raises ValueError when it is no JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Request:
    """What is asked for."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


Transport = Callable[[Request], Awaitable[Response]]


class Http:
    """``await self.http.get(url)``. httpx works as well: ``httpx.AsyncHTTPTransport(uds=self.context.proxy)``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get(self, url: str, headers: Mapping[str, str] | None = None, timeout: float = 20.0) -> Response:
        """Raises PermissionMissing for a host the manifest does not name, HttpError when there is no answer."""
        return await self.request("GET", url, headers=headers, timeout=timeout)

    async def request(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Response:
        """Any method; see `get`."""
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise HttpError(f"{url}: not an address of the web")
        try:
            return await asyncio.wait_for(self._transport(Request(method, url, dict(headers or {}), body)), timeout)
        except TimeoutError:
            raise HttpError(f"{url}: no answer within {timeout:g} s") from None


def through(proxy: Callable[[], str]) -> Transport:
    """The transport over the unix socket at ``proxy()``; TLS goes through it end to end, as with httpx."""

    async def send(request: Request) -> Response:
        url = urlsplit(request.url)
        host = url.hostname or ""
        if not (path := proxy()):
            raise unlisted(host)
        tls: dict[str, Any] = {}
        if url.scheme == "https":
            tls = {"ssl": _trusting(), "server_hostname": host}
        try:
            reader, writer = await asyncio.open_unix_connection(path, **tls)
        except OSError as error:
            if reason := getattr(error, "reason", None):  # of TLS
                raise unlisted(host) if DENIED in reason else HttpError(f"{request.url}: {reason}") from None
            raise HttpError(
                f"{request.url}: the network proxy does not answer ({error or type(error).__name__})"
            ) from None
        try:
            writer.write(_written(request))
            await writer.drain()
            response = await _read(reader)
        except (OSError, EOFError, ValueError) as error:
            raise HttpError(f"{request.url}: {error or 'the answer broke off'}") from None
        finally:
            writer.close()
        if response.status == 403 and url.scheme == "http" and response.text.startswith(f"{host}:"):
            raise unlisted(host)  # the words of the proxy, not of the host
        return response

    return send


def _trusting() -> Any:
    import ssl  # with OpenSSL, which most apps do without

    return ssl.create_default_context()


def unlisted(host: str) -> PermissionMissing:
    """The refusal of a host that the manifest does not name."""
    return PermissionMissing(f"reaching {host}", f"network:{host}", f'in app.toml, add "{host}" to hosts')


def _written(request: Request) -> bytes:
    url = urlsplit(request.url)
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    headers = {"Host": url.netloc.rpartition("@")[2], "Accept-Encoding": "identity", "Connection": "close"}
    if request.body:
        headers["Content-Length"] = str(len(request.body))
    headers |= request.headers
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line break in the address or a header")
    return "\r\n".join([*lines, "", ""]).encode() + request.body


async def _read(reader: asyncio.StreamReader) -> Response:
    version, status, *_ = (await _line(reader)).split(" ", 2)
    if not version.startswith("HTTP/1."):
        raise ValueError(f"not an HTTP answer: {version}")
    headers: dict[str, str] = {}
    while line := await _line(reader):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Response(int(status), headers, await _body(reader, headers))


async def _line(reader: asyncio.StreamReader) -> str:
    line = await reader.readline()
    if not line:
        raise EOFError("the answer broke off")
    return line.decode("latin-1").rstrip("\r\n")


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", ""):
        body = bytearray()
        while size := int((await _line(reader)).split(";")[0], 16):
            _fits(len(body) + size)
            body += await reader.readexactly(size)
            await _line(reader)
        return bytes(body)
    if "content-length" in headers:
        length = int(headers["content-length"])
        _fits(length)
        return await reader.readexactly(length)
    body = bytearray()
    while data := await reader.read(1 << 16):
        body += data
        _fits(len(body))
    return bytes(body)


def _fits(size: int) -> None:
    if size > MAX_BODY:
        raise ValueError(f"an answer of more than {MAX_BODY} bytes")
