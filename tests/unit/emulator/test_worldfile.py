"""The world that is kept for whoever comes after a killed emulator: whole, until it goes on, and only within a car."""

import logging
import pickle

import pytest

from carservices.bus.identity import KEPT_DIR, RUN_DIR_VARIABLE, TOKEN_VARIABLE
from carservices.system.run_dir import clean
from carservices_emulator.worldfile import Moment, WorldFile
from tests.unit.emulator.cars import under_way


@pytest.fixture
def run_dir(tmp_path, monkeypatch):
    monkeypatch.setenv(RUN_DIR_VARIABLE, str(tmp_path))
    monkeypatch.setenv(TOKEN_VARIABLE, "of a car")
    return tmp_path


@pytest.fixture(scope="module")
def moment():
    return Moment(under_way(), 2.0, True)


def test_what_was_written_last_is_taken_up_until_it_goes_on(run_dir, moment):
    WorldFile().write(Moment(moment.simulation, 1.0, False))
    WorldFile().write(moment)
    assert WorldFile().take() is not None
    kept = WorldFile().take()
    assert (kept.factor, kept.paused) == (2.0, True)
    assert kept.simulation.signals() == moment.simulation.signals()
    WorldFile().forget()
    assert WorldFile().take() is None


@pytest.mark.parametrize("content", [b"", b"noise", pickle.dumps("no world"), pickle.dumps("cut off")[:-3]])
def test_what_is_no_world_is_left(run_dir, content):
    (run_dir / KEPT_DIR).mkdir()
    (run_dir / KEPT_DIR / "world.pickle").write_bytes(content)
    assert WorldFile().take() is None


def test_a_car_that_starts_anew_has_a_new_world(run_dir, moment):
    WorldFile().write(moment)
    clean(run_dir)
    assert WorldFile().take() is None


def test_outside_of_a_car_nothing_is_kept(run_dir, moment, monkeypatch):
    monkeypatch.delenv(TOKEN_VARIABLE)
    WorldFile().write(moment)
    assert not list(run_dir.iterdir())


def test_a_disk_that_refuses_is_told_once(run_dir, moment, caplog):
    (run_dir / KEPT_DIR).touch()
    file = WorldFile()
    with caplog.at_level(logging.WARNING):
        file.write(moment)
        file.write(moment)
    assert len(caplog.records) == 1
    assert "the world would begin anew" in caplog.text
