"""The app's end of the link: answers find their requests, and nothing waits for a host that does not read."""

import asyncio

import pytest

from carservices.app import CallError, PermissionMissing
from carservices.app.session import Session
from carservices.app.wire import MAX_FROM_APP, Channel, Kind, WireError, pack, socketpair, unpack


class Ends:
    """A session and the host's end of its link."""

    def __init__(self):
        here, there = socketpair()
        self.host = Channel(here, MAX_FROM_APP)
        self.records = asyncio.Queue()
        self.ended = asyncio.Event()
        self.session = Session(there, self.records.put_nowait, self.ended.set)

    def answer(self, *fields, kind=Kind.OK):
        self.host.send(pack(kind, *fields))

    async def heard(self, count):
        got = []
        async with asyncio.timeout(20):
            while len(got) < count:
                await asyncio.sleep(0)
                got += map(unpack, self.host.records())
        return got


@pytest.fixture
async def ends():
    ends = Ends()
    yield ends
    ends.session.close()
    ends.host.close()


async def test_answers_find_their_requests_in_any_order(ends):
    asked = [asyncio.create_task(ends.session.request(Kind.GET, path, what="x")) for path in "abc"]
    numbers = {record.fields[1]: record.fields[0] for record in await ends.heard(3)}
    for path in "cab":
        ends.answer(numbers[path], path.upper())
    assert await asyncio.gather(*asked) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("code", "details", "error", "said"),
    [
        ("NOT_FOUND", {}, CallError, "no such thing"),
        (
            "PERMISSION_DENIED",
            {"permission": "read:x", "cure": "ask"},
            PermissionMissing,
            "reading needs .* read:x: ask",
        ),
        ("PERMISSION_DENIED", {}, CallError, "no such thing"),
    ],
)
async def test_a_refusal_is_an_error(ends, code, details, error, said):
    asked = asyncio.create_task(ends.session.request(Kind.GET, "a", what="reading"))
    (record,) = await ends.heard(1)
    ends.answer(record.fields[0], code, "no such thing", details, kind=Kind.ERROR)
    with pytest.raises(error, match=said):
        await asked


async def test_a_request_without_an_answer_ends(ends):
    with pytest.raises(CallError, match=r"reading: no answer within 0\.01 s"):
        await ends.session.request(Kind.GET, "a", what="reading", timeout=0.01)


async def test_what_a_stalled_host_misses_comes_later_whole_and_in_order(ends):
    lines = [f"{number} " + "x" * 5000 for number in range(300)]
    for line in lines:
        ends.session.send(Kind.LOG, "info", line)
    assert ends.session.blocked
    assert [record.fields[1] for record in await ends.heard(300)] == lines
    await asyncio.sleep(0)
    assert not ends.session.blocked


async def test_too_long_a_record_is_refused_before_it_is_sent(ends):
    with pytest.raises(WireError, match="at most 65536 are taken"):
        ends.session.send(Kind.VIEW, "1", 1, 1, "x" * 70_000)


async def test_the_end_of_the_link_ends_what_waits(ends):
    asked = asyncio.create_task(ends.session.request(Kind.GET, "a", what="reading"))
    await ends.heard(1)
    ends.host.close()
    with pytest.raises(CallError, match="the car is gone"):
        await asked
    assert ends.ended.is_set()
    ends.session.send(Kind.LOG, "info", "into the void")
    with pytest.raises(CallError, match="the car is gone"):
        await ends.session.request(Kind.GET, "a", what="reading")


async def test_what_a_newer_host_says_is_passed_over_and_noise_ends_the_link(ends):
    ends.host.send(b"\x91\x7f")  # the array [127]
    ends.answer(3, kind=Kind.PING)
    async with asyncio.timeout(20):
        assert (await ends.records.get()).kind is Kind.PING
    ends.host.send(b"\xc1")
    async with asyncio.timeout(20):
        await ends.ended.wait()
