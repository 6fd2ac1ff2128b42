"""Marks for no value, narrowed choices, and answers of control units, in mapping files and on the bus."""

import asyncio

import pytest

from carservices.hal import SetError
from carservices.signals import Code, Status
from carservices_hal.can import mapping
from carservices_hal.can.answers import Answers
from carservices_hal.can.dbc import parse
from carservices_hal.can.encode import encode
from carservices_hal.can.mapping import MappingError
from carservices_hal.can.receiver import Receiver

DBC = parse(
    """BO_ 16 STATE: 4 A
 SG_ LEFT : 0|8@1+ (0.5,0) [16|28] "C" X
 SG_ MODE : 8|3@1+ (1,0) [0|3] "" X
 SG_ AC : 12|2@1+ (1,0) [0|1] "" X
BO_ 17 COMMAND: 4 B
 SG_ LEFT : 0|8@1+ (0.5,0) [16|28] "C" X
 SG_ COUNTER : 8|4@1+ (1,0) [0|15] "" X
BO_ 18 ANSWER: 2 A
 SG_ COUNTER : 0|4@1+ (1,0) [0|15] "" X
 SG_ RESULT : 8|8@1+ (1,0) [0|255] "" X
VAL_ 16 LEFT 254 "ERROR" 255 "SNA" ;
VAL_ 16 MODE 0 "NORMAL" 1 "SPORT" 2 "ECONOMY" 6 "ERROR" 7 "SNA" ;
VAL_ 16 AC 0 "OFF" 1 "ON" 2 "ERROR" 3 "SNA" ;
VAL_ 18 RESULT 1 "NOT_AVAILABLE_SAFETY" 2 "the seat is too hot" ;
""",
    "car.dbc",
)
STATE, COMMAND, ANSWER = DBC.messages.values()
LEFT = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
CAR = f"""
{LEFT}:
  dbc2vss: {{signal: STATE.LEFT, on_change: true}}
  vss2dbc: {{signal: COMMAND.LEFT}}
{MODE}:
  allowed: [NORMAL, SPORT]
  dbc2vss: {{signal: MODE}}
{AC}:
  dbc2vss: {{signal: AC}}
frames:
  COMMAND: {{counter: COUNTER, answer: ANSWER.RESULT}}
"""


@pytest.fixture
def load(tmp_path):
    def load(text):
        file = tmp_path / "car.yaml"
        file.write_text(text, encoding="utf-8")
        return mapping.load(file, [DBC])

    return load


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ((42, 1, 1), {LEFT: (21.0, Status.AVAILABLE), MODE: ("SPORT", Status.AVAILABLE), AC: (True, Status.AVAILABLE)}),
        ((255, 7, 3), dict.fromkeys((LEFT, MODE, AC), (None, Status.UNAVAILABLE))),
        ((254, 6, 2), dict.fromkeys((LEFT, MODE, AC), (None, Status.ERROR))),
    ],
    ids=["values", "sna", "error"],
)
def test_marks_of_the_value_table_are_no_values(load, raw, found):
    left, mode, ac = raw
    frame = encode(STATE, {"LEFT": left / 2, "MODE": mode, "AC": ac})
    heard = Receiver(DBC.messages, load(CAR)).feed(STATE.key, frame, 0)
    assert {path: (value, status) for path, value, status in heard} == found


def test_the_choices_of_this_car(load):
    car = load(CAR)
    assert car.configs[MODE].allowed == ("NORMAL", "SPORT")
    frame = encode(STATE, {"LEFT": 20, "MODE": 2, "AC": 0})  # ECONOMY, which this car has not
    heard = {path: status for path, _, status in Receiver(DBC.messages, car).feed(STATE.key, frame, 0)}
    assert heard[MODE] is Status.ERROR


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("allowed: [NORMAL, SPORT]", "allowed: NORMAL", ":6: .*allowed takes a list"),
        ("answer: ANSWER.RESULT", "answer: REPLY.RESULT", ":11: no message for REPLY.RESULT"),
        ("answer: ANSWER.RESULT", "answer: STATE.MODE", ":11: STATE has no signal COUNTER; an answer repeats"),
        ("counter: COUNTER, ", "", ":11: COMMAND names no counter; an answer repeats"),
    ],
)
def test_faults_of_answers_and_choices(load, old, new, says):
    assert old in CAR
    with pytest.raises(MappingError, match=says):
        load(CAR.replace(old, new))


@pytest.mark.parametrize(
    ("result", "code", "reason"),
    [
        (0, None, ""),
        (1, Code.NOT_AVAILABLE_SAFETY, "it would not be safe now"),
        (2, Code.NOT_AVAILABLE, "the seat is too hot"),
        (9, Code.NOT_AVAILABLE, "RESULT 9"),
    ],
)
async def test_an_answer_is_done_or_a_reason(load, result, code, reason):
    answers = Answers(load(CAR).answers, DBC.messages)
    answers.expect(COMMAND.key, encode(COMMAND, {"LEFT": 20, "COUNTER": 5}))
    for payload in (b"", b"\x05", encode(ANSWER, {"COUNTER": 4, "RESULT": 1})):  # cut, and to another command
        answers.hear(ANSWER.key, payload)
    answers.hear(ANSWER.key, encode(ANSWER, {"COUNTER": 5, "RESULT": result}))
    answers.hear(ANSWER.key, encode(ANSWER, {"COUNTER": 5, "RESULT": 1}))  # too late
    if code is None:
        await answers.done(COMMAND.key)
    else:
        with pytest.raises(SetError, match=reason) as refused:
            await answers.done(COMMAND.key)
        assert refused.value.code is code


async def test_no_answer_is_a_refusal(load, monkeypatch):
    monkeypatch.setattr("carservices_hal.can.answers.PATIENCE", 0.01)
    answers = Answers(load(CAR).answers, DBC.messages)
    answers.expect(COMMAND.key, encode(COMMAND, {"LEFT": 20, "COUNTER": 5}))
    with pytest.raises(SetError, match="ANSWER did not come") as refused:
        await answers.done(COMMAND.key)
    assert refused.value.code is Code.TRY_AGAIN


async def test_commands_that_are_answered_wait_for_each_other(load):
    answers = Answers(load(CAR).answers, DBC.messages)
    order = []

    async def command(name):
        async with answers.turn(COMMAND.key):
            order.append(name)
            await asyncio.sleep(0)
            order.append(name)

    await asyncio.gather(command("one"), command("two"))
    assert order == ["one", "one", "two", "two"]
