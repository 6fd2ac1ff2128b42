"""The quota of an app's data folder: what counts, and that a measurement ends however much there is."""

import os

import pytest

from carservices.apphost import disk


def fill(folder, case):
    if case == "bytes":
        os.posix_fallocate((file := (folder / "big").open("wb")).fileno(), 0, disk.MAX_BYTES + 1)
        file.close()
    elif case == "sparse":
        with (folder / "sparse").open("wb") as file:
            file.truncate(1 << 40)
    elif case == "deep":
        for _ in range(disk.MAX_DEPTH):
            folder = folder / "d"
            folder.mkdir()
        (folder / "f").touch()
    elif case == "elsewhere":
        (folder / "link").symlink_to("/usr")


@pytest.mark.parametrize(
    ("case", "excess"),
    [
        ("nothing", None),
        ("bytes", "more than 100 MB"),
        ("sparse", None),
        ("deep", "folders more than 32 deep"),
        ("elsewhere", None),
    ],
)
def test_what_an_app_keeps_is_held_against_its_quota(tmp_path, case, excess):
    fill(tmp_path, case)
    assert disk.measure(tmp_path).excess() == excess


def test_a_measurement_ends_where_there_are_far_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "MAX_FILES", 10)
    for number in range(100):
        (tmp_path / f"{number}").touch()
    found = disk.measure(tmp_path)
    assert found.files == disk.FAR * 10 + 1
    assert found.excess(disk.FAR) == "more than 20 files"


def test_a_file_that_was_deleted_but_is_still_open_counts(tmp_path):
    with (tmp_path / "gone").open("wb") as file:
        file.write(bytes(1 << 20))
        file.flush()
        (tmp_path / "gone").unlink()
        assert disk.measure(tmp_path).bytes == 0
        assert disk.measure(tmp_path, [os.getpid()]).bytes >= 1 << 20


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    assert disk.measure(tmp_path / "none").excess() is None


def test_an_app_is_told_once_then_ended_unless_it_deletes_something_and_at_once_when_it_is_far_too_much():
    quota, full, empty = disk.Quota(), disk.Stored(disk.MAX_BYTES + 1), disk.Stored()
    warning, end = quota.judge(full, 0.0)
    assert "more than 100 MB" in warning
    assert end is None
    assert quota.judge(full, 5.0) == (None, None)
    assert quota.judge(empty, 6.0) == (None, None)
    assert quota.judge(full, 12.0)[1] is None
    assert "more than 100 MB" in quota.judge(full, 12.0 + disk.GRACE_SECONDS)[1]
    assert "more than 200 MB" in disk.Quota().judge(disk.Stored(3 * disk.MAX_BYTES), 0.0)[1]
