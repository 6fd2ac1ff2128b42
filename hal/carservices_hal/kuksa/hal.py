"""The KUKSA client HAL: signals of a remote databroker, by `kuksa.val.v2`."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from carservices.hal import Hal, HalError, Health, Options, SetError
from carservices.hal.check import settable
from carservices.signals import Code, Datum, InvalidValue, SignalConfig, Status, Value
from carservices_hal.can.outbox import Outbox
from carservices_hal.extras import extra
from carservices_hal.kuksa.datapoints import put, source_time, take, wall_offset
from carservices_hal.kuksa.metadata import config_of
from carservices_hal.listed import Listed

with extra("kuksa"):
    import grpc
    from kuksa.val.v2 import types_pb2 as types
    from kuksa.val.v2 import val_pb2 as v2
    from kuksa.val.v2.val_pb2_grpc import VALStub

grpc.aio.init_grpc_aio()  # its thread and sockets are the process's: without this they come and go with connections

ANSWER_SECONDS = 5.0
"""How long the databroker may take to answer."""
RETRIES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each attempt to connect again; the last goes on."""
CHANNEL = (
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),  # the metadata of a whole tree in one answer
    ("grpc.keepalive_time_ms", 20_000),  # notices a cut cable
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
CODES = {"INVALID_ARGUMENT": Code.INVALID_ARG, "NOT_FOUND": Code.INVALID_ARG, "INTERNAL": Code.INTERNAL_ERROR}
REFUSED = frozenset(("UNAUTHENTICATED", "PERMISSION_DENIED"))
"""Statuses that no second attempt will change."""


class KuksaOptions(Options):
    """Which databroker, and which of its branches, leaves or globs; ``ca`` (a PEM file) turns TLS on."""

    host: str = "127.0.0.1"
    port: int = Field(55555, ge=1, le=65535)
    paths: Listed = Field(("Vehicle",), min_length=1)
    token_file: Path | None = None
    ca: Path | None = None


class KuksaHal(Hal[KuksaOptions]):
    """Everything it offers is on-change: a databroker says when a value changes. Its actuators are ours to set."""

    Options = KuksaOptions

    def __init__(self, options: KuksaOptions) -> None:
        super().__init__(options)
        self._place = f"{options.host}:{options.port}"
        self._configs: dict[str, SignalConfig] = {}
        self._channel: Any = None
        self._asking: asyncio.Future[list[Sequence[Any]]] | None = None
        self._pumping: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._connected = False

    async def open(self) -> Sequence[SignalConfig]:
        self._header = self._authorization()
        self._channel = self._connect()
        self._stub = VALStub(self._channel)
        self._asking = asyncio.gather(*map(self._list, self.options.paths))
        try:
            found = [one for listed in await asyncio.shield(self._asking) for one in listed]
        except BaseException:
            await self.close()
            raise
        self._configs = {config.path: config for one in found if (config := config_of(one)) is not None}
        if not self._configs:
            await self.close()
            raise HalError(f"the databroker at {self._place} lets us read nothing of {', '.join(self.options.paths)}")
        self._outbox = Outbox(self._configs)
        self._wake.clear()
        self._pumping = asyncio.create_task(self._pump(), name="kuksa")
        self._pumping.add_done_callback(lambda _done: self._wake.set())
        return list(self._configs.values())

    async def events(self) -> AsyncIterator[Sequence[Value]]:
        pumping = self._pumping
        while pumping is not None and not pumping.done():
            await self._wake.wait()
            self._wake.clear()
            if batch := self._outbox.collect(time.monotonic_ns()):
                yield batch
        if pumping is not None and not pumping.cancelled() and (error := pumping.exception()):
            raise error

    async def set(self, path: str, value: Datum) -> None:
        config_value = settable(self._configs, path, value)
        wish = v2.ActuateRequest(signal_id=types.SignalID(path=path))
        put(wish.value, self._configs[path].datatype, config_value)
        self._outbox.expect(path, config_value)
        try:
            await self._stub.Actuate(wish, metadata=self._header, timeout=ANSWER_SECONDS)
        except grpc.aio.AioRpcError as error:
            self._outbox.forget(path)
            status = error.code().name
            code = Code.ACCESS_DENIED if status in REFUSED else CODES.get(status, Code.NOT_AVAILABLE)
            raise SetError(code, f"the databroker refuses: {error.details()}") from None

    async def health(self) -> Health:
        words = "" if self._connected else f"the databroker at {self._place} does not answer"
        return Health(self._connected, words, {"signals": len(self._configs)})

    async def close(self) -> None:
        if self._pumping is not None:
            self._pumping.cancel()
            with contextlib.suppress(asyncio.CancelledError, HalError):  # `events` has raised it
                await self._pumping
        self._pumping = None
        if self._asking is not None:  # a channel that goes while it connects leaves its socket to grpc's threads
            await asyncio.wait([self._asking])
        self._asking = None
        if self._channel is not None:
            await self._channel.close()
        self._channel = None

    def _connect(self) -> Any:
        if self.options.ca is None:
            return grpc.aio.insecure_channel(self._place, CHANNEL)
        try:
            credentials = grpc.ssl_channel_credentials(self.options.ca.read_bytes())
        except OSError as error:
            raise HalError(f"the certificate {self.options.ca} cannot be read ({error.strerror})") from None
        return grpc.aio.secure_channel(self._place, credentials, CHANNEL)

    def _authorization(self) -> tuple[tuple[str, str], ...]:
        if self.options.token_file is None:
            return ()
        try:
            token = self.options.token_file.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise HalError(f"the token in {self.options.token_file} cannot be read ({error})") from None
        return (("authorization", f"Bearer {token}"),)

    async def _list(self, root: str) -> Sequence[Any]:
        request = v2.ListMetadataRequest(root=root)
        try:
            answer = await self._stub.ListMetadata(request, metadata=self._header, timeout=ANSWER_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise HalError(
                f"the databroker at {self._place} cannot be used ({_words(error)}): start or correct it"
            ) from None
        listed: Sequence[Any] = answer.metadata
        return listed

    async def _pump(self) -> None:
        """Follow the databroker for ever; what it offers is unavailable while it is away."""
        attempt = 0
        while True:
            try:
                request = v2.SubscribeRequest(signal_paths=list(self._configs))
                async for answer in self._stub.Subscribe(request, metadata=self._header):
                    attempt, self._connected = 0, True
                    self._take(answer.entries)
            except grpc.aio.AioRpcError as error:
                if error.code().name in REFUSED:
                    raise HalError(f"the databroker at {self._place} refuses ({_words(error)})") from None
            self._connected = False
            now = time.monotonic_ns()
            for path in self._configs:
                self._outbox.put(path, None, Status.UNAVAILABLE, now)
            self._wake.set()
            await asyncio.sleep(RETRIES[min(attempt, len(RETRIES) - 1)])
            attempt += 1

    def _take(self, entries: Mapping[str, Any]) -> None:
        now, offset = time.monotonic_ns(), wall_offset()
        for path, point in entries.items():
            config = self._configs.get(path)
            if config is None:
                continue
            try:
                value = take(point.value, "typed_value", config) if point.HasField("value") else None
            except InvalidValue:
                self._outbox.put(path, None, Status.ERROR, now)
                continue
            status = Status.UNAVAILABLE if value is None else Status.AVAILABLE
            self._outbox.put(path, value, status, source_time(point, offset, now))
        self._wake.set()


def _words(error: Any) -> str:
    return f"{error.code().name.lower().replace('_', ' ')}: {(error.details() or '').splitlines()[0][:200]}"
