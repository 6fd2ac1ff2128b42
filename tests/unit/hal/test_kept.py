"""The small file a HAL goes on with: whole, told to the log once when the disk refuses, nothing without a folder."""

import pytest

from carservices.hal.kept import KeptFile


@pytest.fixture
def blocked(tmp_path):
    """A folder that a file stands in the way of."""
    (tmp_path / "kept").write_text("in the way")
    return tmp_path / "kept"


def test_what_was_written_last_is_read_until_it_is_forgotten(tmp_path):
    kept = KeptFile(tmp_path / "kept", "state.bin")
    assert kept.read() is None
    for content in (b"one", b"two"):
        kept.write(content)
        assert KeptFile(tmp_path / "kept", "state.bin").read() == content
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["state.bin"]
    kept.forget()
    kept.forget()
    assert kept.read() is None


def test_without_a_folder_nothing_is_kept():
    kept = KeptFile(None, "state.bin")
    kept.write(b"one")
    kept.forget()
    assert kept.read() is None


def test_a_disk_that_refuses_is_told_once_until_it_takes_something(blocked, caplog):
    kept = KeptFile(blocked, "state.bin")
    for told in (1, 1):
        kept.write(b"one")
        assert caplog.text.count("would not outlive a crash") == told
    blocked.unlink()
    kept.write(b"two")
    assert kept.read() == b"two"
    (blocked / "state.bin").unlink()
    blocked.rmdir()
    blocked.write_text("in the way again")
    kept.write(b"three")
    assert caplog.text.count("would not outlive a crash") == 2


def test_what_cannot_be_read_is_told_and_left(blocked, caplog):
    assert KeptFile(blocked, "state.bin").read() is None
    assert "it begins anew" in caplog.text
