"""A HAL begun with the scaffold builds, installs outside this repository and passes bronze as it is."""

import subprocess
import sys
import zipfile

import pytest

from carservices.hal import HalError, tools


def run(*arguments, cwd, path=""):
    ran = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env={"PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_a_new_hal_builds_installs_and_passes(tmp_path):
    tools.new("kona_ev", tmp_path / "kona")
    run("hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist", cwd=tmp_path / "kona")
    site = tmp_path / "site"
    with zipfile.ZipFile(next((tmp_path / "dist").glob("*.whl"))) as wheel:
        wheel.extractall(site)  # what an installer does with a wheel of pure Python

    option = f"--hal-option=file={tmp_path / 'car.txt'}"
    quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:asyncio")
    kit = ("pytest", "--pyargs", "carservices.hal.conformance", "--hal", "kona_ev", option, "-c", "/dev/null", *quiet)
    assert "HAL kona_ev: silver" in run(*kit, cwd=tmp_path, path=site)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--of-a-project-around-it'\n")
    assert "3 passed" in run("pytest", *quiet, cwd=tmp_path / "kona", path=site)


@pytest.mark.parametrize("name", ["Kona", "1kona", "kona-ev", "../kona", ""])
def test_a_name_that_cannot_be(name, tmp_path):
    with pytest.raises(HalError, match="use a-z, 0-9 and _"):
        tools.new(name, tmp_path / "kona")
    assert not (tmp_path / "kona").exists()


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(HalError, match="not an empty directory"):
        tools.new("kona", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
