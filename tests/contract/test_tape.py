"""`carservices signals record` and `replay` on a running car, and recordings that were interrupted."""

import argparse
import asyncio
import json
import os
import signal

import pytest

from carservices.cli import tape
from carservices.cli.common import Failed
from carservices.hal import HalError
from carservices.hal.recording import FORMAT, Recorder, configs_of, entries
from carservices.hal.virtual import VirtualHal
from carservices.signals import Status, Value
from carservices.testing import car

SPEED = "Vehicle.Speed"
VIN = "Vehicle.VehicleIdentification.VIN"
COOL = "Vehicle.Cabin.HVAC.IsAirConditioningActive"


def chosen(file, *globs, **more):
    words = {"file": file, "globs": list(globs) or ["**"], "rate": None, "seconds": None, "speed": 1.0, "loop": False}
    return argparse.Namespace(**words | more, run_dir=file.parent)


def read(file):
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0] == FORMAT
    return lines[1:]


async def until(condition):
    for _ in range(4000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


async def test_what_the_car_says_and_when(tmp_path):
    file = tmp_path / "drive.jsonl"
    file.write_text("an older one")
    hal = VirtualHal()
    async with car(hal) as c:
        recording = asyncio.create_task(tape.record(c.car, chosen(file, SPEED, COOL)))
        await until(lambda: hal.rates.get(SPEED))
        await hal.inject(SPEED, 30.0)
        await c.until(SPEED, 30.0)
        await hal.inject(COOL, True)
        await c.until(COOL, True)
        await hal.inject(SPEED, None, Status.UNAVAILABLE)
        await c.until(SPEED, None)
        assert file.read_text() == "an older one"
        signal.raise_signal(signal.SIGTERM)
        assert await recording == 0
    rows = read(file)
    assert [(path, value) for _, path, value, _ in rows if path == COOL] == [(COOL, False), (COOL, True)]
    assert [(value, status) for _, path, value, status in rows if path == SPEED][-2:] == [(30.0, 0), (None, 1)]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert list(tmp_path.iterdir()) == [file]


def test_a_value_that_comes_late_gets_its_place_in_time(tmp_path):
    recorder = Recorder(tmp_path / "t.jsonl")
    late = tape._Tape(recorder, begun=1_000_000_000)
    late.waiting += [Value(SPEED, 2.0, 3_000_000_000), Value(VIN, "W", 500_000_000), Value(SPEED, 1.0, 2_000_000_000)]
    late.write(2_500_000_000)
    late.waiting.append(Value(SPEED, 0.5, 1_500_000_000))
    late.write(9_000_000_000)
    recorder.close()
    assert read(tmp_path / "t.jsonl") == [[0, VIN, "W", 0], [1, SPEED, 1.0, 0], [1, SPEED, 0.5, 0], [2, SPEED, 2.0, 0]]


async def test_a_recording_into_a_running_car(tmp_path, capsys):
    file = tmp_path / "drive.jsonl"
    recorder = Recorder(file)
    recorder.write(0.0, [Value(COOL, True, 0), Value("Vehicle.TraveledDistance", 5, 0)])
    recorder.write(60.0, [Value(SPEED, 88.0, 0)])
    recorder.close()
    seen = []
    async with car(VirtualHal()) as c:
        await c.watch([SPEED], lambda value: seen.append(value.value))
        assert await tape.replay(c.car, chosen(file, speed=1000.0)) == 0
        assert (await c.get(COOL)).value is True
        await until(lambda: 88.0 in seen)
        assert "this car has no Vehicle.TraveledDistance: left out" in capsys.readouterr().err
        with pytest.raises(Failed, match=r"no signal of this car in it that matches Vehicle\.Body"):
            await tape.replay(c.car, chosen(file, "Vehicle.Body.**"))
        with pytest.raises(Failed, match="no such file"):
            await tape.replay(c.car, chosen(tmp_path / "none.jsonl"))
        (tmp_path / "else.jsonl").write_bytes(b"\xff{}")
        with pytest.raises(Failed, match="not a recording"):
            await tape.replay(c.car, chosen(tmp_path / "else.jsonl"))


def test_what_a_crash_leaves_behind_can_be_played(tmp_path):
    recorder = Recorder(tmp_path / "drive.jsonl")
    recorder.write(1.0, [Value(SPEED, 1.0, 0), Value(SPEED, 2.0, 0)])
    left = recorder.part
    whole = left.read_bytes()
    recorder.close()
    left.write_bytes(whole[:-10])
    assert [entry[2] for entry in entries(left, configs_of(left))] == [1.0]
    left.write_bytes(whole[:-10] + b"\n")  # damaged, not cut
    with pytest.raises(HalError, match=r"drive\.jsonl\.part:3: not a line of a recording"):
        list(entries(left, configs_of(left)))


def test_a_full_disk_ends_a_recording_with_a_sentence(tmp_path):
    (tmp_path / "drive.jsonl.part").symlink_to("/dev/full")
    with pytest.raises(HalError, match="recording ended \\(No space left"):
        Recorder(tmp_path / "drive.jsonl")


def test_a_recording_replaces_nothing_but_a_file(tmp_path):
    os.mkfifo(pipe := tmp_path / "pipe")
    for target in (pipe, tmp_path):
        with pytest.raises(HalError, match="it is no file"):
            Recorder(target)
    assert sorted(tmp_path.iterdir()) == [pipe]
    assert pipe.is_fifo()
