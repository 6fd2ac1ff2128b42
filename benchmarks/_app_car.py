"""A car for the benchmark of apps: a HAL that says so many values a second, bundles, an app host of its own process."""

import asyncio
import contextlib
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from carservices.apphost.permissions import RuleBook
from carservices.bus.identity import TOKEN_VARIABLE, read_secret, token_for
from carservices.hal import Hal
from carservices.signals import Catalogue, Datatype, SignalConfig, Value
from carservices.testing import SERVICE_GRANTS, TestCar

PERMISSIONS = RuleBook.default()
STEP = 0.01


class Load(Hal):
    """Says values at these rates (path → Hz, at most 100), whoever listens."""

    def __init__(self, rates: Mapping[str, float]) -> None:
        super().__init__(Hal.Options())
        known = Catalogue.default()
        self._configs = [known.config(path, min_rate=0.1, max_rate=rate) for path, rate in rates.items()]

    async def open(self) -> Sequence[SignalConfig]:
        return self._configs

    async def events(self) -> AsyncIterator[Sequence[Value]]:
        tick = 0
        start = time.monotonic()
        while True:
            now = time.monotonic_ns()
            due = [config for config in self._configs if tick % round(1 / STEP / config.max_rate) == 0]
            yield [Value(config.path, _value(config, tick), now) for config in due]
            tick += 1
            await asyncio.sleep(max(0.0, start + tick * STEP - time.monotonic()))


def _value(config: SignalConfig, tick: int) -> float | int:
    low = config.min if config.min is not None else 0.0
    high = config.max if config.max is not None else 100.0
    share = 0.5 + 0.4 * math.sin(tick / 50)
    value = low + share * min(high - low, 100.0)
    return value if config.datatype in (Datatype.FLOAT, Datatype.DOUBLE) else int(value)


def numbers() -> list[str]:
    """Signals that are numbers, first those that apps may see ten times a second."""
    known = Catalogue.default()
    paths = [path for path, signal in known.items() if signal.datatype.is_number and not signal.datatype.is_array]
    free = [path for path in paths if not known[path].allowed and PERMISSIONS.read(path).names]
    return sorted(free, key=lambda path: -PERMISSIONS.rate(path))


def write_apps(place: Path, apps: Mapping[str, tuple[str, Sequence[str]]]) -> None:
    """A bundle for each app (id → code of its class Main, paths it may read), all permissions given."""
    for name, (code, paths) in apps.items():
        folder = place / "apps" / name
        folder.mkdir(parents=True)
        scopes = "\n".join(f'"read:{path}" = "load"' for path in paths)
        (folder / "app.toml").write_text(
            f'id = "{name}"\nname = "App"\nversion = "1.0.0"\nmin_sdk = 1\nentry = "main:Main"\nbackground = true\n'
            f"[permissions]\n{scopes}\n"
        )
        (folder / "main.py").write_text(code)
    given = {name: dict.fromkeys(PERMISSIONS.permissions, True) for name in apps}
    (place / "state" / "apps").mkdir(parents=True)
    (place / "state" / "apps" / "grants.json").write_text(json.dumps({"profiles": {"default": given}}))
    for folder in (place, place / "apps"):
        folder.chmod(0o755)


def begin(program: Sequence[str], environment: Mapping[str, str], *descriptors: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, *program], env=environment, pass_fds=descriptors)


@contextlib.asynccontextmanager
async def host(c: TestCar, place: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    """The app host in a process of its own."""
    c._grant("apps", SERVICE_GRANTS)
    token = token_for(read_secret(c.run_dir), "apps")
    process = begin([__file__, str(c.run_dir), str(place)], {**os.environ, TOKEN_VARIABLE: token})
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def be_host(run_dir: Path, place: Path) -> None:
    """What runs in that process: the runner of every service, with the bundles of the benchmark."""
    from carservices.apphost import service
    from carservices.apphost.places import Places
    from carservices.services import runner

    class Benchmarked(service.AppsService):
        def __init__(self) -> None:
            super().__init__(Places(place / "state", place / "run", builtin=place / "apps", folders={}))

    runner.load_service = lambda _target: Benchmarked  # type: ignore[assignment]
    runner.run_service(run_dir, "")


if __name__ == "__main__":
    be_host(Path(sys.argv[1]), Path(sys.argv[2]))
