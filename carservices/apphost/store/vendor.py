"""Brings the libraries that a manifest names into the bundle: pure wheels, pinned, below ``lib/``."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

FOLDER = "lib"
SECONDS = 600
USELESS = ("*.pyc", "__pycache__", "bin", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json", ".lock")
"""What an installation writes that depends on time and place, or that an app never runs."""

MACHINE_CODE = ("*.so", "*.so.*", "*.pyd", "*.dylib", "*.dll")


class VendorError(Exception):
    """A library could not be brought in; one sentence with the installer's last words."""


def vendor(libraries: Sequence[str], folder: Path) -> None:
    """Install the libraries with what they need below ``folder``/lib. Raises `VendorError`.

    Pure Python only: a bundle runs on every car.
    """
    target = folder / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    if not libraries:
        return
    for library in libraries:
        if "==" not in library:
            raise VendorError(
                f"libraries: '{library}' has no version: write '{library}==…', or no build is like another"
            )
    wanted = ["--only-binary=:all:", "--target", str(target), "--quiet"]
    ran = subprocess.run(
        [*_installer(), *wanted, *libraries],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if ran.returncode != 0:
        last = (ran.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise VendorError(f"libraries: {', '.join(libraries)} cannot be had as wheels ({last})")
    if machine := sorted(path.name for pattern in MACHINE_CODE for path in target.rglob(pattern)):
        raise VendorError(f"libraries: {machine[0]} is machine code, which other cars cannot run: take pure Python")
    for pattern in USELESS:
        for path in sorted(target.rglob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _installer() -> list[str]:
    """pip, or uv, whose environments have no pip. Raises `VendorError`."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "install"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    raise VendorError("libraries need pip or uv to be fetched: install one of them")
