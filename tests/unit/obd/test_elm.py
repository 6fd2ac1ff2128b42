"""The ELM327's dialogue, as its data sheet shows it, and what it does with nonsense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_hal.obd.elm import Elm, segments

VIN = b"\x49\x02\x01" + b"VF1RCB00000000001"
CAR = {
    (0x7DF, "0100"): [(0x7E8, "4100BE3FA813"), (0x7EC, "410000000001")],
    (0x7DF, "010C"): [(0x7E8, "410C1AF8")],
    (0x7DF, "0902"): [(0x7E8, VIN.hex())],
    (0x7E4, "222003"): [(0x7EC, "622003030C")],
    (0x7E4, "1101"): [(0x7EC, "5101")],
    (0x18DB33F1, "0100"): [(0x18DAF110, "4100BE3FA813")],
}


def elm(car=CAR, **options):
    async def ask(to, data, timeout):
        return [(source, bytes.fromhex(answer)) for source, answer in car.get((to, data.hex().upper()), [])]

    return Elm(ask, lambda: 12.64, **options)


async def say(session, *lines):
    """Send lines; the last one's answer without echo and prompt."""
    for line in lines:
        answer = await session.feed(f"{line}\r")
    assert answer.endswith("\r\r>")
    return answer.removesuffix("\r\r>").split("\r")


async def quiet(**options):
    session = elm(**options)
    await say(session, "ATZ", "ATE0", "0100")
    return session


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["ATZ"], ["ATZ", "", "", "ELM327 v1.5"]),
        (["ATE0", "ATI"], ["ELM327 v1.5"]),
        (["ATE0", "at rv"], ["12.6V"]),
        (["ATE0", "ATDPN"], ["A0"]),
        (["ATE0", "ATDP"], ["AUTO"]),
        (["ATE0", "0100", "ATDPN"], ["A6"]),
        (["ATE0", "0100", "ATDP"], ["AUTO, ISO 15765-4 (CAN 11/500)"]),
        (["ATE0", "ATSP6", "ATDPN"], ["6"]),
        (["ATE0", "ATSP6", "010C"], ["41 0C 1A F8"]),
        (["ATE0", "010C"], ["SEARCHING...", "41 0C 1A F8"]),
        (["ATE0", "ATSP3", "010C"], ["UNABLE TO CONNECT"]),
        (["ATE0", "ATNONSENSE"], ["?"]),
        (["ATE0", "XYZ"], ["?"]),
        (["ATE0", "ATST"], ["?"]),
        (["ATE0", "0"], ["?"]),
        (["ATE0", "ATI", ""], ["ELM327 v1.5"]),
    ],
)
async def test_a_dialogue(lines, said):
    assert await say(elm(), *lines) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["0100"], ["41 00 BE 3F A8 13", "41 00 00 00 00 01"]),
        (["01001"], ["41 00 BE 3F A8 13"]),
        (["ATS0", "010C"], ["410C1AF8"]),
        (["ATH1", "010C"], ["7E8 04 41 0C 1A F8"]),
        (["ATH1", "ATS0", "010C"], ["7E804410C1AF8"]),
        (["ATCRA7EC", "0100"], ["41 00 00 00 00 01"]),
        (["ATCRA7EC", "ATCRA", "01 00 1"], ["41 00 BE 3F A8 13"]),
        (["010D"], ["NO DATA"]),
        (["ATSH7E4", "222003"], ["62 20 03 03 0C"]),
        (["ATSP7", "ATH1", "0100"], ["18 DA F1 10 06 41 00 BE 3F A8 13"]),
        (
            ["ATH1", "0902"],
            ["7E8 10 14 49 02 01 56 46 31", "7E8 21 52 43 42 30 30 30 30", "7E8 22 30 30 30 30 30 30 31"],
        ),
        (["0902"], ["014", "0: 49 02 01 56 46 31", "1: 52 43 42 30 30 30 30", "2: 30 30 30 30 30 30 31"]),
        (["ATAT1"], ["OK"]),
        (["ATST FF"], ["OK"]),
        (["ATFC SH 7E4"], ["OK"]),
        (["ATFC SD 30 00 00"], ["OK"]),
        (["ATFC SM 1"], ["OK"]),
    ],
)
async def test_answers_of_the_car(lines, said):
    assert await say(await quiet(), *lines) == said


async def test_what_changes_the_car_needs_a_gateway_that_may():
    assert await say(await quiet(), "ATSH7E4", "1101") == ["7F 11 33"]
    assert await say(await quiet(), "04") == ["NO DATA"]
    assert await say(await quiet(may_write=True), "ATSH7E4", "1101") == ["51 01"]


async def test_line_feeds_and_reset():
    session = elm()
    await session.feed("ATE0\rATL1\r")
    assert await session.feed("ATI\r") == "ELM327 v1.5\r\n\r\n>"
    assert (await session.feed("ATZ\r")).endswith("ELM327 v1.5\r\r>")


async def test_a_car_that_is_off():
    assert await say(elm({}), "ATE0", "0100") == ["SEARCHING...", "UNABLE TO CONNECT"]


@given(st.text(st.characters(max_codepoint=255), max_size=300))
async def test_nonsense_is_answered_and_forgotten(text):
    session = elm()
    await session.feed(text + "\r")
    assert await say(session, "ATZ", "ATE0", "ATI") == ["ELM327 v1.5"]


@given(st.binary(min_size=1, max_size=4095))
def test_segments_carry_the_message(message):
    first, *rest = segments(message)
    assert all(len(frame) <= 8 for frame in (first, *rest))
    assert [frame[0] & 0x0F for frame in rest] == [number % 16 for number in range(1, len(rest) + 1)]
    length, start = (first[0], first[1:]) if not rest else (int.from_bytes(first[:2]) & 0xFFF, first[2:])
    assert start + b"".join(frame[1:] for frame in rest) == message
    assert length == len(message)
