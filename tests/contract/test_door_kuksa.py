"""The doors `kuksa.val.v2` and `v1`, with an unmodified kuksa-client and with the bare stubs."""

import asyncio
import contextlib
import time

import pytest

pytest.importorskip("kuksa_client", reason="needs the extra 'kuksa'")
pytest.importorskip("jwt", reason="needs the extra 'kuksa'")

import grpc
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from kuksa.val.v1 import types_pb2 as types_v1
from kuksa.val.v1 import val_pb2 as v1
from kuksa.val.v1.val_pb2_grpc import VALStub as V1Stub
from kuksa.val.v2 import types_pb2 as types
from kuksa.val.v2 import val_pb2 as v2
from kuksa.val.v2.val_pb2_grpc import VALStub
from kuksa_client.grpc import (
    DataEntry,
    Datapoint,
    EntryUpdate,
    Field,
    Metadata,
    SubscribeEntry,
    View,
    VSSClientError,
)
from kuksa_client.grpc.aio import VSSClient

from carservices.bus import CarError
from carservices_hal.doors.access import issue
from tests.contract.door_car import AIR, SEAT, SPEED, VIN, doors

OUTSIDE = "Vehicle.Exterior.AirTemperature"
"""As AIR: no HAL of this car offers it."""
PASSENGER = "Vehicle.Cabin.Seat.Row1.PassengerSide.Position"
KEYS = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
}


def pem(key):
    """The private and the public half as text."""
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private.decode(), key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@contextlib.asynccontextmanager
async def stubbed(**options):
    """The car and a stub of v2."""
    async with (
        doors(**options) as (c, ports),
        grpc.aio.insecure_channel(f"127.0.0.1:{ports['kuksa']}") as channel,
    ):
        yield c, VALStub(channel)


@contextlib.asynccontextmanager
async def client():
    async with doors() as (c, ports), VSSClient("127.0.0.1", ports["kuksa"]) as kuksa:
        yield c, kuksa


@contextlib.contextmanager
def refused(status):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield
    assert caught.value.code() is getattr(grpc.StatusCode, status), caught.value.details()
    assert caught.value.details()


def by_path(path):
    return types.SignalID(path=path)


def seat(position):
    return v2.ActuateRequest(signal_id=by_path(SEAT), value=types.Value(uint32=position))


async def test_kuksa_client_reads_sets_and_follows_the_car():
    async with client() as (c, kuksa):
        await c.inject(SPEED, 30.5)
        assert (await kuksa.get_server_info()).name == "carservices"
        assert (await kuksa.get_current_values([SPEED]))[SPEED].value == 30.5
        described = (await kuksa.get_metadata([SEAT]))[SEAT]
        assert (described.data_type.name, described.entry_type.name, described.unit) == ("UINT16", "ACTUATOR", "mm")
        assert described.value_restriction.min == 0
        await kuksa.set_target_values({SEAT: Datapoint(410)})
        await c.until(SEAT, 410)
        assert (await kuksa.get_target_values([SEAT]))[SEAT].value == 410
        async for updates in kuksa.subscribe_current_values(["Vehicle.Cabin.Seat.Row1.DriverSide"]):
            if updates.get(SEAT) and updates[SEAT].value == 410:
                break
        await kuksa.set_current_values({AIR: Datapoint(21.5)})  # nobody offers it: the car learns it from this client
        assert (await kuksa.get_current_values([AIR]))[AIR].value == 21.5
        assert (await c.until(AIR, 21.5)).value == 21.5
        for path, value, code in [("Vehicle.Nope", 1, 404), (SEAT, 100_000, 400), (SPEED, 1.0, 400), (AIR, 1.0, 400)]:
            with pytest.raises(VSSClientError) as caught:
                await kuksa.set_target_values({path: Datapoint(value)})
            assert caught.value.error["code"] == code, path


async def commanded(c, path, value):
    """The handle of a command, as soon as the provider's claim has come through."""
    while True:
        with contextlib.suppress(CarError):
            return await c.set(path, value)


async def test_kuksa_client_as_a_provider_takes_the_cars_commands():
    async with client() as (c, kuksa):
        commands = kuksa.subscribe_target_values([PASSENGER])
        asking = asyncio.ensure_future(anext(commands))
        await kuksa.set_current_values({PASSENGER: Datapoint(0)})
        await c.until(PASSENGER, 0)
        handle = await commanded(c, PASSENGER, 250)
        assert (await asking)[PASSENGER].value == 250
        await kuksa.set_current_values({PASSENGER: Datapoint(250)})
        assert (await handle.confirmed()).value == 250
        await commands.aclose()


async def test_a_client_with_the_calls_of_kuksas_can_provider():
    """It is in no package index; its source (dbcfeederlib/databrokerclientwrapper.py) asks no more than this."""
    async with client() as (c, kuksa):
        described = (await kuksa.get_metadata((AIR,)))[AIR]
        wanted = kuksa.subscribe(entries=[SubscribeEntry(PASSENGER, View.FIELDS, [Field.ACTUATOR_TARGET])])
        asking = asyncio.ensure_future(anext(wanted))
        for number in (20.5, 21.5):
            entry = DataEntry(AIR, value=Datapoint(number), metadata=Metadata(data_type=described.data_type))
            await kuksa.set(updates=(EntryUpdate(entry, (Field.VALUE,)),))
        await c.until(AIR, 21.5)
        assert await asking == []  # what is wanted now: nothing
        asking = asyncio.ensure_future(anext(wanted))
        await commanded(c, PASSENGER, 120)
        (update,) = await asking
        assert (update.entry.path, update.entry.actuator_target.value) == (PASSENGER, 120)
        await wanted.aclose()


async def test_values_come_at_once_then_as_they_change_and_read_only_what_is_there():
    async with stubbed() as (c, stub):
        await c.inject(SPEED, 1.0)
        stream = stub.Subscribe(v2.SubscribeRequest(signal_paths=[SPEED, VIN, AIR], buffer_size=10))
        first = (await anext(aiter(stream))).entries
        assert first[SPEED].value.float == 1.0
        assert abs(first[SPEED].timestamp.ToNanoseconds() - time.time_ns()) < 60e9
        assert not first[VIN].HasField("value")
        assert not first[AIR].HasField("value")
        await c.inject(SPEED, 2.0)
        assert (await anext(aiter(stream))).entries[SPEED].value.float == 2.0
        stream.cancel()
        listed = {m.path: m.id for m in (await stub.ListMetadata(v2.ListMetadataRequest(root="Vehicle"))).metadata}
        by_id = stub.SubscribeById(v2.SubscribeByIdRequest(signal_ids=[listed[SPEED]]))
        assert (await anext(aiter(by_id))).entries[listed[SPEED]].value.float == 2.0
        values = await stub.GetValues(v2.GetValuesRequest(signal_ids=[by_path(SPEED), types.SignalID(id=listed[VIN])]))
        assert [point.HasField("value") for point in values.data_points] == [True, False]
        seats = (await stub.ListMetadata(v2.ListMetadataRequest(root="Vehicle.Cabin.Seat.*.*.Position"))).metadata
        assert {SEAT, PASSENGER} <= {m.path for m in seats}


async def test_a_batch_is_sent_whole_or_not_at_all():
    async with stubbed() as (c, stub):
        await c.inject(SEAT, 1)
        unclaimed = v2.ActuateRequest(signal_id=by_path(PASSENGER), value=types.Value(uint32=5))
        with refused("UNAVAILABLE"):
            await stub.BatchActuate(v2.BatchActuateRequest(actuate_requests=[seat(300), unclaimed]))
        assert (await c.get(SEAT)).value == 1
        await stub.BatchActuate(v2.BatchActuateRequest(actuate_requests=[seat(300)]))
        await c.until(SEAT, 300)

        async def two():
            yield seat(200)
            yield seat(100)

        await stub.ActuateStream(two())
        await c.until(SEAT, 100)


@pytest.mark.parametrize(
    ("call", "request_", "status"),
    [
        ("GetValue", v2.GetValueRequest(signal_id=by_path("Vehicle.Nope")), "NOT_FOUND"),
        ("GetValue", v2.GetValueRequest(signal_id=types.SignalID(id=99_999)), "NOT_FOUND"),
        ("GetValue", v2.GetValueRequest(signal_id=by_path("x" * 1001)), "INVALID_ARGUMENT"),
        ("GetValue", v2.GetValueRequest(), "INVALID_ARGUMENT"),
        ("GetValues", v2.GetValuesRequest(signal_ids=[by_path(SPEED)] * 1001), "INVALID_ARGUMENT"),
        ("GetValues", v2.GetValuesRequest(signal_ids=[by_path("y" * 2_000_000)]), "RESOURCE_EXHAUSTED"),
        ("Actuate", v2.ActuateRequest(signal_id=by_path(SPEED), value=types.Value(float=1)), "INVALID_ARGUMENT"),
        ("Actuate", v2.ActuateRequest(signal_id=by_path(SEAT), value=types.Value(string="far")), "INVALID_ARGUMENT"),
        ("Actuate", v2.ActuateRequest(signal_id=by_path(SEAT), value=types.Value(uint32=99_999)), "INVALID_ARGUMENT"),
        ("Actuate", v2.ActuateRequest(signal_id=by_path(SEAT)), "INVALID_ARGUMENT"),
        ("ListMetadata", v2.ListMetadataRequest(root="Vehicle.N()pe"), "NOT_FOUND"),
        ("PublishValue", v2.PublishValueRequest(signal_id=by_path(SPEED)), "ALREADY_EXISTS"),
    ],
)
async def test_what_is_wrong_is_told_with_the_status_of_the_specification(call, request_, status, shared):
    _, stub = shared
    with refused(status):
        await getattr(stub, call)(request_)


@pytest.fixture
async def shared():
    async with stubbed() as both:
        yield both


@pytest.mark.parametrize(
    "request_",
    [
        v2.SubscribeRequest(),
        v2.SubscribeRequest(signal_paths=[SPEED], buffer_size=1001),
        v2.SubscribeRequest(signal_paths=[f"Vehicle.S{i}" for i in range(1001)]),
    ],
)
async def test_a_bad_subscription_is_an_invalid_argument(request_, shared):
    with refused("INVALID_ARGUMENT"):
        await anext(aiter(shared[1].Subscribe(request_)))


async def test_a_provider_is_a_hal_of_the_car_until_it_leaves():
    async with stubbed() as (c, stub):
        ids = {m.path: m.id for m in (await stub.ListMetadata(v2.ListMetadataRequest())).metadata}
        stream = stub.OpenProviderStream()

        async def say(**action):
            await stream.write(v2.OpenProviderStreamRequest(**action))

        interval = {ids[AIR]: types.SampleInterval(interval_ms=100)}
        await say(provide_signal_request=v2.ProvideSignalRequest(signals_sample_intervals=interval))
        assert (await stream.read()).HasField("provide_signal_response")
        claim = v2.ProvideActuationRequest(actuator_identifiers=[by_path(PASSENGER)])
        await say(provide_actuation_request=claim)
        assert (await stream.read()).HasField("provide_actuation_response")
        points = {
            ids[AIR]: types.Datapoint(value=types.Value(float=19.5)),
            ids[PASSENGER]: types.Datapoint(value=types.Value(string="far")),
            ids[SPEED]: types.Datapoint(value=types.Value(float=1)),
        }
        await say(publish_values_request=v2.PublishValuesRequest(request_id=4, data_points=points))
        answer = (await stream.read()).publish_values_response
        assert (answer.request_id, set(answer.status)) == (4, {ids[PASSENGER], ids[SPEED]})
        watch = await c.watch([AIR], lambda _value: None, rate=5.0)
        wanted = (await stream.read()).update_filter_request.filters_update[ids[AIR]]
        assert wanted.min_sample_interval.interval_ms == 200
        assert (await c.until(AIR, 19.5)).value == 19.5
        await watch.close()
        other = stub.OpenProviderStream()
        await other.write(v2.OpenProviderStreamRequest(provide_actuation_request=claim))
        with refused("ALREADY_EXISTS"):
            await other.read()
        handle = await c.set(PASSENGER, 12)
        while not (message := await stream.read()).HasField("batch_actuate_stream_request"):
            assert message.HasField("update_filter_request")
        (wish,) = message.batch_actuate_stream_request.actuate_requests
        assert (wish.signal_id.id, wish.value.uint32) == (ids[PASSENGER], 12)
        echo = {ids[PASSENGER]: types.Datapoint(value=wish.value)}
        await say(publish_values_request=v2.PublishValuesRequest(data_points=echo))
        assert (await handle.confirmed()).value == 12
        stream.cancel()
        gone = await c.until(AIR, None)
        assert gone.status.name == "UNAVAILABLE"
        assert not (await stub.GetValue(v2.GetValueRequest(signal_id=by_path(AIR)))).data_point.HasField("value")
        again = stub.OpenProviderStream()
        await again.write(v2.OpenProviderStreamRequest(provide_actuation_request=claim))
        assert (await again.read()).HasField("provide_actuation_response")
        again.cancel()


async def published(stub, **call):
    await stub.PublishValue(
        v2.PublishValueRequest(signal_id=by_path(AIR), data_point=types.Datapoint(value=types.Value(float=7.5))), **call
    )


async def unavailable(c, stub):
    """The car and a client see that there is no value any more."""
    while await gives(stub, AIR):
        pass
    assert (await c.until(AIR, None)).status.name == "UNAVAILABLE"


async def gives(stub, path):
    """Whether a signal has a value at the door."""
    return (await stub.GetValue(v2.GetValueRequest(signal_id=by_path(path)))).data_point.HasField("value")


@contextlib.asynccontextmanager
async def older(**options):
    """The car, a stub, and a function that opens a stream of the older protocol by which a signal is 21.5."""
    async with doors(**options) as (c, ports), grpc.aio.insecure_channel(f"127.0.0.1:{ports['kuksa']}") as channel:

        async def streamed(path):
            updates = V1Stub(channel).StreamedUpdate()
            entry = types_v1.DataEntry(path=path, value=types_v1.Datapoint(float=21.5))
            update = v1.EntryUpdate(entry=entry, fields=[types_v1.FIELD_VALUE])
            await updates.write(v1.StreamedUpdateRequest(updates=[update]))
            await c.until(path, 21.5)
            return updates

        yield c, VALStub(channel), streamed


async def test_what_came_by_an_older_stream_ends_with_it():
    async with older() as (c, stub, streamed):
        (await streamed(AIR)).cancel()
        await unavailable(c, stub)
        await published(stub)
        await c.until(AIR, 7.5)


async def test_a_single_value_lasts_as_long_as_it_is_held_and_that_of_a_stream_longer():
    async with older(hold=0.2) as (c, stub, streamed):
        updates = await streamed(OUTSIDE)
        await published(stub)
        await unavailable(c, stub)
        assert await gives(stub, OUTSIDE)
        updates.cancel()


async def test_providers_signals_come_again_after_a_restart_of_the_hub():
    async with stubbed() as (c, stub):
        request = v2.PublishValueRequest(
            signal_id=by_path(AIR), data_point=types.Datapoint(value=types.Value(float=7.5))
        )
        await stub.PublishValue(request)
        await c.until(AIR, 7.5)
        c.hub.stop()
        c.hub.start()
        assert (await c.until(AIR, 7.5)).value == 7.5


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_token_allows_what_its_scopes_say_until_it_expires(algorithm, tmp_path):
    private, public = pem(KEYS[algorithm]())
    (tmp_path / "key.pem").write_text(public)
    foreign, _ = pem(KEYS[algorithm]())

    def bearer(*scopes, seconds=60.0, key=private):
        return {"metadata": (("authorization", f"Bearer {issue(key, scopes, seconds)}"),)}

    read = v2.GetValueRequest(signal_id=by_path(SPEED))
    async with stubbed(token_key=tmp_path / "key.pem") as (c, stub):
        await c.inject(SPEED, 1.0)
        await c.inject(SEAT, 1)
        for nobody in (
            {},
            bearer("read", seconds=-1),
            bearer("read", key=foreign),
            {"metadata": (("authorization", "Bearer x"),)},
        ):
            with refused("UNAUTHENTICATED"):
                await stub.GetValue(read, **nobody)
        for reader in (bearer("read"), bearer("read:Vehicle"), bearer("read:*.Speed"), bearer("actuate:Vehicle.Speed")):
            assert (await stub.GetValue(read, **reader)).data_point.value.float == 1.0
        for stranger in (bearer("read:Vehicle.Cabin"), bearer()):
            with refused("PERMISSION_DENIED"):
                await stub.GetValue(read, **stranger)
        with refused("PERMISSION_DENIED"):
            await stub.Actuate(seat(5), **bearer("read actuate:Vehicle.Body"))
        with refused("PERMISSION_DENIED"):
            await stub.Actuate(seat(5), **bearer("actuate"))  # the driver's seat is the car's own
        await stub.Actuate(seat(5), **bearer("actuate:Vehicle.Cabin.Seat.*.DriverSide", "permission:seats.driver"))
        publication = v2.PublishValueRequest(signal_id=by_path(AIR), data_point=types.Datapoint())
        with refused("PERMISSION_DENIED"):
            await stub.PublishValue(publication, **bearer("actuate"))
        await stub.PublishValue(publication, **bearer("provide:Vehicle.Cabin"))
        listed = (
            await stub.ListMetadata(v2.ListMetadataRequest(root="Vehicle"), **bearer("read:Vehicle.Speed"))
        ).metadata
        assert [m.path for m in listed] == [SPEED]
        await published(stub, **bearer("provide:Vehicle.Cabin", seconds=5))
        await c.until(AIR, 7.5)
        stream = stub.Subscribe(v2.SubscribeRequest(signal_paths=[SPEED]), **bearer("read", seconds=2))
        with refused("UNAUTHENTICATED"):
            async for update in stream:
                assert update.entries
        assert (await c.until(AIR, None)).status.name == "UNAVAILABLE"  # as what was published under a token


async def test_whoever_stops_reading_gets_the_newest_later_and_harms_nobody():
    """What does not fit into the windows of HTTP/2 waits in the door, one value of each signal."""
    rounds = 500
    async with stubbed() as (c, stub):
        listed = (await stub.ListMetadata(v2.ListMetadataRequest())).metadata
        texts = [
            m
            for m in listed
            if m.data_type == types.DATA_TYPE_STRING and m.path != VIN and not m.HasField("allowed_values")
        ]
        slow = stub.Subscribe(v2.SubscribeRequest(signal_paths=[m.path for m in texts]))
        await slow.read()
        provider = stub.OpenProviderStream()
        for number in range(rounds):
            value = types.Value(string=f"{number} {'x' * 4000}")
            points = {m.id: types.Datapoint(value=value) for m in texts}
            request = v2.PublishValuesRequest(data_points=points)
            await provider.write(v2.OpenProviderStreamRequest(publish_values_request=request))
        last = f"{rounds - 1} "
        await c.until(texts[0].path, lambda text: text is not None and text.startswith(last))
        heard = 1
        while not (await slow.read()).entries[texts[0].path].value.string.startswith(last):
            heard += 1
        assert heard < rounds - 50
        provider.cancel()
