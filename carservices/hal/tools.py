"""What ``carservices hal`` does: list the installed HALs, check one with the conformance kit, begin a new one."""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

from carservices.hal.base import Hal, HalError
from carservices.hal.conformance.rig import OPEN_TIMEOUT, Bench, Broken, in_time
from carservices.hal.conformance.standstill import Standstill, interrupted
from carservices.hal.fault import told
from carservices.hal.registry import BadOptions, build, installed, load

SCAFFOLD = {
    "pyproject.toml": "pyproject.toml.tmpl",
    "README.md": "README.md.tmpl",
    "src/car_hal_$name/__init__.py": "init.py.tmpl",
    "src/car_hal_$name/hal.py": "hal.py.tmpl",
    "tests/test_hal.py": "test_hal.py.tmpl",
}
"""File of a new HAL package → its template."""

KIT_FLAGS = ("-q", "-rN", "--tb=short", "-pno:cacheprovider", "-pno:asyncio", "-pno:randomly", "-c", os.devnull)
"""The kit runs apart from whatever project the current directory holds, and names what failed once."""


def list_hals() -> list[dict[str, Any]]:
    """One dict a HAL: name, package, version, doc (a line) and options (JSON schema); error if it does not import."""
    return [_describe(name) for name in installed()]


def check(
    name: str, options: Mapping[str, Any] | None = None, *, sets: Sequence[str] = (), as_json: bool = False
) -> int:
    """Run the conformance kit on a HAL in a pytest of its own and show what it says; the exit status is pytest's.

    ``sets`` are globs of the only signals the kit may set, all without: name them where a real car is connected.
    Raises `HalError` when the HAL, its options or the kit's own packages are wrong, and when the source is not there:
    no rule can say more.
    """
    kind = load(name)
    build(name, kind, options or {})
    if find_spec("pytest") is None:
        raise HalError("the conformance kit needs pytest: pip install 'carservices[hal-test]'")
    asyncio.run(_try_to_open(name, build(name, kind, options or {})))
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.json")
        command = [sys.executable, "-m", "pytest", "--pyargs", "carservices.hal.conformance", "--hal", name]
        command += [f"--hal-option={key}={_text(value)}" for key, value in (options or {}).items()]
        command += [f"--hal-sets={glob}" for glob in sets]
        command += [f"--hal-json={report}", f"--rootdir={scratch}", *KIT_FLAGS]
        environment = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
        ran = subprocess.run(command, env=environment, capture_output=as_json, text=True, check=False)
        if as_json:
            if not report.exists():
                raise HalError(f"the kit did not run: {(ran.stdout + ran.stderr).strip()}")
            sys.stdout.write(report.read_text())
    return ran.returncode


def new(name: str, directory: Path) -> list[Path]:
    """Begin a HAL package called ``name`` in an empty or new directory; the files it wrote.

    Raises `BadOptions` for a name or a directory that will not do, `HalError` when it cannot be written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise BadOptions(f"'{name}' cannot name a HAL: use a-z, 0-9 and _, beginning with a letter")
    if name in installed():
        raise BadOptions(f"a HAL '{name}' is installed already ({installed()[name].value}): name yours otherwise")
    if directory.exists() and not (directory.is_dir() and not any(directory.iterdir())):
        raise BadOptions(f"{directory} exists and is not an empty directory: name another")
    words = {"name": name, "dashed": name.replace("_", "-"), "Class": "".join(part.title() for part in name.split("_"))}
    try:
        return [_write(directory, target, template, words) for target, template in SCAFFOLD.items()]
    except OSError as error:
        raise HalError(f"{directory} cannot be written ({error.strerror}): name another directory") from None


async def _try_to_open(name: str, hal: Hal[Any]) -> None:
    package = type(hal).__module__.partition(".")[0]
    try:
        with interrupted(package):
            await Bench(hal, patience=0).open()
    except (HalError, Broken, Standstill) as error:
        raise HalError(f"HAL {name} cannot be opened: {error}") from error
    except Exception as error:
        raise HalError(f"HAL {name} cannot be opened: {told(error, package)}") from error
    finally:
        with contextlib.suppress(Exception):  # the kit has rules for it
            await in_time(hal.close(), OPEN_TIMEOUT, "close()")


def _describe(name: str) -> dict[str, Any]:
    package = installed()[name].dist
    about: dict[str, Any] = {"name": name, "package": package and package.name, "version": package and package.version}
    try:
        hal = load(name)
    except HalError as error:
        return about | {"error": str(error)}
    doc = (hal.__doc__ or "").strip().partition("\n")[0]
    return about | {"doc": doc, "options": hal.Options.model_json_schema()}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _write(directory: Path, target: str, template: str, words: Mapping[str, str]) -> Path:
    path = directory / Template(target).substitute(words)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = files("carservices.hal").joinpath("scaffold", template).read_text(encoding="utf-8")
    path.write_text(Template(text).substitute(words), encoding="utf-8")
    return path
