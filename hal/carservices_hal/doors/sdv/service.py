"""The services Broker and Collector of `sdv.databroker.v1` on the car."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import grpc

from carservices.signals import ChangeMode, InvalidValue, SignalConfig, Status, Value
from carservices_hal.doors.access import Access, Gatekeeper
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.guest import Service
from carservices_hal.doors.mailbox import Mailbox
from carservices_hal.doors.sdv import query
from carservices_hal.doors.sdv.messages import (
    CLASSES,
    DATATYPES,
    ERROR_INTERNAL,
    ERRORS,
    FAILURE_INTERNAL,
    FAILURES,
    FIELDS,
    PACKAGE,
)
from carservices_hal.doors.vehicle import Vehicle
from carservices_hal.kuksa.datapoints import put, source_time, stamp, take, wall_offset

CHANGES = {ChangeMode.STATIC: 0, ChangeMode.ON_CHANGE: 1, ChangeMode.CONTINUOUS: 2}
CALLS = {
    "Broker": {"GetDatapoints": "unary", "SetDatapoints": "unary", "Subscribe": "answers", "GetMetadata": "unary"},
    "Collector": {"RegisterDatapoints": "unary", "UpdateDatapoints": "unary", "StreamDatapoints": "both"},
}
"""Service → call → which side streams."""
HANDLERS: Mapping[str, Callable[..., Any]] = {
    "unary": grpc.unary_unary_rpc_method_handler,
    "answers": grpc.unary_stream_rpc_method_handler,
    "both": grpc.stream_stream_rpc_method_handler,
}


def add_sdv(server: Any, vehicle: Vehicle, gatekeeper: Gatekeeper) -> None:
    """Let a gRPC server answer these calls."""
    service = Databroker(vehicle, gatekeeper)
    for name, calls in CALLS.items():
        handlers = {
            call: HANDLERS[streams](
                getattr(service, call),
                request_deserializer=CLASSES[f"{call}Request"].FromString,
                response_serializer=CLASSES[f"{call}Reply"].SerializeToString,
            )
            for call, streams in calls.items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(f"{PACKAGE}.{name}", handlers),))


class Databroker(Service):
    """One method a call."""

    async def GetDatapoints(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            reply = CLASSES["GetDatapointsReply"]()
            for name in request.datapoints:
                try:
                    config = await self.vehicle.find(access, name)
                    (value,) = await self.vehicle.read([config.path])
                    _fill(reply.datapoints[name], config, value)
                except DoorError as error:
                    reply.datapoints[name].failure_value = FAILURES.get(error.grpc, FAILURE_INTERNAL)
            return reply

    async def SetDatapoints(self, request: Any, context: Any) -> Any:
        """Commands to actuators; what was refused is named."""
        async with self.guest(context) as access:
            reply = CLASSES["SetDatapointsReply"]()
            for name, point in request.datapoints.items():
                try:
                    config = await self.vehicle.actuator(access, name)
                    await self.vehicle.actuate(access, {config.path: take(point, "value", config, FIELDS)})
                except InvalidValue:
                    reply.errors[name] = ERRORS["INVALID_ARGUMENT"]
                except DoorError as error:
                    word = "PERMISSION_DENIED" if error.word == "READ_ONLY" else error.grpc
                    reply.errors[name] = ERRORS.get(word, ERROR_INTERNAL)
            return reply

    async def Subscribe(self, request: Any, context: Any) -> None:
        async with self.guest(context) as access:
            asked = query.parse(request.query)
            configs = {config.path: config for config in await self.vehicle.find_all(access, asked.paths)}
            known: dict[str, Value] = {}
            async with self.vehicle.subscription(list(configs), Mailbox()) as mailbox:
                while True:
                    known |= await mailbox.take()
                    if asked.holds({path: value.value for path, value in known.items()}):
                        reply = CLASSES["SubscribeReply"]()
                        for name, path in asked.fields.items():
                            _fill(reply.fields[name], configs[path], known[path])
                        await context.write(reply)

    async def GetMetadata(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            paths = await self.vehicle.select(access, request.names or ["Vehicle"])
            return CLASSES["GetMetadataReply"](list=[self._metadata(path) for path in paths])

    async def RegisterDatapoints(self, request: Any, context: Any) -> Any:
        """The numbers of signals that the tree has, for a feeder that will update them."""
        async with self.guest(context) as access:
            reply = CLASSES["RegisterDatapointsReply"]()
            for one in request.list:
                config = await self.vehicle.providable(access, one.name)
                if DATATYPES[config.datatype] != one.data_type:
                    raise DoorError("INVALID_ARGUMENT", f"{config.path} is a {config.datatype} in this car")
                reply.results[one.name] = self.vehicle.tree.id(config.path)
            return reply

    async def UpdateDatapoints(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            return CLASSES["UpdateDatapointsReply"](errors=await self._update(access, request.datapoints))

    async def StreamDatapoints(self, requests: AsyncIterator[Any], context: Any) -> None:
        async with self.guest(context) as access:
            with self.vehicle.stream() as source:
                async for request in requests:
                    if errors := await self._update(access, request.datapoints, source):
                        await context.write(CLASSES["StreamDatapointsReply"](errors=errors))

    async def _update(self, access: Access, points: Mapping[int, Any], source: object = None) -> dict[int, int]:
        """Publish; returns what was wrong by number."""
        wrong: dict[int, int] = {}
        for number, point in points.items():
            try:
                config = await self.vehicle.providable(access, number)
                failed = point.WhichOneof("value") == "failure_value"
                value = None if failed else take(point, "value", config, FIELDS)
                at = source_time(point, wall_offset(), time.monotonic_ns())
                await self.vehicle.publish(access, [(config, value, at)], source)
            except InvalidValue:
                wrong[number] = ERRORS["INVALID_ARGUMENT"]
            except DoorError as error:
                wrong[number] = ERRORS.get(error.grpc, ERROR_INTERNAL)
        return wrong

    def _metadata(self, path: str) -> Any:
        tree = self.vehicle.tree
        config, signal = tree.configs[path], tree.described(path)
        return CLASSES["Metadata"](
            id=tree.id(path),
            name=path,
            data_type=DATATYPES[config.datatype],
            change_type=CHANGES[config.change_mode],
            description=signal.description if signal else "",
        )


def _fill(point: Any, config: SignalConfig, value: Value) -> None:
    stamp(point.timestamp, value.timestamp, wall_offset())
    if value.value is None or value.status is not Status.AVAILABLE:
        point.failure_value = FAILURES["UNAVAILABLE"]
    else:
        put(point, config.datatype, value.value, FIELDS)
