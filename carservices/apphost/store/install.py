"""Installs bundles: the old version or the new one is there at every moment, whenever the power fails.

Per app one folder: ``versions/`` with each version that is kept, and ``state.json``, which alone says which one counts.
A version is complete before the state names it; what the state does not name is rubbish and swept.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from carservices.app.manifest import SDK, Manifest
from carservices.apphost.store.bundle import Bundle, BundleError
from carservices.apphost.store.keys import Trust, key_id
from carservices.bus.files import replace_file, to_disk

STATE, LOCK, VERSIONS, FRESH = "state.json", "lock", "versions", ".new-"
MARGIN = 8 << 20
"""Bytes that stay free: a full disk stops more than an installation."""

Progress = Callable[[int, int], None]


class InstallError(Exception):
    """It was not installed, removed or rolled back, and nothing has changed; one sentence with cause and cure."""


@dataclass(frozen=True, slots=True)
class Installed:
    """One installed app. ``previous`` is the version it can be rolled back to, ``publisher`` the id of its key."""

    id: str
    version: str
    folder: Path
    previous: str | None
    publisher: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What ``state.json`` says: names of folders below ``versions/``, and the key of its publisher in hexadecimal."""

    current: str
    previous: str | None
    key: str


class Store:
    """The installed apps below one folder; ``trust`` decides whose bundles may come in."""

    def __init__(self, root: Path, trust: Trust) -> None:
        self._root = root
        self._trust = trust

    def apps(self) -> list[Installed]:
        """What is installed, by id; an app whose state cannot be read is not."""
        found = []
        for folder in sorted(self._root.glob("*/")):
            kept = _read(folder)
            if kept and (folder / VERSIONS / kept.current).is_dir():
                found.append(_installed(folder, kept))
        return found

    def app(self, app: str) -> Installed | None:
        return next((one for one in self.apps() if one.id == app), None)

    def install(self, bundle: Bundle, progress: Progress = lambda done, of: None) -> Installed:
        """Install or update. Raises `InstallError`, `BundleError`, `carservices.app.manifest.ManifestError`."""
        info = bundle.info
        self._check_publisher(bundle)
        if info.min_sdk > SDK:
            raise InstallError(f"{info.id} {info.version} needs SDK {info.min_sdk}, this car has {SDK}: update the car")
        manifest = bundle.manifest()
        with self._locked(info.id) as folder:
            kept = _read(folder)
            name = f"{info.version}-{bundle.key_id[:8]}"
            if kept:
                self._check_update(bundle, manifest, kept, folder)
            self._check_space(info.size, folder)
            fresh = Path(tempfile.mkdtemp(prefix=FRESH, dir=folder / VERSIONS))
            try:
                bundle.unpack(fresh, progress)
                fresh.chmod(0o755)
                _sync(fresh)
                target = folder / VERSIONS / name
                if target.exists():  # left by a roll back, or by an installation that ended right here
                    shutil.rmtree(target)
                fresh.rename(target)
                now = Kept(name, kept.current if kept else None, bundle.public.hex())
                _write(folder, now)
            except OSError as error:
                raise InstallError(
                    f"{info.id} was not installed: {error.strerror or error}; make room and try again"
                ) from None
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
                _sweep(folder)
            return _installed(folder, now)

    def roll_back(self, app: str) -> Installed:
        """Back to the version before; a second time forward again. Raises `InstallError`."""
        with self._locked(app) as folder:
            kept = self._kept(app, folder)
            if kept.previous is None:
                raise InstallError(f"{app} has no earlier version to go back to")
            now = Kept(kept.previous, kept.current, kept.key)
            _write(folder, now)
            return _installed(folder, now)

    def remove(self, app: str) -> None:
        """Remove the app with all its versions; its data is the host's. Raises `InstallError`."""
        with self._locked(app) as folder:
            self._kept(app, folder)
            (folder / STATE).unlink()  # from here on it is not installed, whatever is left of it
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Clear away what interrupted installations left."""
        for folder in self._root.glob("*/"):
            with suppress(InstallError), self._locked(folder.name):
                _sweep(folder)
                if _read(folder) is None:
                    shutil.rmtree(folder, ignore_errors=True)

    def _check_publisher(self, bundle: Bundle) -> None:
        if not self._trust.knows(bundle.public):
            raise InstallError(
                f"{bundle.path.name} is signed by the unknown key {bundle.key_id}: if you know its publisher, "
                f"`carservices app trust NAME {bundle.public.hex()}`"
            )

    def _check_update(self, bundle: Bundle, manifest: Manifest, kept: Kept, folder: Path) -> None:
        info, installed = bundle.info, kept.current.rpartition("-")[0]
        if bundle.public.hex() != kept.key:
            before = key_id(bytes.fromhex(kept.key))
            raise InstallError(
                f"{info.id} is installed from the publisher {before}, this bundle is signed by {bundle.key_id}: "
                "remove the app first if you want this one"
            )
        if order(manifest.version) == order(installed):
            raise InstallError(f"{info.id} {installed} is installed already")
        if order(manifest.version) < order(installed):
            raise InstallError(
                f"{info.id} {installed} is newer than {info.version}: "
                f"`carservices app rollback {info.id}` goes back to the version before"
            )

    def _check_space(self, size: int, folder: Path) -> None:
        free = shutil.disk_usage(folder).free
        if size + MARGIN > free:
            raise InstallError(
                f"no room: {size / 1e6:.1f} MB are needed, {max(0, free - MARGIN) / 1e6:.1f} MB are free; remove an app"
            )

    def _kept(self, app: str, folder: Path) -> Kept:
        kept = _read(folder)
        if kept is None:
            raise InstallError(f"{app} is not installed")
        return kept

    @contextmanager
    def _locked(self, app: str) -> Iterator[Path]:
        """The folder of one app, for us alone. Raises `InstallError` when somebody else is at it."""
        folder = self._root / app
        try:
            (folder / VERSIONS).mkdir(parents=True, exist_ok=True)
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise InstallError(f"{folder} cannot be written ({error.strerror}): make room or mend its rights") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise InstallError(f"{app} is being installed or removed right now: wait until that is done") from None
        try:
            yield folder
        finally:
            os.close(lock)
            if _read(folder) is None:
                shutil.rmtree(folder, ignore_errors=True)


def order(version: str) -> tuple[int, ...]:
    """A key that sorts versions as people read them: 1.9.0 < 1.10.0. The manifest allows numbers only."""
    return tuple(map(int, version.split(".")))


def _installed(folder: Path, kept: Kept) -> Installed:
    previous = kept.previous.rpartition("-")[0] if kept.previous else None
    key = key_id(bytes.fromhex(kept.key))
    return Installed(folder.name, kept.current.rpartition("-")[0], folder / VERSIONS / kept.current, previous, key)


def _read(folder: Path) -> Kept | None:
    try:
        raw: dict[str, Any] = json.loads((folder / STATE).read_text())
        return Kept(**raw)
    except (OSError, ValueError, TypeError):
        return None


def _write(folder: Path, kept: Kept) -> None:
    replace_file(folder / STATE, json.dumps(asdict(kept)))


def _sweep(folder: Path) -> None:
    kept = _read(folder)
    wanted = {kept.current, kept.previous} if kept else set()
    for version in (folder / VERSIONS).glob("*"):
        if version.name not in wanted:
            shutil.rmtree(version, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Have the disk hold all of it before anybody relies on it."""
    for inner, _, names in os.walk(folder):
        for name in (*names, "."):
            to_disk(Path(inner, name))


__all__ = ["BundleError", "InstallError", "Installed", "Store", "order"]
