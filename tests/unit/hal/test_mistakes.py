"""Each mistake of who writes a first HAL is told in one line: the cause, the place in his code, and the cure."""

import json
import signal
from pathlib import Path

import pytest

from carservices.cli.main import main
from carservices.hal import VirtualHal
from carservices.hal.conformance import standstill
from carservices.hal.conformance.levels import RULES
from carservices.hal.conformance.rig import Broken, NotApplicable, Rig
from carservices.signals import SignalConfig
from tests.unit.hal import mistakes

SEAT = SignalConfig(path="Vehicle.Cabin.Seat.Row1.DriverSide.Position", datatype="uint16", access="read_write")
FIRST = RULES[0]


def line_of(code: str) -> str:
    lines = Path(mistakes.__file__).read_text().splitlines()
    return f"{mistakes.__file__}:{next(number for number, line in enumerate(lines, 1) if code in line)}"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(standstill, "STILL_SECONDS", 2.0)


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("NoEvents", 1, ["cannot be made: TypeError", "method", "events"]),
        ("NoOptionsTaken", 1, ["cannot be made: TypeError", "__init__()"]),
        ("OptionsOfAnotherKind", 1, ["its Options are not a subclass of carservices.hal.Options"]),
        ("PathMisspelt", 1, ["SignalConfig: Value error, 'my speed' is no path", line_of("my speed")]),
        ("DeviceMissing", 1, ["cannot be opened: FileNotFoundError", "/dev/ttyUSB7", line_of("/dev/ttyUSB7")]),
        ("OpenForgetsReturn", 1, ["cannot be opened: open() returned None, no list of SignalConfig"]),
        ("OpenIsNoCoroutine", 1, ["cannot be opened: open() is no coroutine: write 'async def open'"]),
        ("OpenReturnsPaths", 1, ["cannot be opened: open() returned ['Vehicle.Speed'], no list of SignalConfig"]),
        ("OpenBlocks", 1, ["stood still for 2 s", line_of("threading.Event().wait()"), "asyncio.to_thread"]),
    ],
)
def test_what_cannot_be_opened_is_told_before_any_rule(name, status, said, capsys, impatient):
    assert main(["hal", "check", f"tests.unit.hal.mistakes:{name}"]) == status
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    assert all(words in error for words in said), error


@pytest.mark.parametrize(
    ("hal", "said"),
    [
        (mistakes.EventsForgetYield, ["events() is no async generator", "yield lists of Value"]),
        (mistakes.EventsYieldNoList, ["events() yielded Value(", "no list of Value"]),
        (mistakes.EventsRaise, ["ZeroDivisionError: no gear", line_of("no gear")]),
    ],
)
def test_events_that_are_none_break_a_rule_with_their_place(hal, said):
    rig = Rig(lambda _: hal(), package="tests", patience=0.5, listen=0.1)
    with pytest.raises(Broken) as seen:
        rig.run(FIRST.check)
    assert all(words in str(seen.value) for words in said), seen.value


def test_events_that_block_are_interrupted_and_whose_alarm_it_was_has_it_back(impatient):
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(True))
    outer = signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        with pytest.raises(Broken, match="stood still for 2 s") as seen:
            Rig(lambda _: mistakes.EventsBlock(), package="tests", patience=0.5, listen=0.1).run(FIRST.check)
        left, _ = signal.getitimer(signal.ITIMER_REAL)
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *outer)
    assert "mistakes.py:" in str(seen.value)
    assert 0 < left <= 100


def test_what_the_kit_moves_goes_a_little_and_back():
    """The seat is the device's: it outlives each HAL."""
    wheres, now = [], {SEAT.path: 400}

    class Seat(VirtualHal):
        async def set(self, path, value):
            await super().set(path, value)
            wheres.append(value)
            now[path] = value

    narrow = SEAT.model_copy(update={"min": 0, "max": 1000})
    rig = Rig(lambda _: Seat.of(narrow, values=now), patience=1.5, listen=0.1)
    for rule in RULES:
        try:
            rig.run(rule.check)
        except NotApplicable:
            continue
    assert now == {SEAT.path: 400}
    assert wheres
    assert all(300 <= where <= 500 for where in wheres)


def test_a_package_is_not_begun_by_a_name_that_is_taken(tmp_path, capsys):
    assert main(["hal", "new", "can", str(tmp_path / "can")]) == 2
    assert "a HAL 'can' is installed already (carservices_hal.can.hal:CanHal)" in capsys.readouterr().err
    assert not (tmp_path / "can").exists()


def test_a_report_for_machines_says_the_place_too(capfd):
    assert main(["hal", "check", "tests.unit.hal.mistakes:EventsRaise", "--json"]) == 1
    rules = {rule["name"]: rule for rule in json.loads(capfd.readouterr().out)["rules"]}
    assert line_of("no gear") in rules["lists_signals"]["detail"]
    assert "Traceback" not in rules["lists_signals"]["detail"]
