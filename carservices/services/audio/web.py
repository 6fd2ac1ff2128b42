"""The way of the player to servers, no wider than that of the app that plays (`carservices.apphost.proxy`)."""

import io
import urllib.error
import urllib.request
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from carservices.app.hosts import is_private

ICY = b"ICY "


class SameHost(urllib.request.HTTPRedirectHandler):
    """An app may play from the hosts that it may reach: no server leads from one of them to another."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        there = urlsplit(newurl).hostname
        if there != urlsplit(req.full_url).hostname:
            raise urllib.error.URLError(f"it leads on to {there}: play from there")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check(connection: HTTPConnection) -> None:
    """A public name that leads into the car gets not one byte. Raises OSError."""
    if not is_private(connection.host) and is_private(connection.sock.getpeername()[0]):
        connection.close()
        raise OSError(f"{connection.host} leads to an address of this machine or its network")


class After(io.RawIOBase):
    """Some bytes, and then what comes from a stream."""

    def __init__(self, first: bytes, rest: io.BufferedReader) -> None:
        self._first = first
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._first[: len(buffer)] or self._rest.read1(len(buffer))
        self._first = self._first[len(data) :]
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._rest.close()
        super().close()


class Station(HTTPResponse):
    """Older stations (SHOUTcast 1) answer ``ICY 200 OK`` in place of HTTP's version."""

    def begin(self) -> None:
        if self.fp.peek(len(ICY)).startswith(ICY):
            self.fp.read(len(ICY))
            self.fp = io.BufferedReader(After(b"HTTP/1.0 ", self.fp))
        super().begin()


class Plain(HTTPConnection):
    response_class = Station

    def connect(self) -> None:
        super().connect()
        _check(self)


class Secure(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _check(self)


class Direct(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(Plain, req)


class DirectSecure(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(Secure, req)


STREAMS = urllib.request.build_opener(urllib.request.ProxyHandler({}), Direct, DirectSecure, SameHost)
