"""Ways to carry one small message from a publisher to many subscribers: raw ZeroMQ, ours, and the peers.

Each has ``start(dir)`` (its broker processes), ``publisher(dir)`` (a context that yields an async send of
(value, t_ns)) and ``subscribe(dir, take)``, which hands on (value, t_ns) until it is killed. ``needs`` are the module
and the program without which it is skipped.
"""

import asyncio
import contextlib
import importlib
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

import msgpack
import zmq

from carservices.bus import Car
from carservices.bus.identity import Grants, create_secret, read_secret, token_for, write_grants
from carservices.hal import Hal, Options
from carservices.hub.host import HalHost
from carservices.hub.main import run_hub
from carservices.signals import Datatype, SignalConfig, Value

fork = get_context("fork")
PATH = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
HEAD = PATH.encode() + b"\0"
PORT = 21883

Take = Callable[[float, int], None]
Send = Callable[[float, int], Awaitable[None]]


def pack(value: float, stamp: int, seq: int = 0) -> bytes:
    return msgpack.packb((value, stamp, 0, seq))


def unpack(payload: bytes, take: Take) -> None:
    value, stamp, _status, _seq = msgpack.unpackb(payload)
    take(value, stamp)


class Transport:
    name = ""
    needs: tuple[str, str] = ("", "")
    bursts: Mapping[int, int] = MappingProxyType({})
    """How many messages a flood says together, by number of subscribers; the others need no rests."""

    def missing(self) -> str:
        module, program = self.needs
        if module:
            try:
                importlib.import_module(module)  # here: forked processes share it as they share our code
            except ImportError:
                return f"Python module {module} is not installed"
        if program and not shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
            return f"{program} is not installed"
        return ""

    def start(self, run_dir: Path) -> list[int]:
        return []

    def publisher(self, run_dir: Path) -> AbstractAsyncContextManager[Send]:
        raise NotImplementedError

    async def subscribe(self, run_dir: Path, take: Take) -> None:
        raise NotImplementedError

    def spawn(self, target: Callable[..., None], *args: object) -> list[int]:
        process = fork.Process(target=target, args=args, daemon=True)
        process.start()
        return [process.pid or 0]

    def run(self, *command: str) -> list[int]:
        program = shutil.which(command[0], path=f"{os.environ.get('PATH', '')}:/usr/sbin") or command[0]
        quiet = subprocess.DEVNULL
        return [subprocess.Popen([program, *command[1:]], stdout=quiet, stderr=quiet).pid]


class RawZmq(Transport):
    """PUB → SUB, no broker."""

    name = "raw pub/sub"
    kind = zmq.PUB

    @contextlib.asynccontextmanager
    async def publisher(self, run_dir: Path):
        socket = zmq.Context().socket(self.kind)
        socket.sndhwm = 4000
        if self.kind == zmq.PUB:
            socket.bind(f"ipc://{run_dir}/raw")
        else:
            socket.connect(f"ipc://{run_dir}/in")
        seq = 0

        async def send(value: float, stamp: int) -> None:
            nonlocal seq
            seq += 1
            socket.send(HEAD + pack(value, stamp, seq))

        yield send

    async def subscribe(self, run_dir: Path, take: Take) -> None:
        socket = zmq.Context().socket(zmq.SUB)
        socket.rcvhwm = 4000
        socket.subscribe(HEAD)
        socket.connect(f"ipc://{run_dir}/raw")
        while True:
            unpack(socket.recv().partition(b"\0")[2], take)


class Brokered(RawZmq):
    """PUSH → a loop that copies opaque frames to XPUB_MANUAL → SUB."""

    name = "raw brokered"
    kind = zmq.PUSH

    def start(self, run_dir: Path) -> list[int]:
        return self.spawn(self._broker, run_dir)

    @staticmethod
    def _broker(run_dir: Path) -> None:
        context = zmq.Context()
        source, fan = context.socket(zmq.PULL), context.socket(zmq.XPUB)
        source.rcvhwm = fan.sndhwm = 4000
        fan.setsockopt(zmq.XPUB_MANUAL, 1)
        source.bind(f"ipc://{run_dir}/in")
        fan.bind(f"ipc://{run_dir}/raw")
        poller = zmq.Poller()
        poller.register(source, zmq.POLLIN)
        poller.register(fan, zmq.POLLIN)
        while True:
            for socket, _ in poller.poll():
                with contextlib.suppress(zmq.Again):
                    if socket is fan:
                        frame = fan.recv()
                        fan.setsockopt(zmq.SUBSCRIBE if frame[:1] == b"\1" else zmq.UNSUBSCRIBE, frame[1:])
                        continue
                    for _ in range(500):
                        fan.send(source.recv(zmq.NOBLOCK), zmq.NOBLOCK)


class Ours(Transport):
    """A HAL's process → the hub with tokens, grants, checks and last values → a client's callback."""

    name = "ours"

    def start(self, run_dir: Path) -> list[int]:
        create_secret(run_dir)
        write_grants(run_dir, {"reader": Grants(read=("**",), call=("bench",))})
        return self.spawn(run_hub, run_dir)

    @staticmethod
    async def connect(run_dir: Path, name: str) -> Car:
        return await Car.connect(run_dir, name=name, token=token_for(read_secret(run_dir), name))

    @contextlib.asynccontextmanager
    async def publisher(self, run_dir: Path):
        car = await self.connect(run_dir, "hal.bench")
        host = HalHost(car, OneSignal(OneSignal.Options()))
        announced = asyncio.Event()
        serving = asyncio.create_task(host.run(announced.set))
        await announced.wait()

        async def send(value: float, stamp: int) -> None:
            host.publish((Value(PATH, value, stamp),))
            while host.unsent:  # noqa: ASYNC110 - the others block at a full queue too
                await asyncio.sleep(0.0005)

        yield send
        serving.cancel()

    async def subscribe(self, run_dir: Path, take: Take) -> None:
        car = await self.connect(run_dir, "reader")

        def see(value: Value) -> None:
            if isinstance(value.value, float):
                take(value.value, value.timestamp)

        await car.watch([PATH], see)
        await asyncio.Event().wait()


class OneSignal(Hal[Options]):
    """Offers the benchmark's signal; its values come from outside."""

    async def open(self):
        return (SignalConfig(path=PATH, datatype=Datatype.DOUBLE),)

    async def events(self):
        await asyncio.Event().wait()
        yield ()


class Zenoh(Transport):
    name = "zenoh"
    needs = ("zenoh", "")

    def _open(self, run_dir: Path, listen: bool):
        import zenoh

        config = zenoh.Config()
        config.insert_json5("scouting/multicast/enabled", "false")
        config.insert_json5(("listen" if listen else "connect") + "/endpoints", f'["unixsock-stream/{run_dir}/zenoh"]')
        return zenoh.open(config)

    @contextlib.asynccontextmanager
    async def publisher(self, run_dir: Path):
        import zenoh

        session = self._open(run_dir, listen=True)
        publisher = session.declare_publisher(PATH.replace(".", "/"), congestion_control=zenoh.CongestionControl.BLOCK)

        async def send(value: float, stamp: int) -> None:
            publisher.put(pack(value, stamp))

        yield send

    async def subscribe(self, run_dir: Path, take: Take) -> None:
        while not (run_dir / "zenoh").exists():  # noqa: ASYNC110 - the publisher makes it
            await asyncio.sleep(0.01)
        session = self._open(run_dir, listen=False)
        subscriber = session.declare_subscriber(PATH.replace(".", "/"))  # undeclared when nobody holds it
        for sample in subscriber:
            unpack(bytes(sample.payload), take)


class Mosquitto(Transport):
    name = "mosquitto"
    needs = ("paho.mqtt.client", "mosquitto")
    bursts = MappingProxyType({1: 200, 20: 200})

    def start(self, run_dir: Path) -> list[int]:
        conf = run_dir / "mosquitto.conf"
        conf.write_text(
            f"listener {PORT} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nset_tcp_nodelay true\n"
        )
        return self.run("mosquitto", "-c", str(conf))

    def _client(self):
        import paho.mqtt.client as mqtt

        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", PORT)
        return client

    @contextlib.asynccontextmanager
    async def publisher(self, run_dir: Path):
        client = await until(self._client)
        client.loop_start()

        async def send(value: float, stamp: int) -> None:
            client.publish(PATH, pack(value, stamp))

        yield send

    async def subscribe(self, run_dir: Path, take: Take) -> None:
        client = await until(self._client)
        client.on_message = lambda _client, _data, message: unpack(message.payload, take)
        client.subscribe(PATH)
        client.loop_forever()


class Nats(Transport):
    name = "nats"
    needs = ("nats", "nats-server")
    bursts = MappingProxyType({1: 200, 20: 200})

    def start(self, run_dir: Path) -> list[int]:
        return self.run("nats-server", "-a", "127.0.0.1", "-p", str(PORT + 1))

    async def _client(self):
        import nats

        async def hear(_error: Exception) -> None:
            """That the server may still be starting is not worth a traceback."""

        url = f"nats://127.0.0.1:{PORT + 1}"
        return await nats.connect(url, error_cb=hear, reconnect_time_wait=0.05, max_reconnect_attempts=100)

    @contextlib.asynccontextmanager
    async def publisher(self, run_dir: Path):
        client = await self._client()

        async def send(value: float, stamp: int) -> None:
            await client.publish(PATH, pack(value, stamp))

        yield send

    async def subscribe(self, run_dir: Path, take: Take) -> None:
        client = await self._client()

        async def arrived(message) -> None:
            unpack(message.data, take)

        await client.subscribe(PATH, cb=arrived, pending_msgs_limit=-1, pending_bytes_limit=-1)
        await asyncio.Event().wait()


class Redis(Transport):
    name = "redis"
    needs = ("redis", "redis-server")

    def start(self, run_dir: Path) -> list[int]:
        return self.run(
            "redis-server", "--port", "0", "--unixsocket", f"{run_dir}/redis", "--save", "", "--dir", str(run_dir)
        )

    def _client(self, run_dir: Path):
        import redis

        client = redis.Redis(unix_socket_path=f"{run_dir}/redis")
        client.ping()
        return client

    @contextlib.asynccontextmanager
    async def publisher(self, run_dir: Path):
        client = await until(lambda: self._client(run_dir))

        async def send(value: float, stamp: int) -> None:
            client.publish(PATH, pack(value, stamp))

        yield send

    async def subscribe(self, run_dir: Path, take: Take) -> None:
        listener = (await until(lambda: self._client(run_dir))).pubsub(ignore_subscribe_messages=True)
        listener.subscribe(PATH)
        for message in listener.listen():
            unpack(message["data"], take)


class DBus(Transport):
    """Signals; dbus-fast closes its connection when a flood fills the socket, so it gets very short bursts."""

    name = "d-bus"
    needs = ("dbus_fast.aio", "dbus-daemon")
    bursts = MappingProxyType({1: 10, 20: 1})

    def start(self, run_dir: Path) -> list[int]:
        return self.run("dbus-daemon", "--session", "--nofork", f"--address=unix:path={run_dir}/dbus")

    async def _bus(self, run_dir: Path):
        from dbus_fast.aio import MessageBus

        while not (run_dir / "dbus").exists():  # noqa: ASYNC110 - the daemon makes it
            await asyncio.sleep(0.01)
        return await MessageBus(bus_address=f"unix:path={run_dir}/dbus").connect()

    @contextlib.asynccontextmanager
    async def publisher(self, run_dir: Path):
        from dbus_fast import Message

        bus = await self._bus(run_dir)

        async def send(value: float, stamp: int) -> None:
            await bus.send(Message.new_signal("/bench", "org.bench", "Value", "ay", [pack(value, stamp)]))

        yield send

    async def subscribe(self, run_dir: Path, take: Take) -> None:
        from dbus_fast import Message

        bus = await self._bus(run_dir)
        rule = "type='signal',interface='org.bench'"
        await bus.call(
            Message(
                "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus",
                "AddMatch",
                signature="s",
                body=[rule],
            )
        )
        bus.add_message_handler(lambda m: unpack(m.body[0], take) if m.member == "Value" else None)
        await asyncio.Event().wait()


async def until(connect: Callable[[], object]):
    """The broker may still be starting."""
    for _ in range(200):
        try:
            return connect()
        except Exception as error:
            if "onnect" not in f"{type(error).__name__} {error}":
                raise
            await asyncio.sleep(0.02)
    raise TimeoutError("the broker does not answer")


TRANSPORTS: tuple[Transport, ...] = (RawZmq(), Brokered(), Ours(), Zenoh(), Mosquitto(), Nats(), Redis(), DBus())
