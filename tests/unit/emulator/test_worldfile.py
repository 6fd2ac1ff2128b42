"""The world that is kept for whoever comes after a killed emulator: whole, until it goes on, and only within a car."""

import logging
import pickle

import pytest

from carservices.bus.identity import KEPT_DIR
from carservices.system.run_dir import clean
from carservices_emulator.worldfile import Moment, WorldFile
from tests.unit.emulator.cars import under_way


@pytest.fixture(scope="module")
def moment():
    return Moment(under_way(), 2.0, True)


def test_what_was_written_last_is_taken_up_until_it_goes_on(tmp_path, moment):
    WorldFile(tmp_path).write(Moment(moment.simulation, 1.0, False))
    WorldFile(tmp_path).write(moment)
    assert WorldFile(tmp_path).take() is not None
    kept = WorldFile(tmp_path).take()
    assert (kept.factor, kept.paused) == (2.0, True)
    assert kept.simulation.signals() == moment.simulation.signals()
    WorldFile(tmp_path).forget()
    assert WorldFile(tmp_path).take() is None


@pytest.mark.parametrize("content", [b"", b"noise", pickle.dumps("no world"), pickle.dumps("cut off")[:-3]])
def test_what_is_no_world_is_left(tmp_path, content):
    (tmp_path / "world.pickle").write_bytes(content)
    assert WorldFile(tmp_path).take() is None


def test_a_car_that_starts_anew_has_a_new_world(tmp_path, moment):
    folder = tmp_path / KEPT_DIR / "emulator"
    WorldFile(folder).write(moment)
    clean(tmp_path)
    assert WorldFile(folder).take() is None


def test_outside_of_a_car_nothing_is_kept(moment):
    WorldFile(None).write(moment)
    assert WorldFile(None).take() is None


def test_a_disk_that_refuses_is_told_once(tmp_path, moment, caplog):
    (tmp_path / "file").touch()
    file = WorldFile(tmp_path / "file")
    with caplog.at_level(logging.WARNING):
        file.write(moment)
        file.write(moment)
    assert len(caplog.records) == 1
    assert "would not outlive a crash" in caplog.text
