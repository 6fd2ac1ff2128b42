"""The import contracts hold, and each of them notices a planted break."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("carservices", "hal/carservices_hal", "ui/carservices_ui", "emulator/carservices_emulator")

PLANTS = {  # importing module → what it imports, which some contract forbids
    "carservices.signals.planted": "carservices.bus",
    "carservices.hal.planted": "carservices_hal",
    "carservices_emulator.planted": "carservices_ui",
    "carservices.services.driving.planted": "carservices.services.energy",
    "carservices.hub.planted_kivy": "kivy",
    "carservices.hub.planted_zmq": "zmq",
    "carservices.hub.planted_can": "can",
}
CYCLE = ("carservices.bus.planted_here", "carservices.bus.planted_there")
UNPLACED = "carservices.planted"
"""A package that no layer has a place for."""


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(tree / Path(p).parent) for p in PACKAGES)
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=tree, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )


def plant(tree: Path, module: str, imported: str) -> None:
    container = next(package for package in PACKAGES if Path(package).name == module.partition(".")[0])
    package = (tree / container).parent.joinpath(*module.split("."))
    package.mkdir()
    (package / "__init__.py").write_text(f'"""Planted."""\n\nimport {imported}\n')


@pytest.fixture
def tree(tmp_path):
    """A copy of the sources that may be spoiled."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__", "assets", "data")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignore)
    return tmp_path


def test_contracts_hold_and_notice_planted_imports(tree):
    kept = lint(tree)
    assert kept.returncode == 0, kept.stdout
    contracts = [line.removesuffix(" KEPT") for line in kept.stdout.splitlines() if line.endswith(" KEPT")]
    assert contracts

    here, there = CYCLE
    for module, imported in {**PLANTS, here: there, there: here, UNPLACED: "json"}.items():
        plant(tree, module, imported)
    broken = lint(tree)

    assert broken.returncode == 1, broken.stdout
    assert [contract for contract in contracts if f"{contract} BROKEN" not in broken.stdout] == []
    told = [f"- {module} -> {imported} (" for module, imported in PLANTS.items()]
    told += [f"- {UNPLACED}\n", "No cycles are allowed in carservices.bus."]
    assert [line for line in told if line not in broken.stdout] == []
