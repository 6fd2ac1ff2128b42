"""Sensors that fail, and drives on file."""

import json

import pytest

from carservices.hal import HalError, SetError
from carservices.hal.recording import Recorder
from carservices.signals import Status, Value
from carservices_emulator.commands import parse
from carservices_emulator.recording import Replay
from carservices_emulator.simulation import Simulation
from tests.unit.emulator.cars import world

SOC = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed"
SPEED = "Vehicle.Speed"


@pytest.fixture
def driving():
    simulation = world(charge=60)
    simulation.world.seat("constant", speed=20.0)
    simulation.run(30)
    return simulation


def fail(simulation, path, mode, **more):
    simulation.do(parse("fail", {"path": path, "mode": mode, **more}))


@pytest.mark.parametrize(("mode", "status"), [("silent", Status.UNAVAILABLE), ("error", Status.ERROR)])
def test_a_dead_sensor_has_no_value(driving, mode, status):
    fail(driving, SPEED, mode)
    assert driving.observe(SPEED) == (None, status)
    assert SPEED not in driving.signals()


def test_a_stuck_sensor_keeps_its_value_until_it_is_repaired(driving):
    fail(driving, SPEED, "stuck")
    stuck = driving.observe(SPEED)[0]
    driving.world.seat("parked")
    driving.run(30)
    assert driving.observe(SPEED)[0] == stuck
    driving.do(parse("clear", {"path": SPEED}))
    assert driving.observe(SPEED)[0] == 0.0


def test_a_jittering_sensor_scatters_around_the_truth(driving):
    fail(driving, SPEED, "jitter")
    shown = [driving.observe(SPEED)[0] for _ in range(400)]
    assert len(set(shown)) > 300
    assert sum(shown) / 400 == pytest.approx(72, abs=2)


def test_out_of_range_is_out_of_range(driving):
    fail(driving, SOC, "out_of_range")
    assert driving.observe(SOC)[0] > 100


def test_a_failure_ends_by_itself(driving):
    fail(driving, SPEED, "silent", seconds=2)
    driving.run(1)
    assert driving.observe(SPEED)[1] is Status.UNAVAILABLE
    driving.run(2)
    assert driving.observe(SPEED)[1] is Status.AVAILABLE


def test_an_injection_is_checked_and_shown(driving):
    driving.do(parse("inject", {"path": SOC, "value": 5.0, "seconds": 10}))
    assert driving.observe(SOC) == (5.0, Status.AVAILABLE)
    for bad in ({"path": SOC, "value": 500.0}, {"path": "Vehicle.Warp", "value": 1}, {"path": SOC, "value": "full"}):
        with pytest.raises(HalError):
            driving.do(parse("inject", bad))


def test_a_failed_actuator_takes_no_command(driving):
    path = "Vehicle.Cabin.HVAC.IsRearDefrosterActive"
    fail(driving, path, "silent")
    with pytest.raises(SetError, match="does not answer"):
        driving.set(path, True)


def test_a_recording_plays_back(tmp_path):
    file = tmp_path / "drive.jsonl"
    recorder = Recorder(str(file))
    recorder.write(0.0, [Value(SPEED, 10.0, 1), Value(SOC, 50.0, 1)])
    recorder.write(2.0, [Value(SPEED, None, 2, Status.UNAVAILABLE)])
    recorder.write(3.0, [Value(SPEED, 12.5, 3)])
    recorder.close()
    replay = Replay(str(file))
    seen = []
    for _ in range(3):
        seen.append(replay.observe(SPEED))
        replay.run(1.5)
    assert seen == [(10.0, Status.AVAILABLE), (10.0, Status.AVAILABLE), (12.5, Status.AVAILABLE)]
    assert replay.done
    assert replay.observe("Vehicle.IsMoving") == (None, Status.UNAVAILABLE)
    replay.seek(2.5)
    assert replay.observe(SPEED) == (None, Status.UNAVAILABLE)


def test_a_tape_goes_on_where_the_world_goes_back_in_time(tmp_path):
    file = tmp_path / "drive.jsonl"
    recorder = Recorder(str(file))
    for time, speed in ((100.0, 1.0), (101.0, 2.0), (0.0, 3.0), (4.0, 4.0), (1.0, 5.0), (2.0, 6.0)):
        recorder.write(time, [Value(SPEED, speed, 1)])
    recorder.close()
    replay = Replay(str(file))
    assert replay.end == 6.0  # from its first value on
    replay.seek(5.5)
    assert replay.observe(SPEED) == (5.0, Status.AVAILABLE)


def test_a_recording_with_time_running_backwards_is_refused(tmp_path):
    file = tmp_path / "drive.jsonl"
    lines = [{"format": "carservices-recording", "version": 1}, [5, SPEED, 1.0, 0], [4, SPEED, 2.0, 0]]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.raises(HalError, match=r"drive.jsonl:3: the time runs backwards"):
        Replay(str(file))


@pytest.mark.parametrize(
    "line",
    [
        *("", "{}", "[1]", "nan", '[0, "Vehicle.Warp", 1, 0]'),
        *(f'[0, "{SPEED}", "fast", 0]', f'[0, "{SPEED}", 1, 7]', f'[NaN, "{SPEED}", 1, 0]', f'[-1, "{SPEED}", 1, 0]'),
    ],
)
def test_a_broken_recording_is_named_by_file_and_line(tmp_path, line):
    file = tmp_path / "drive.jsonl"
    file.write_text(json.dumps({"format": "carservices-recording", "version": 1}) + f"\n{line}\n", encoding="utf-8")
    with pytest.raises(HalError, match=r"drive.jsonl:2: "):
        Replay(str(file))


def test_what_is_no_recording_is_refused(tmp_path):
    for text in ("", "hello\n", f'{{}}\n[0, "{SPEED}", 1.0, 0]\n'):
        (tmp_path / "x").write_text(text, encoding="utf-8")
        with pytest.raises(HalError, match="give a file that `record` wrote"):
            Replay(str(tmp_path / "x"))
    with pytest.raises(HalError, match="cannot be read"):
        Replay(str(tmp_path / "absent"))
    with pytest.raises(HalError, match="cannot be written"):
        Recorder(str(tmp_path))


def test_the_same_simulation_with_a_broken_sensor_drives_on():
    healthy, broken = Simulation(seed=4), Simulation(seed=4)
    fail(broken, SPEED, "silent")
    for simulation in (healthy, broken):
        simulation.run(40)
    assert healthy.car.trip.odometer == broken.car.trip.odometer
