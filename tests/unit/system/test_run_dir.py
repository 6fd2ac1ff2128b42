"""The run directory: ours alone, short enough, one car at a time, and what is left of a killed one."""

import os
import stat
from pathlib import Path

import pytest

from carservices.bus.meter import Meter
from carservices.system import run_dir, state
from carservices.system.run_dir import LONGEST_SOCKET, SOCKETS, Lock, RunDirError
from carservices.system.state import CarState, NotRunning, ProcessState

LONGEST_NAME = max(map(len, SOCKETS))


def test_it_is_private_also_when_it_was_not(tmp_path):
    place = tmp_path / "run"
    place.mkdir(mode=0o755)
    run_dir.prepare(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


@pytest.mark.parametrize("surplus", [0, 1, 50])
def test_a_path_too_long_for_sockets_is_refused_with_the_number(tmp_path, surplus):
    room = LONGEST_SOCKET - LONGEST_NAME - 1 - len(os.fsencode(tmp_path)) - 1
    place = tmp_path / ("x" * (room + surplus))
    if not surplus:
        run_dir.prepare(place)
        return
    with pytest.raises(RunDirError, match=f"{surplus} bytes too long .* --run-dir"):
        run_dir.prepare(place)
    assert not place.exists()


def test_what_is_no_directory_of_ours_is_refused(tmp_path):
    file = tmp_path / "file"
    file.touch()
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    for place in (file, link, file / "below"):
        with pytest.raises(RunDirError, match="--run-dir"):
            run_dir.prepare(place)


def test_one_car_at_a_time(tmp_path):
    assert run_dir.running_pid(tmp_path) is None
    with Lock(tmp_path):
        assert run_dir.running_pid(tmp_path) == os.getpid()
        with pytest.raises(RunDirError, match=rf"already runs in .* \(pid {os.getpid()}\).*Ctrl-C"), Lock(tmp_path):
            pass
    assert run_dir.running_pid(tmp_path) is None
    with Lock(tmp_path):
        pass


def test_a_lock_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "lock").mkdir()
    with pytest.raises(RunDirError, match=r"lock cannot be written .*make room"), Lock(tmp_path):
        pass


def test_what_a_killed_car_left_is_removed(tmp_path):
    for name in (*SOCKETS, "secret", "grants.json", "state.json"):
        (tmp_path / name).touch()
    (tmp_path / "log").mkdir()
    run_dir.clean(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({"CARSERVICES_RUN_DIR": "/a/b"}, "/a/b"),
        ({"XDG_RUNTIME_DIR": "/run/user/7"}, "/run/user/7/carservices"),
    ],
)
def test_where_it_is(monkeypatch, variables, place):
    for name in ("CARSERVICES_RUN_DIR", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert run_dir.default_run_dir() == Path(place)


def test_the_state_can_be_read_only_while_the_car_runs(tmp_path):
    car = CarState(1, 2.0, "state", {"ignition": True}, [ProcessState("hub", "running", pid=7)])
    with pytest.raises(NotRunning, match="start one"):
        state.load(tmp_path)
    with Lock(tmp_path):
        with pytest.raises(NotRunning, match="just starting"):
            state.load(tmp_path)
        state.publish(tmp_path, car)
        assert state.load(tmp_path) == car
    with pytest.raises(NotRunning):
        state.load(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "state.json"]


def test_the_meter_sees_this_process_and_no_dead_one():
    meter = Meter()
    assert meter.look(os.getpid(), 0.0)[1] > 1_000_000
    sum(range(10**6))
    cpu, _ = meter.look(os.getpid(), 1.0)
    assert cpu >= 0
    assert meter.look(2**22 + 1, 0.0) == (None, None)
