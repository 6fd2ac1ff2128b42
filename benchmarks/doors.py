"""The KUKSA door: updates from a foreign provider to a foreign subscriber, sets by kuksa-client, latency added.

Each set of kuksa-client is two calls of gRPC, one behind the other, and 0.5 ms of work for the client alone: one after
the other it reaches fewer than 1,000 a second even where a server without a car answers, which stands beside. Several
tasks of one client have several sets in flight.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import grpc
from _table import Row, arguments, show
from kuksa.val.v1 import types_pb2 as types_v1
from kuksa.val.v1 import val_pb2 as v1
from kuksa.val.v1.val_pb2_grpc import VALServicer as V1Servicer
from kuksa.val.v1.val_pb2_grpc import add_VALServicer_to_server as add_v1
from kuksa.val.v2 import types_pb2 as types
from kuksa.val.v2 import val_pb2 as v2
from kuksa.val.v2.val_pb2_grpc import VALServicer as V2Servicer
from kuksa.val.v2.val_pb2_grpc import VALStub
from kuksa.val.v2.val_pb2_grpc import add_VALServicer_to_server as add_v2
from kuksa_client.grpc import Datapoint
from kuksa_client.grpc.aio import VSSClient

from carservices.bus import Car
from carservices.bus.identity import create_secret, write_grants
from carservices.hub.hub import Hub
from carservices.system.table import DOORS
from carservices_hal.doors.grpc_door import MAX_CALLS
from carservices_hal.doors.main import NAME, run_doors

SIGNAL = "Vehicle.Cabin.HVAC.AmbientAirTemperature"
UPDATES, SETS, ADDED = 20_000.0, 1_000.0, 2.0
"""Goals: per second, per second, ms."""
IN_FLIGHT = 8
"""Sets of one client under way at once."""
PATIENCE = 30.0


def serve_hub(run_dir: Path) -> None:
    Hub(run_dir).run()


def serve_door(run_dir: Path, pipe: Connection) -> None:
    options = {"doors": ["kuksa"], "kuksa_port": 0, "open": True}
    run_doors(run_dir, options, opened=lambda addresses: pipe.send(int(addresses["kuksa"].rpartition(":")[2])))


def serve_nothing(pipe: Connection) -> None:
    """A server that has no car and answers what a set asks: the limit of kuksa-client and grpc.aio on this machine."""

    class Types(V1Servicer):
        async def Get(self, request, _context):
            entry = types_v1.DataEntry(path=request.entries[0].path)
            entry.metadata.data_type = types_v1.DATA_TYPE_FLOAT
            return v1.GetResponse(entries=[entry])

        async def GetServerInfo(self, _request, _context):  # kuksa-client's first question
            return v1.GetServerInfoResponse()

    class Values(V2Servicer):
        async def PublishValue(self, _request, _context):
            return v2.PublishValueResponse()

    async def serve() -> None:
        server = grpc.aio.server(maximum_concurrent_rpcs=MAX_CALLS)  # as the door: with a limit it takes more at once
        add_v1(Types(), server)
        add_v2(Values(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        pipe.send(port)
        await server.wait_for_termination()

    asyncio.run(serve())


def provide(port: int) -> None:
    """A foreign provider that publishes every float of the tree again and again, one message for all."""

    async def flood() -> None:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = VALStub(channel)
            ids = [m.id for m in await floats(stub)]
            stream = stub.OpenProviderStream()
            number = 0
            while True:
                number += 1
                points = {one: types.Datapoint(value=types.Value(float=number % 50)) for one in ids}
                request = v2.PublishValuesRequest(request_id=number, data_points=points)
                await stream.write(v2.OpenProviderStreamRequest(publish_values_request=request))

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(flood())


async def floats(stub: VALStub) -> list[types.Metadata]:
    """Signals that take any number from 0 to 50."""
    listed = (await stub.ListMetadata(v2.ListMetadataRequest(root="Vehicle"))).metadata
    free = [m for m in listed if m.data_type == types.DATA_TYPE_FLOAT and not m.HasField("allowed_values")]
    return [m for m in free if not (m.min.float > 0 or (m.HasField("max") and m.max.float < 50))]


async def updates(port: int, seconds: float) -> float:
    """Values a second that reach one subscriber while a provider floods the door."""
    context = multiprocessing.get_context("spawn")
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = VALStub(channel)
        paths = [m.path for m in await floats(stub)]
        provider = context.Process(target=provide, args=(port,), daemon=True)
        provider.start()
        try:
            stream = stub.Subscribe(v2.SubscribeRequest(signal_paths=paths, buffer_size=10))
            while not (await stream.read()).entries[paths[0]].HasField("value"):
                pass
            count, began = 0, time.perf_counter()
            while time.perf_counter() - began < seconds:
                count += len((await stream.read()).entries)
            rate = count / (time.perf_counter() - began)
            stream.cancel()
            return rate
        finally:
            provider.kill()
            provider.join()


async def sets(port: int, count: int, at_once: int) -> float:
    """`set_current_values` of one kuksa-client a second, so many of them under way at once."""
    async with VSSClient("127.0.0.1", port) as client:
        await client.set_current_values({SIGNAL: Datapoint(0.0)})
        numbers = iter(range(count))

        async def work() -> None:
            for number in numbers:
                await client.set_current_values({SIGNAL: Datapoint(number % 50 / 2)})

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(at_once)))
        return count / (time.perf_counter() - began)


async def compared(port: int, empty: int, count: int, at_once: int) -> Row:
    """Sets through our door, beside those with no car behind it; the best of runs in turns: the machine is shared."""
    runs = [(await sets(empty, count, at_once), await sets(port, count, at_once)) for _ in range(3)]
    limit, ours = map(max, zip(*runs, strict=True))
    job = f"kuksa-client set_current_values, {f'{at_once} in flight' if at_once > 1 else 'one after the other'}"
    return Row(job, ours, "/s", SETS, less=False, peers={"no car behind it": limit})


async def added(run_dir: Path, port: int, count: int) -> float:
    """ms by which a value comes later to a subscriber behind the door than to one on the bus; the median."""
    on_bus: asyncio.Queue[float] = asyncio.Queue()
    async with await Car.connect(run_dir) as car, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = VALStub(channel)
        signal = types.SignalID(path=SIGNAL)
        first = types.Datapoint(value=types.Value(float=0.0))
        await stub.PublishValue(v2.PublishValueRequest(signal_id=signal, data_point=first))
        while not (await stub.GetValue(v2.GetValueRequest(signal_id=signal))).data_point.HasField("value"):
            pass
        stream = stub.Subscribe(v2.SubscribeRequest(signal_paths=[SIGNAL]))
        while not (await stream.read()).entries[SIGNAL].HasField("value"):
            pass
        await car.watch([SIGNAL], lambda _value: on_bus.put_nowait(time.perf_counter()))
        await on_bus.get()
        later = []
        for number in range(count):
            point = types.Datapoint(value=types.Value(float=number % 50 + 0.5))
            await stub.PublishValue(v2.PublishValueRequest(signal_id=signal, data_point=point))
            await stream.read()
            behind = time.perf_counter()
            later.append((behind - await on_bus.get()) * 1e3)
        stream.cancel()
        return statistics.median(later)


@contextlib.contextmanager
def opened() -> Iterator[tuple[Path, int, int]]:
    """A hub, a door and a server without a car, a process each: the run directory, both ports."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="car") as place:
        run_dir = Path(place)
        create_secret(run_dir)
        write_grants(run_dir, {NAME: DOORS})
        ports, theirs = zip(*(context.Pipe() for _ in range(2)), strict=True)
        processes = [
            context.Process(target=serve_hub, args=(run_dir,), daemon=True),
            context.Process(target=serve_door, args=(run_dir, theirs[0]), daemon=True),
            context.Process(target=serve_nothing, args=(theirs[1],), daemon=True),
        ]
        for process in processes:
            process.start()
        try:
            if not all(port.poll(PATIENCE) for port in ports):
                raise TimeoutError("the door did not open")
            yield run_dir, ports[0].recv(), ports[1].recv()
        finally:
            for process in processes:
                process.kill()
                process.join()


async def measure(run_dir: Path, port: int, empty: int, *, quick: bool) -> list[Row]:
    later = await added(run_dir, port, 200 if quick else 2000)
    count = 500 if quick else 2500
    rate = await compared(port, empty, count, IN_FLIGHT)
    each = await compared(port, empty, count, 1)
    flood = await updates(port, 2.0 if quick else 10.0)
    return [
        Row("updates from a provider stream to one subscriber", flood, "/s", UPDATES, less=False),
        rate,
        each,
        Row("later behind the door than on the bus, p50", later, "ms", ADDED),
    ]


def main() -> int:
    wish = arguments(str(__doc__))
    logging.disable(logging.WARNING)  # kuksa-client logs each set
    with opened() as (run_dir, port, empty):
        rows = asyncio.run(measure(run_dir, port, empty, quick=wish.quick))
    show("Door kuksa.val.v2, hub, door, provider and subscriber in a process each", rows, wish.json)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
