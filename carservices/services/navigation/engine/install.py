"""Where the Valhalla engine lies, and how it gets there where it is no ordinary dependency."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from carservices.services.navigation.valhalla_home import INSTALLED, VERSION, find_programs

PACKAGE = f"pyvalhalla=={VERSION}"
FETCH = ("--python-version", "3.12", "--only-binary=:all:", "--no-deps", PACKAGE)
"""Its wheels are for Python 3.12 and later; its programs need no Python, so any version may fetch them."""


class InstallError(Exception):
    """The engine could not be fetched; the message says why and what to do."""


def install(state_dir: Path, say: Callable[[str], None]) -> Path:
    """Fetch it, unless it is there. Raises `InstallError`."""
    if home := find_programs(state_dir):
        say(f"Valhalla {VERSION} is here: {home}")
        return home
    target = (state_dir / INSTALLED).parent
    say(f"Valhalla {VERSION} is fetched to {target}: 38 MB, 260 MB unpacked")
    fresh = target.with_name(f".{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(parents=True, exist_ok=True)
    command = [*_installer(), "--target", str(fresh), *FETCH]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InstallError(f"{PACKAGE} could not be fetched ({reason}): routes go on without it")
    shutil.rmtree(target, ignore_errors=True)
    fresh.replace(target)
    home = find_programs(state_dir)
    if home is None:
        raise InstallError(f"{PACKAGE} holds no programs for this machine: routes come from the road graph")
    say("Maps get routing tiles when they are imported: `carservices map import` builds those that need them again")
    return home


def _installer() -> list[str]:
    """This Python's pip, or uv where an environment has none."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet"]
    raise InstallError("there is neither pip nor uv to fetch the engine with: `python -m ensurepip` brings pip")
