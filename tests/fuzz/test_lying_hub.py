"""A hub that lies: the client reports what it cannot read and goes on."""

import asyncio
import threading

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carservices.bus import CallError, Car, wire
from carservices.bus.broker import Broker
from carservices.bus.identity import create_secret
from carservices.bus.wire import Kind
from carservices.bus.zmtp import framed

anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(max_size=9), st.binary()
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)
frames = st.one_of(
    st.binary(max_size=60),
    anything.map(msgpack.packb),
    st.tuples(st.sampled_from([2, 3, 4, 5, 6, 9]), anything, anything, anything).map(msgpack.packb),
    st.tuples(st.just(5), st.sampled_from(["confirmed", "failed", "configs"]), anything).map(msgpack.packb),
)
notices = frames.filter(lambda frame: frame[1:2] not in (bytes([Kind.WELCOME]), bytes([Kind.HELLO])))
payloads = st.one_of(
    st.binary(max_size=40),
    anything.map(msgpack.packb).filter(lambda payload: b"\x94" not in payload),
    st.tuples(anything, anything, st.integers(3, 9) | st.text(), st.integers(1, 9)).map(
        lambda row: msgpack.packb([row])
    ),
)
TOPIC = "liar.state"
HEAD = TOPIC.encode() + wire.NUL


class Liar:
    """Answers honestly what it must, and sends the lies before each answer."""

    def __init__(self, run_dir):
        self.lies = []
        self.frames = []
        self.broker = Broker(run_dir, self)

    def joined(self, peer):
        peer.topics.add(TOPIC)

    def call(self, peer, call_id, target, method, params, timeout):
        for lie in self.lies:
            self.broker._server.send(peer.end, framed(lie))
        for frame in self.frames:
            self.broker.publish(HEAD, frame)
        answers = {"configs": [], "subscribe_states": [TOPIC], "sync": [], "ping": "pong"}
        if method in answers:
            self.broker.send(peer, [Kind.REPLY, call_id, answers[method]])
        else:
            self.broker.send(peer, [Kind.REPLY, call_id])

    def subscribed(self, peer, topic): ...
    def left(self, peer): ...
    def answer(self, peer, call_id, kind, body): ...
    def values(self, peer, batch): ...
    def state(self, peer, topic, payload): ...
    def last(self, topic): ...
    def tick(self): ...
    def due(self): ...
    def flush(self): ...


@pytest.fixture
def liar(tmp_path):
    create_secret(tmp_path)
    one = Liar(tmp_path)
    thread = threading.Thread(target=one.broker.run)
    thread.start()
    yield one
    one.broker.stop()
    thread.join()
    one.broker.close()


bounded = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@bounded
@given(lies=st.lists(notices, max_size=6))
def test_lies_on_the_call_socket(liar, tmp_path, lies):
    async def listen():
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        async with await Car.connect(tmp_path) as car:
            liar.lies = lies
            try:
                assert await car.call("hub", "ping") == "pong"
                assert await car.call("hub", "ping") == "pong"
            finally:
                liar.lies = []

    asyncio.run(listen())


@bounded
@given(payloads=st.lists(payloads, max_size=6))
def test_lies_on_a_topic(liar, tmp_path, payloads):
    async def listen():
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        async with await Car.connect(tmp_path) as car:
            done = asyncio.Event()
            await car.watch_topic(TOPIC, lambda state: done.set() if state == "truth" else None)
            truth = msgpack.packb([["truth", 1, 0, 2**64 - 1]])
            liar.frames = [*payloads, truth]
            async with asyncio.timeout(20):
                while not done.is_set():  # the liar does not wait for the subscription
                    await car.call("hub", "ping")
            liar.frames = []

    asyncio.run(listen())


async def test_an_answer_without_a_body_is_an_error_not_silence(liar, tmp_path):
    async with await Car.connect(tmp_path) as car:
        with pytest.raises(CallError) as failed:
            await car.call("hub", "nothing")
        assert failed.value.code == "INTERNAL"
