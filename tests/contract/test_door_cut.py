"""A client whose connection is cut leaves nothing behind in the car."""

import asyncio

import pytest

pytest.importorskip("kuksa", reason="needs the extra 'kuksa'")
pytest.importorskip("aiohttp", reason="needs the extra 'kuksa'")

import aiohttp
import grpc
from kuksa.val.v2 import types_pb2 as types
from kuksa.val.v2 import val_pb2 as v2
from kuksa.val.v2.val_pb2_grpc import VALStub

from carservices_hal.doors.main import NAME
from tests.contract.door_car import AIR, SPEED, doors


async def until_topics(c, wanted):
    """Wait until the door watches this many topics of the hub."""
    async with asyncio.timeout(20):
        while True:
            peers = (await c.call("hub", "top"))["peers"]
            if [peer["topics"] for peer in peers if peer["name"].startswith(NAME)] == [wanted]:
                return


async def test_its_subscriptions_end_and_what_it_provided_is_unavailable():
    async with doors(doors=["kuksa", "viss"]) as (c, ports):
        await c.inject(SPEED, 1.0)
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{ports['kuksa']}")
        stub = VALStub(channel)
        followed = stub.Subscribe(v2.SubscribeRequest(signal_paths=[SPEED]))
        await followed.read()
        (air,) = (await stub.ListMetadata(v2.ListMetadataRequest(root=AIR))).metadata
        provider = stub.OpenProviderStream()
        points = {air.id: types.Datapoint(value=types.Value(float=5.5))}
        request = v2.PublishValuesRequest(data_points=points)
        await provider.write(v2.OpenProviderStreamRequest(publish_values_request=request))
        await c.until(AIR, 5.5)
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(f"http://127.0.0.1:{ports['viss']}/", protocols=["VISSv2"])
            await socket.send_json({"action": "subscribe", "path": AIR})
            await socket.receive_json(timeout=20)
            await until_topics(c, 2)
            socket._response.connection.transport.abort()
            await until_topics(c, 1)
            await socket.close()
        await channel.close()
        assert (await c.until(AIR, None)).status.name == "UNAVAILABLE"
        await until_topics(c, 0)
