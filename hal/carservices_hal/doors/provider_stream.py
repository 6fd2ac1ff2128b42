"""One `OpenProviderStream`: a foreign provider claims signals, publishes values and gets commands on one stream."""

import asyncio
import logging
import time
from typing import Any

from kuksa.val.v2 import types_pb2 as types
from kuksa.val.v2 import val_pb2 as v2

from carservices.signals import Datum, InvalidValue, SignalConfig
from carservices_hal.doors.access import Access
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.vehicle import Vehicle
from carservices_hal.kuksa.datapoints import put, source_time, take, wall_offset

log = logging.getLogger(__name__)

MAX_WAITING = 1000
"""Answers and commands that may wait for a provider that does not read; then its stream ends."""
ERRORS = {
    "INVALID_ARGUMENT": types.ERROR_CODE_INVALID_ARGUMENT,
    "NOT_FOUND": types.ERROR_CODE_NOT_FOUND,
    "PERMISSION_DENIED": types.ERROR_CODE_PERMISSION_DENIED,
}


class ProviderStream:
    """The door's end of the stream: `handle` takes each request, `outgoing` yields what the provider is sent."""

    def __init__(self, vehicle: Vehicle, access: Access) -> None:
        self._vehicle = vehicle
        self._access = access
        self._configs: dict[int, SignalConfig] = {}
        self._out: asyncio.Queue[Any] = asyncio.Queue(MAX_WAITING)
        self._requests = 0

    async def handle(self, request: Any) -> None:
        """Raises DoorError for what ends the stream."""
        action = request.WhichOneof("action")
        match action:
            case "publish_values_request":
                await self._publish(request.publish_values_request)
            case "provide_signal_request":
                intervals = request.provide_signal_request.signals_sample_intervals
                await self._claim({number: interval.interval_ms / 1000 for number, interval in intervals.items()})
                self._send(v2.OpenProviderStreamResponse(provide_signal_response=v2.ProvideSignalResponse()))
            case "provide_actuation_request":
                wanted = request.provide_actuation_request.actuator_identifiers
                paths = [one.path if one.WhichOneof("signal") == "path" else one.id for one in wanted]
                await self._vehicle.claim(self._access, self, dict.fromkeys(paths), actuation=True)
                self._send(v2.OpenProviderStreamResponse(provide_actuation_response=v2.ProvideActuationResponse()))
            case "batch_actuate_stream_response":
                answer = request.batch_actuate_stream_response
                if answer.error.code not in (types.ERROR_CODE_UNSPECIFIED, types.ERROR_CODE_OK):
                    log.warning(
                        "%s did not move %s: %s", self._access.subject, answer.signal_id, answer.error.message[:200]
                    )
            case "provider_error_indication":
                self._vehicle.providers.silence(self)
            case None:
                raise DoorError("INVALID_ARGUMENT", "a message of a provider stream needs an action")

    async def outgoing(self) -> Any:
        """The next message for the provider."""
        return await self._out.get()

    def close(self) -> None:
        self._vehicle.providers.release(self)

    # -- what the car wants ------------------------------------------------------------------------------------------

    def actuate(self, path: str, value: Datum) -> None:
        config = self._vehicle.tree.configs[path]
        wish = v2.ActuateRequest(signal_id=types.SignalID(id=self._vehicle.tree.id(path)))
        put(wish.value, config.datatype, value)
        batch = v2.BatchActuateStreamRequest(actuate_requests=[wish])
        self._send(v2.OpenProviderStreamResponse(batch_actuate_stream_request=batch))

    def sampled(self, path: str, rate: float) -> None:
        self._requests += 1
        interval = types.SampleInterval(interval_ms=round(1000 / rate) if rate else 0)
        filters = {self._vehicle.tree.id(path): types.Filter(min_sample_interval=interval)}
        update = v2.UpdateFilterRequest(request_id=self._requests, filters_update=filters)
        self._send(v2.OpenProviderStreamResponse(update_filter_request=update))

    # -- what the provider says --------------------------------------------------------------------------------------

    async def _claim(self, periods: dict[str | int, float | None]) -> None:
        for config in await self._vehicle.claim(self._access, self, periods):
            self._configs[self._vehicle.tree.id(config.path)] = config

    async def _publish(self, request: Any) -> None:
        """Values of one message; those that are wrong are named in an answer and leave the others alone."""
        now, offset = time.monotonic_ns(), wall_offset()
        values: list[tuple[str, Datum | None, int]] = []
        wrong: dict[int, Any] = {}
        for number, point in request.data_points.items():
            config = self._configs.get(number)
            try:
                if config is None:
                    config = await self._take_over(number)
                value = take(point.value, "typed_value", config) if point.HasField("value") else None
            except InvalidValue as error:
                wrong[number] = types.Error(code=types.ERROR_CODE_INVALID_ARGUMENT, message=str(error))
            except DoorError as error:
                code = ERRORS.get(error.grpc, types.ERROR_CODE_PERMISSION_DENIED)
                wrong[number] = types.Error(code=code, message=error.message)
            else:
                values.append((config.path, value, source_time(point, offset, now)))
        self._vehicle.providers.publish(values)
        if wrong:
            answer = v2.PublishValuesResponse(request_id=request.request_id, status=wrong)
            self._send(v2.OpenProviderStreamResponse(publish_values_response=answer))

    async def _take_over(self, number: int) -> SignalConfig:
        """Publishing without a claim claims: the actuators among them are told to this stream already."""
        await self._claim({number: None})
        return self._configs[number]

    def _send(self, message: Any) -> None:
        try:
            self._out.put_nowait(message)
        except asyncio.QueueFull:
            raise DoorError("RESOURCE_EXHAUSTED", "this provider does not read what it is sent") from None
