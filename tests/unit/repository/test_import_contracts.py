"""The import contracts hold, and each of them notices a planted break."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("carservices", "hal/carservices_hal", "ui/carservices_ui", "emulator/carservices_emulator")

PLANTS = {
    "a layer looks up": ("carservices/signals/planted.py", "import carservices.bus"),
    "a new package nobody placed": ("carservices/planted/__init__.py", ""),
    "the framework knows a HAL back end": ("carservices/hal/planted.py", "import carservices_hal"),
    "the emulator knows the shell": ("emulator/carservices_emulator/planted.py", "import carservices_ui"),
    "a service knows another": ("carservices/services/driving/planted.py", "import carservices.services.energy"),
    "kivy outside the shell": ("carservices/hub/planted.py", "import kivy"),
    "zmq outside the CAN bus": ("carservices/hub/planted.py", "import zmq"),
}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(tree / Path(p).parent) for p in PACKAGES)
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=tree, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the sources that may be spoiled."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for package in PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__", "assets", "data")
        shutil.copytree(ROOT / package, tree / package, ignore=ignore)
    return tree


def test_contracts_hold(tree):
    result = lint(tree)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("file", "line"), PLANTS.values(), ids=PLANTS.keys())
def test_a_planted_import_is_noticed(tree, file, line):
    planted = tree / file
    made = [parent for parent in planted.parents if not parent.exists()]
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(f'"""Planted."""\n\n{line}\n')
    try:
        result = lint(tree)
    finally:
        planted.unlink()
        for directory in made:
            shutil.rmtree(directory)
    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout or "planted" in result.stdout
