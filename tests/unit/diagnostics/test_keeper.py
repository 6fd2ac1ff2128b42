"""A fault memory outlives the program, as a control unit's outlives the loss of power."""

import pytest

from carservices.api.state import STATE_DIR_VARIABLE
from carservices_emulator.diagnostics.codes import Status
from carservices_emulator.diagnostics.keeper import Keeper
from tests.unit.diagnostics.units import Bench

WEAK_12V = "P0562-16"
REMEMBERED = ("1904056216ff", "020200", "06e1", "03", "0a")
"""Snapshots, freeze frame, results of tests, confirmed and permanent codes."""
MINUTES, KM = "014e", "0131"
"""Since the memory was cleared."""


@pytest.fixture(autouse=True)
def state_dir(tmp_path, monkeypatch):
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(tmp_path))
    return tmp_path


def begin():
    """The program starts: a car as new, with what its units remember."""
    bench = Bench()
    Keeper().restore(bench.units)
    return bench


def killed(bench):
    """The program is killed after its last look, and starts again."""
    Keeper().look(bench.units)
    return begin()


@pytest.fixture
def weak():
    """A car with a weak 12 V battery, and every question whose answer has to stay."""
    bench = begin()
    bench.fault("weak-12v")
    bench.run(60)
    assert WEAK_12V in bench.codes("VCU")
    return bench


def test_everything_but_the_cycle_survives(weak):
    before = [weak.ask("VCU", question) for question in REMEMBERED]
    assert not any(answer.startswith("7f") for answer in before)
    again = killed(weak)
    after = [again.ask("VCU", question) for question in REMEMBERED]
    assert after[1:] == before[1:]
    assert after[0][12:] == before[0][12:], "all behind its status"
    status = Status(again.codes("VCU")[WEAK_12V])
    assert Status.CONFIRMED | Status.WARNING_INDICATOR in status
    assert Status.TEST_FAILED_THIS_CYCLE not in status, "power that comes back begins a cycle"
    again.run(30)
    assert Status.TEST_FAILED not in Status(again.codes("VCU")[WEAK_12V]), "this car's battery is sound"


def test_a_vin_that_was_written_stays():
    bench = begin()
    bench.extended("BCM")
    bench.unlock("BCM")
    vin = b"VF1BBBBBBBBBBBBBB".hex()
    assert bench.ask("BCM", f"2ef190{vin}") == "6ef190"
    again = killed(bench)
    assert again.ask("BCM", "22f190") == f"62f190{vin}"
    assert again.ask("VCU", "22f190") == bench.ask("VCU", "22f190")


def test_starts_of_the_program_heal_and_age_like_cycles(weak):
    bench = weak
    for _ in range(4):
        bench = killed(bench)
        bench.run(30)
    assert not bench.codes("VCU", Status.PENDING | Status.WARNING_INDICATOR)
    assert WEAK_12V in bench.codes("VCU")


def test_what_was_cleared_stays_cleared(weak):
    again = killed(weak)
    assert again.ask("VCU", "14ffffff") == "54"
    last = killed(again)
    last.run(30)
    assert not last.codes("VCU", 0x2F)
    assert last.ask("VCU", "0a") == weak.ask("VCU", "0a"), "a permanent code waits for a cycle without it"
    assert last.ask("VCU", "03") == "4300"


def test_time_and_distance_go_on(weak):
    weak.simulation.world.seat("constant", speed=25.0)
    weak.run(400)
    Keeper().write(weak.units)
    again = begin()
    for pid in (MINUTES, KM):
        assert again.ask("VCU", pid) == weak.ask("VCU", pid)
        assert int(weak.ask("VCU", pid)[4:], 16) > 5


@pytest.mark.parametrize("content", ["", "{", "[]", '{"units": {"VCU": {}}}', '{"units": 3, "more": 1}', "\x00" * 100])
def test_a_broken_file_is_an_empty_memory_and_said(state_dir, weak, caplog, content):
    killed(weak)
    (file,) = (state_dir / "emulator").iterdir()
    file.write_text(content)
    bench = begin()
    assert not bench.codes("VCU", 0x2F)
    assert str(file) in caplog.text
    assert len(caplog.records) == 1
    Keeper().look(bench.units)
    assert file.read_text() != content, "it is written anew"


def test_another_car_has_another_memory(weak):
    killed(weak)
    other = Bench()
    identity = other.car.profile.identity.model_copy(update={"vin": "VF1AAAAAAAAAAAAAA"})
    other.car.profile = other.car.profile.model_copy(update={"identity": identity})
    Keeper().restore(other.units)
    assert not other.codes("VCU", 0x2F)


def test_without_a_state_directory_nothing_is_kept(weak, monkeypatch, tmp_path):
    monkeypatch.delenv(STATE_DIR_VARIABLE)
    assert not killed(weak).codes("VCU", 0x2F)
    assert not list(tmp_path.iterdir())
