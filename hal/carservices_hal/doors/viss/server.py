"""VISSv2 over WebSocket and HTTP on one port."""

import asyncio
import contextlib
import ipaddress
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiohttp import WSMsgType, web

from carservices.hal import HalError
from carservices_hal.doors.access import Gatekeeper
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.tls import Tls
from carservices_hal.doors.vehicle import Vehicle
from carservices_hal.doors.viss.filters import KINDS
from carservices_hal.doors.viss.history import History
from carservices_hal.doors.viss.session import Send, Session

PROTOCOL = "VISSv2"
"""The WebSocket's subprotocol (IANA registry)."""
MAX_MESSAGE = 64 * 1024
"""Bytes in one request."""
MAX_CLIENTS = 100
"""WebSockets at once."""
ALIVE_SECONDS = 30.0
"""Between two pings; a client that answers none is closed."""


class VissServer:
    """One port."""

    def __init__(self, vehicle: Vehicle, gatekeeper: Gatekeeper, history: History, protocols: Sequence[str]) -> None:
        self._vehicle = vehicle
        self._gatekeeper = gatekeeper
        self._history = history
        filters = [kind for kind in KINDS if history or kind != "history"]
        self._capabilities = {"filter": filters, "transport_protocol": protocols}
        self._sockets: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket's upgrade, or one request of HTTP."""
        if not self._gatekeeper.wants_tokens and _from_a_page(request):
            raise web.HTTPForbidden(text="pages of a browser need a token: open the door with a key for tokens")
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket(request)
        return await self._http(request)

    async def close(self, _app: web.Application) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1001, message=b"the door closes")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if len(self._sockets) >= MAX_CLIENTS:
            raise web.HTTPServiceUnavailable(text=f"at most {MAX_CLIENTS} clients at once")
        socket = web.WebSocketResponse(protocols=(PROTOCOL,), max_msg_size=MAX_MESSAGE, heartbeat=ALIVE_SECONDS)
        await socket.prepare(request)
        session = self._session(request, socket.send_json)
        self._sockets.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await socket.send_json(await session.handle(_parsed(message.data)))
        except ConnectionError:
            pass  # the client is gone
        finally:
            self._sockets.discard(socket)
            await session.close()
        return socket

    async def _http(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request, None)
        said: dict[str, Any] = {"path": request.path}
        if request.method == "GET":
            said["action"] = "get"
            if "filter" in request.query:
                said["filter"] = _parsed(request.query["filter"]) or {}
        else:
            body = _parsed(await request.text())
            said |= {"action": "set"} | ({"value": body["value"]} if isinstance(body, dict) and "value" in body else {})
        answer = await session.handle(said)
        return web.json_response(answer, status=answer["error"]["number"] if "error" in answer else 200)

    def _session(self, request: web.Request, send: Send | None) -> Session:
        token = _bearer(request)
        return Session(self._vehicle, self._gatekeeper, self._history, self._capabilities, send, token)


@contextlib.asynccontextmanager
async def open_viss(
    vehicle: Vehicle, gatekeeper: Gatekeeper, host: str, port: int, tls: Tls | None, remembered: Sequence[str] = ()
) -> AsyncIterator[int]:
    """Serve, and remember the signals that these paths name; yields the port. Raises HalError."""
    try:
        history = History(path for root in remembered for path in vehicle.tree.select(root))
    except DoorError as error:
        raise HalError(f"the VISS door cannot remember: {error.message}") from None
    server = VissServer(vehicle, gatekeeper, history, ("https", "wss") if tls else ("http", "ws"))
    app = web.Application(client_max_size=MAX_MESSAGE)
    app.router.add_get("/{path:.*}", server.serve, allow_head=False)
    app.router.add_post("/{path:.*}", server.serve)
    app.on_shutdown.append(server.close)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    recording = asyncio.create_task(history.record(vehicle), name="viss history") if history else None
    try:
        site = web.TCPSite(runner, host, port, ssl_context=tls.context() if tls else None)
        try:
            await site.start()
        except OSError as error:
            reason = error.strerror or error
            raise HalError(
                f"the VISS door cannot open at {host}:{port} ({reason}): take another port or address"
            ) from None
        yield runner.addresses[0][1]
    finally:
        if recording is not None:
            recording.cancel()
            await asyncio.gather(recording, return_exceptions=True)
        await runner.cleanup()


def _from_a_page(request: web.Request) -> bool:
    """Whether a browser sent it for a page of somebody's: it names the page, or a host that is no address."""
    if "Origin" in request.headers:
        return True
    host = request.url.host or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host != "localhost"
    return False


def _bearer(request: web.Request) -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _parsed(text: str) -> object:
    """JSON; None for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
