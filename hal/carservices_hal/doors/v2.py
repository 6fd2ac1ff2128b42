"""The door `kuksa.val.v2`."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from kuksa.val.v2 import types_pb2 as types
from kuksa.val.v2 import val_pb2 as v2
from kuksa.val.v2 import val_pb2_grpc as v2_grpc

import carservices
from carservices.signals import Datum, InvalidValue, Kind, SignalConfig, Status, Value
from carservices_hal.doors.access import Access
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.guest import Service
from carservices_hal.doors.mailbox import MAX_BUFFER, Mailbox
from carservices_hal.doors.provider_stream import ProviderStream
from carservices_hal.kuksa.datapoints import DATATYPE_NUMBERS, put, source_time, stamp, take, wall_offset

KINDS = {
    Kind.ATTRIBUTE: types.ENTRY_TYPE_ATTRIBUTE,
    Kind.SENSOR: types.ENTRY_TYPE_SENSOR,
    Kind.ACTUATOR: types.ENTRY_TYPE_ACTUATOR,
}


class V2(v2_grpc.VALServicer, Service):
    """The calls of the service VAL."""

    async def GetValue(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            (point,) = await self._points(access, [request.signal_id])
            return v2.GetValueResponse(data_point=point)

    async def GetValues(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            return v2.GetValuesResponse(data_points=await self._points(access, request.signal_ids))

    async def Subscribe(self, request: Any, context: Any) -> None:
        async with self.guest(context) as access:
            await self._stream(access, context, request, request.signal_paths, v2.SubscribeResponse, str)

    async def SubscribeById(self, request: Any, context: Any) -> None:
        async with self.guest(context) as access:
            number = self.vehicle.tree.id
            await self._stream(access, context, request, request.signal_ids, v2.SubscribeByIdResponse, number)

    async def Actuate(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            await self.vehicle.actuate(access, dict([await self._wish(access, request)]))
            return v2.ActuateResponse()

    async def ActuateStream(self, requests: AsyncIterator[Any], context: Any) -> Any:
        async with self.guest(context) as access:
            async for request in requests:
                await self.vehicle.actuate(access, dict([await self._wish(access, request)]))
            return v2.ActuateResponse()

    async def BatchActuate(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            wishes = [await self._wish(access, one) for one in request.actuate_requests]
            await self.vehicle.actuate(access, dict(wishes))
            return v2.BatchActuateResponse()

    async def ListMetadata(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            paths = await self.vehicle.select(access, [request.root])
            return v2.ListMetadataResponse(metadata=[self._metadata(path) for path in paths])

    async def PublishValue(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            config = await self.vehicle.providable(access, _named(request.signal_id))
            point, now = request.data_point, time.monotonic_ns()
            value = _value(point, config) if point.HasField("value") else None
            await self.vehicle.publish(access, [(config, value, source_time(point, wall_offset(), now))])
            return v2.PublishValueResponse()

    async def OpenProviderStream(self, requests: AsyncIterator[Any], context: Any) -> None:
        """Open until the client cancels it: a provider that only takes commands closes its own direction early."""
        async with self.guest(context) as access:
            stream = ProviderStream(self.vehicle, access)

            async def write() -> None:
                while True:
                    await context.write(await stream.outgoing())

            writing = asyncio.create_task(write())
            try:
                async for request in requests:
                    await stream.handle(access.check() and request)
                await writing
            finally:
                writing.cancel()
                stream.close()

    async def GetServerInfo(self, _request: Any, context: Any) -> Any:
        async with self.guest(context):
            return v2.GetServerInfoResponse(name="carservices", version=carservices.__version__)

    # -- helpers -----------------------------------------------------------------------------------------------------

    async def _points(self, access: Access, signals: Sequence[Any]) -> list[Any]:
        configs = await self.vehicle.find_all(access, [_named(one) for one in signals])
        values = await self.vehicle.read([config.path for config in configs])
        offset = wall_offset()
        return [point(value, config, offset) for value, config in zip(values, configs, strict=True)]

    async def _stream(
        self,
        access: Access,
        context: Any,
        request: Any,
        signals: Sequence[str | int],
        response: Callable[[], Any],
        key: Callable[[str], Any],
    ) -> None:
        if request.buffer_size > MAX_BUFFER:
            raise DoorError("INVALID_ARGUMENT", f"buffer_size {request.buffer_size}: at most {MAX_BUFFER} is allowed")
        if not signals:
            raise DoorError("INVALID_ARGUMENT", "a subscription needs at least one signal")
        configs = {config.path: config for config in await self.vehicle.find_all(access, list(signals))}
        keys = {path: key(path) for path in configs}
        interval = request.filter.min_sample_interval.interval_ms
        rate = 1000 / interval if interval else None
        async with self.vehicle.subscription(list(configs), Mailbox(request.buffer_size), rate) as mailbox:
            while True:
                batch, offset = await mailbox.take(), wall_offset()
                answer = response()
                fill(answer.entries, batch, configs, keys, offset)
                await context.write(answer)

    async def _wish(self, access: Access, request: Any) -> tuple[str, Datum]:
        config = await self.vehicle.actuator(access, _named(request.signal_id))
        return config.path, _value(request, config)

    def _metadata(self, path: str) -> Any:
        tree = self.vehicle.tree
        config, signal = tree.configs[path], tree.described(path)
        metadata = types.Metadata(
            path=path,
            id=tree.id(path),
            data_type=DATATYPE_NUMBERS[config.datatype],
            entry_type=KINDS[tree.kind(path)],
            description=signal.description if signal else "",
            deprecation=signal.deprecation or "" if signal else "",
            unit=config.unit or "",
        )
        element = config.datatype.element
        for field, limit in (("min", config.min), ("max", config.max)):
            if limit is not None:
                put(getattr(metadata, field), element, int(limit) if element.is_integer else limit)
        if config.allowed:
            put(metadata.allowed_values, _array_of(config), list(config.allowed))  # type: ignore[arg-type]
        if config.max_rate:
            metadata.min_sample_interval.interval_ms = round(1000 / config.max_rate)
        return metadata


def fill(
    entries: Any, batch: Mapping[str, Value], configs: Mapping[str, SignalConfig], keys: Mapping[str, Any], offset: int
) -> None:
    """Write a batch of values into the map of an answer."""
    for path, value in batch.items():
        entry = entries[keys[path]]
        stamp(entry.timestamp, value.timestamp, offset)
        if value.value is not None and value.status is Status.AVAILABLE:
            put(entry.value, configs[path].datatype, value.value)


def point(value: Value, config: SignalConfig, offset: int) -> Any:
    """A value as a datapoint; without a value when it is not available."""
    made = types.Datapoint()
    stamp(made.timestamp, value.timestamp, offset)
    if value.value is not None and value.status is Status.AVAILABLE:
        put(made.value, config.datatype, value.value)
    return made


def _named(signal: Any) -> str | int:
    """Path or number. Raises DoorError."""
    which = signal.WhichOneof("signal")
    if which is None:
        raise DoorError("INVALID_ARGUMENT", "a signal needs a path or an id")
    named: str | int = getattr(signal, which)
    return named


def _value(message: Any, config: SignalConfig) -> Datum:
    try:
        return take(message.value, "typed_value", config)
    except InvalidValue as error:
        raise DoorError("INVALID_ARGUMENT", str(error)) from None


def _array_of(config: SignalConfig) -> Any:
    datatype = config.datatype
    return datatype if datatype.is_array else type(datatype)(f"{datatype}[]")
