"""The door `sdv.databroker.v1`, which apps of Velocitas' SDK knock at."""

import asyncio
import contextlib

import pytest

pytest.importorskip("kuksa", reason="needs the extra 'kuksa'")
pytest.importorskip("jwt", reason="needs the extra 'kuksa'")

import grpc

from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.sdv.messages import CLASSES
from carservices_hal.doors.sdv.query import parse
from tests.contract.door_car import AIR, SEAT, SPEED, VIN, doors

NOT_AVAILABLE, UNKNOWN = 1, 2
COLLECTOR = ("RegisterDatapoints", "UpdateDatapoints", "StreamDatapoints")


@contextlib.asynccontextmanager
async def broker():
    """The car and a function that makes a call."""
    async with doors() as (c, ports), grpc.aio.insecure_channel(f"127.0.0.1:{ports['kuksa']}") as channel:

        def call(name, streams="unary_unary", **fields):
            service = "Collector" if name in COLLECTOR else "Broker"
            invoke = getattr(channel, streams)(
                f"/sdv.databroker.v1.{service}/{name}",
                request_serializer=CLASSES[f"{name}Request"].SerializeToString,
                response_deserializer=CLASSES[f"{name}Reply"].FromString,
            )
            request = CLASSES[f"{name}Request"](**fields)
            return invoke(held(request) if streams == "stream_stream" else request)

        yield c, call


async def held(request):
    """A stream of one request that stays open."""
    yield request
    await asyncio.Event().wait()


def point(**value):
    return CLASSES["Datapoint"](**value)


async def test_an_app_reads_sets_and_subscribes():
    async with broker() as (c, call):
        await c.inject(SPEED, 0.0)
        points = (await call("GetDatapoints", datapoints=[SPEED, VIN, "Vehicle.Nope"])).datapoints
        assert points[SPEED].float_value == 0.0
        assert (points[VIN].failure_value, points["Vehicle.Nope"].failure_value) == (NOT_AVAILABLE, UNKNOWN)
        stream = call("Subscribe", "unary_stream", query=f"SELECT {SEAT}, {SPEED} AS v WHERE {SEAT} > 100")
        wishes = {SEAT: point(uint32_value=200), SPEED: point(float_value=1), VIN: point(int32_value=1)}
        errors = (await call("SetDatapoints", datapoints=wishes)).errors
        assert dict(errors) == {SPEED: 2, VIN: 2}
        fields = (await stream.read()).fields
        assert (fields[SEAT].uint32_value, fields["v"].float_value) == (200, 0.0)
        listed = (await call("GetMetadata", names=[SEAT])).list
        assert [(one.name, one.data_type) for one in listed] == [(SEAT, 7)]
        stream.cancel()


async def test_a_feeder_registers_and_updates():
    async with broker() as (c, call):
        registered = await call("RegisterDatapoints", list=[CLASSES["RegistrationMetadata"](name=AIR, data_type=10)])
        number = registered.results[AIR]
        points = {number: point(float_value=21.5), 99_999: point(bool_value=True)}
        assert dict((await call("UpdateDatapoints", datapoints=points)).errors) == {99_999: 0}
        await c.until(AIR, 21.5)
        assert dict((await call("UpdateDatapoints", datapoints={number: point(string_value="x")})).errors) == {
            number: 1
        }
        points[number] = point(float_value=30.0)
        stream = call("StreamDatapoints", "stream_stream", datapoints=points)
        assert dict((await stream.read()).errors) == {99_999: 0}
        await c.until(AIR, 30.0)
        stream.cancel()
        assert (await c.until(AIR, None)).status.name == "UNAVAILABLE", "it ends with its stream"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call("RegisterDatapoints", list=[CLASSES["RegistrationMetadata"](name=AIR, data_type=0)])
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("a = 3", True),
        ("a > 3", False),
        ("a >= 3 AND b = 'x'", True),
        ("a > 3 OR NOT b = 'y'", True),
        ("(a > 3 OR a < 1) AND b = 'x'", False),
        ("a between 1 and 2.5", False),
        ("c = true", True),
        ("d > 1", False),
        ("b > 1", False),
    ],
)
def test_a_condition_of_a_query(condition, holds):
    query = parse(f"select a, b where {condition}")
    assert query.holds({"a": 3, "b": "x", "c": True, "d": None}) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT a,",
        "SELECT a WHERE",
        "SELECT a WHERE a >",
        "SELECT a b",
        "SELECT 'a'",
        "SELECT a WHERE (a = 1",
        "SELECT a; DROP TABLE a",
        "SELECT a WHERE " + "(" * 5000,
        "SELECT a WHERE " + "NOT " * 3000 + "a = 1",
        "SELECT " + "a," * 20_000,
    ],
)
def test_a_broken_query_is_an_invalid_argument(text):
    with pytest.raises(DoorError) as caught:
        parse(text)
    assert caught.value.grpc == "INVALID_ARGUMENT"
