"""What all gRPC services of the door share: who calls, until when, and how refusals are told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc

from carservices_hal.doors.access import Access, Gatekeeper
from carservices_hal.doors.errors import DoorError, told
from carservices_hal.doors.vehicle import Vehicle

BEARER = "bearer "


class Service:
    """A servicer on one car."""

    def __init__(self, vehicle: Vehicle, gatekeeper: Gatekeeper) -> None:
        self.vehicle = vehicle
        self.gatekeeper = gatekeeper

    @contextlib.asynccontextmanager
    async def guest(self, context: Any) -> AsyncIterator[Access]:
        """Around one call: the client's rights; it ends when they do, and with the status that was raised."""
        try:
            access = self.gatekeeper.access(_token(context))
            try:
                async with asyncio.timeout(access.seconds_left):
                    with told():
                        yield access
            except TimeoutError:
                access.check()
                raise DoorError("UNAVAILABLE", "the car did not answer in time") from None
        except DoorError as error:
            await context.abort(getattr(grpc.StatusCode, error.grpc), error.message)


def _token(context: Any) -> str | None:
    for key, value in context.invocation_metadata() or ():
        if key == "authorization" and isinstance(value, str) and value.lower().startswith(BEARER):
            return value[len(BEARER) :].strip()
    return None
