"""One end of a ZeroMQ connection: whole frames from any pieces, and an other end that refuses, lies or sleeps."""

import asyncio
import contextlib
import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.bus.connection import Connection, Refused
from carservices.bus.zmtp import (
    CLIENT_GREETING,
    COMMAND,
    FULL,
    LONG,
    READY,
    REFUSAL,
    SERVER_GREETING,
    Splitter,
    credentials,
    framed,
    hello,
    with_type,
)
from tests.contract.bench_car import eventually

LET_IN = with_type(READY, "PULL")
bodies = st.lists(st.binary(max_size=20) | st.integers(250, 70_000).map(bytes), max_size=8)


@given(bodies, st.none() | st.lists(st.just(2) | st.integers(1, 300), max_size=30))
def test_frames_come_out_as_they_went_in_wherever_the_stream_is_cut(bodies, cuts):
    """Also where it is cut between them only, as nearly always, and where a piece of a body looks like a frame."""
    frames, splitter, out = [SERVER_GREETING, *map(framed, bodies)], Splitter(), []
    stream = b"".join(frames)
    for cut in [*(map(len, frames) if cuts is None else cuts), len(stream)]:
        piece, stream = stream[:cut], stream[cut:]
        lone = splitter.lone(piece)
        out += [body for _, body in splitter.feed(piece)] if lone is None else [lone]
    assert out == bodies


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_hello_names_user_and_token(user, token):
    ((_, command),) = Splitter().feed(CLIENT_GREETING + hello(user, token))
    assert credentials(command) == (user, token)


@given(st.lists(st.binary(max_size=100), max_size=10))
def test_noise_is_frames_or_an_error(pieces):
    splitter = Splitter()
    with contextlib.suppress(ValueError):
        for piece in (SERVER_GREETING, *pieces):
            for _, body in splitter.feed(piece):
                credentials(body)


class Other:
    """What is at the other end of the socket: it says this to whoever connects, and reads when told."""

    def __init__(self, path, *says):
        self.path, self.says = path, says
        self.got = bytearray()
        self.reads = asyncio.Event()
        self.served = []

    async def __aenter__(self):
        self.server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *_):
        self.reads.set()
        self.server.close()
        await asyncio.gather(*self.served)

    async def _serve(self, reader, writer):
        self.served.append(asyncio.current_task())
        writer.write(b"".join(self.says))
        await self.reads.wait()
        with contextlib.suppress(OSError):  # cut off
            while data := await reader.read(1 << 16):
                self.got += data
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def connection() -> Connection:
    return Connection("PUSH", ("me", "token"), pytest.fail)


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ([SERVER_GREETING.replace(b"PLAIN", b"NULL\0")], ConnectionError),
        ([SERVER_GREETING, framed(REFUSAL, COMMAND)], Refused),
        ([SERVER_GREETING, framed(FULL, COMMAND)], Refused),
        ([SERVER_GREETING, bytes((LONG,)) + b"\xff" * 8], ConnectionError),
        ([b"\0" * 64], ConnectionError),
    ],
    ids=["another mechanism", "a refusal", "too many of us", "a frame too large", "zeros"],
)
async def test_who_does_not_let_us_in(tmp_path, says, error):
    async with Other(tmp_path / "s", *says) as other:
        one = connection()
        with pytest.raises(error):
            await one.open(other.path)
        await one.close()
        assert one.lost.done()
        assert not one.send(b"x")


@pytest.mark.parametrize("name", ["", "n" * 300])
async def test_nobody_there_and_a_name_too_long(tmp_path, name):
    with pytest.raises(ValueError if name else OSError):
        await Connection("PUSH", (name, "token"), pytest.fail).open(tmp_path / "nobody")


async def test_who_is_given_up_while_connecting_leaves_no_error_behind(tmp_path):
    errors = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: errors.append(context["message"]))
    async with Other(tmp_path / "s", SERVER_GREETING) as other:
        for turns in range(6):
            one = connection()
            opening = asyncio.create_task(one.open(other.path))
            for _ in range(turns):
                await asyncio.sleep(0)
            opening.cancel()
            await asyncio.wait([opening])
            await one.close()
            del one, opening
            gc.collect()
    assert errors == []


async def test_an_end_that_does_not_read_is_noticed_and_loses_nothing(tmp_path):
    async with Other(tmp_path / "s", SERVER_GREETING, LET_IN) as other:
        one = connection()
        await one.open(other.path)
        sent = 0
        while one.send(b"%07d" % sent):
            sent += 1
            assert sent < 1_000_000
        other.reads.set()
        await eventually(lambda: one.send(b"the end"))
        await one.close()
        await eventually(lambda: other.got.endswith(b"the end"))
        _, *frames = Splitter().feed(bytes(other.got))
        assert [body for _, body in frames] == [*(b"%07d" % number for number in range(sent)), b"the end"]


async def test_what_was_written_leaves_while_it_is_closed(tmp_path):
    async with Other(tmp_path / "s", SERVER_GREETING, LET_IN) as other:
        one = connection()
        await one.open(other.path)
        while one.send(bytes(1000)):
            pass
        closing = asyncio.create_task(one.close())
        await asyncio.sleep(0)
        other.reads.set()
        await closing
        assert other.got
