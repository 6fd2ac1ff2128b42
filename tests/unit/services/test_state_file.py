"""What a service keeps: whole or not at all, and never a reason to fail."""

import logging
import os
from pathlib import Path

import pytest

from carservices.api.state import StateFile


def test_what_was_written_is_read_back(tmp_path):
    StateFile("energy", "trip.json", tmp_path).write("ä 1")
    file = StateFile("energy", "trip.json", tmp_path)
    assert file.read() == "ä 1"
    file.remove()
    assert file.read() is None


def test_a_loss_of_power_at_any_moment_costs_nothing_that_was_acknowledged(tmp_path, monkeypatch):
    """Only what was synced is on the disk: the content has to be before its name, the name before the end."""
    synced, sync = [], os.fsync

    def fsync(descriptor):
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink(), file.read()))
        sync(descriptor)

    file = StateFile("energy", "trip.json", tmp_path)
    file.write("old")
    monkeypatch.setattr(os, "fsync", fsync)
    file.write("new")
    (content, before), (folder, after) = synced
    assert content.parent == folder == tmp_path / "energy"
    assert content.name != "trip.json", "one that nobody reads yet"
    assert (before, after) == ("old", "new")


def test_the_environment_says_where(tmp_path, monkeypatch):
    monkeypatch.setenv("CARSERVICES_STATE_DIR", str(tmp_path))
    StateFile("energy", "trip.json").write("1")
    assert (tmp_path / "energy" / "trip.json").read_text() == "1"


def test_nothing_is_kept_without_a_state_directory(monkeypatch):
    monkeypatch.delenv("CARSERVICES_STATE_DIR", raising=False)
    file = StateFile("energy", "trip.json")
    file.write("1")
    file.remove()
    assert file.read() is None


@pytest.mark.parametrize("obstacle", ["energy", "energy/.trip.json.{}"])
def test_a_write_that_fails_is_logged_and_leaves_the_old_content(obstacle, tmp_path, caplog):
    file = StateFile("energy", "trip.json", tmp_path)
    if obstacle == "energy":
        (tmp_path / obstacle).write_text("a file where the folder should be")
    else:
        file.write("old")
        (tmp_path / obstacle.format(os.getpid())).mkdir()
    with caplog.at_level(logging.WARNING):
        file.write("new")
    assert "cannot be written" in caplog.text
    assert StateFile("energy", "trip.json", tmp_path).read() == (None if obstacle == "energy" else "old")


def test_bytes_that_are_no_text_are_logged_and_skipped(tmp_path, caplog):
    path = tmp_path / "energy" / "trip.json"
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe")
    assert StateFile("energy", "trip.json", tmp_path).read() is None
    assert str(path) in caplog.text
