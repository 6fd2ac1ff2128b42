"""The tester on CAN against units that are slow, confused or hostile."""

import asyncio

import pytest

from carservices.hal import HalError
from carservices.hal.diagnose import Ecu, Request
from carservices_hal.can import tester as testers
from carservices_hal.can.dbc import EXTENDED

SHORT = 0.05
"""s: what is not there by then does not come, since answers come at once here."""


class Bus:
    """Hears what the tester sends and answers by a script: frame sent → frames (id, data) that come back."""

    def __init__(self, script, p2=SHORT):
        self.script = {bytes.fromhex(sent.replace(" ", "")): replies for sent, replies in script.items()}
        self.sent: list[tuple[int, str]] = []
        self.tester = testers.Tester(self.send, [Ecu(name="ABS", request=0x720, response=0x640)], p2)

    async def send(self, frames):
        for key, frame in frames:
            bare = bytes(frame).rstrip(b"\xcc")
            self.sent.append((key, bare.hex()))
            for source, data in self.script.get(bare, []):
                self.tester.heard(source, bytes.fromhex(data))

    async def ask(self, to, data, timeout=20.0):
        answers = await self.tester.ask(Request(to, bytes.fromhex(data), timeout))
        return [(source, answer.hex()) for source, answer in answers]


@pytest.mark.parametrize(
    ("to", "source", "answered"),
    [
        (0x7E0, 0x7E8, True),
        (0x720, 0x640, True),  # as the mapping says
        (0x720, 0x728, False),
        (0x7E0, 0x7E9, False),
        (0x18DA10F1, 0x18DAF110 | EXTENDED, True),
        (0x18DB33F1, 0x18DAF177 | EXTENDED, True),
        (0x7DF, 0x7EF, True),
        (0x7DF, 0x640, True),
        (0x7DF, 0x650, False),
    ],
)
async def test_whose_answer_counts(to, source, answered):
    bus = Bus({"023e00": [(source, "027e00")]})
    assert await bus.ask(to, "3e00") == ([(source & ~EXTENDED, "7e00")] if answered else [])
    assert bus.sent == [(to | EXTENDED if to > 0x7FF else to, "023e00")]
    assert not bus.tester.listening


async def test_a_long_answer_gets_flow_control_at_its_units_request():
    bus = Bus(
        {
            "0322f190": [(0x7EB, "101462f190414141")],
            "300000": [(0x7EB, "2141414141414141"), (0x7EB, "2241414141414141")],
        }
    )
    assert await bus.ask(0x7DF, "22f190") == [(0x7EB, "62f190" + "41" * 17)]
    assert bus.sent[1] == (0x7E3, "300000")


async def test_pending_is_waited_for_and_not_told():
    pending = [(0x7E8, "037f3178")] * 3
    bus = Bus({"0431010302": [*pending, (0x7E8, "057101030200")]})
    assert await bus.ask(0x7E0, "31010302") == [(0x7E8, "7101030200")]


async def test_a_unit_that_is_pending_for_ever_ends_with_the_timeout():
    bus = Bus({"0431010302": [(0x7E8, "037f3178")]})
    assert await bus.ask(0x7E0, "31010302", timeout=0.2) == []


async def test_late_answers_to_something_else_are_not_taken():
    bus = Bus({"023e00": [(0x7E8, "0462f18601"), (0x7E8, "037f2231"), (0x7E8, "027e00")]})
    assert await bus.ask(0x7E0, "3e00") == [(0x7E8, "7e00")]


async def test_a_unit_without_room_is_told():
    bus = Bus({"100931aabbccddee": [(0x7E8, "320000")]})
    with pytest.raises(HalError, match="0x7E0 does not take 9 bytes"):
        await bus.ask(0x7E0, "31aabbccddeeff0011")
    assert not bus.tester.listening


@pytest.mark.parametrize(
    "noise",
    [
        ["101462f190414141", "2341414141414141"],  # a frame is missing
        ["00", "08ffffffffffffff", "10", "ff", "f0"],
        ["2141414141414141"],
        ["300000", "310000"],
    ],
)
async def test_noise_is_no_answer(noise):
    bus = Bus({"0322f190": [(0x7E8, frame) for frame in noise]})
    assert await bus.ask(0x7E0, "22f190") == []


async def test_an_endless_first_frame_ends():
    bus = Bus({"0322f190": [(0x7E8, "1fff62f190414141")]})
    assert await bus.ask(0x7E0, "22f190", timeout=0.2) == []


async def test_requests_take_turns():
    bus = Bus({"023e00": [(0x7E8, "027e00")], "021003": [(0x7E8, "065003003201f4")]})
    answers = await asyncio.gather(*(bus.ask(0x7E0, data) for data in ("3e00", "1003", "3e00")))
    assert answers == [[(0x7E8, "7e00")], [(0x7E8, "5003003201f4")], [(0x7E8, "7e00")]]


async def test_a_lost_bus_is_told():
    async def broken(frames):
        raise HalError("the CAN bus is lost")

    tester = testers.Tester(broken, [], SHORT)
    with pytest.raises(HalError, match="lost"):
        await tester.ask(Request(0x7E0, b"\x3e\x00", 1.0))
    assert not tester.listening
