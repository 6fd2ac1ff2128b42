"""The bundle: one file with an app, what it consists of, and the signature over that.

A zip archive that begins with ``META.json`` (id, version, the size and SHA-256 of every file) and ``META.sig`` (public
key and signature of exactly those bytes). The same folder and key give the same bytes, on any machine and day.
"""

import json
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Self

from carservices.app.manifest import Manifest
from carservices.app.manifest import load as load_manifest
from carservices.apphost.store.keys import SigningKey, is_signed, key_id

SUFFIX = ".capp"
FORMAT = 1
META, SIGNATURE = "META.json", "META.sig"
MANIFEST = "app.toml"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The only date inside; a bundle does not tell when it was built."""
LARGEST_META = 4 << 20
LARGEST_FILE = 64 << 20
LARGEST_BUNDLE = 256 << 20
MOST_FILES = 10_000
LONGEST_PATH = 240
LEFT_OUT = {"__pycache__", ".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", "tests", "pictures"}
"""What a developer needs and an app does not: it stays out of the bundle."""
CHUNK = 1 << 16
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What the archive's reader raises for archives that are none."""


class BundleError(ValueError):
    """A bundle or a folder that cannot be used; one sentence that names file, cause and cure."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One file: bytes and SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """What the signature covers."""

    id: str
    version: str
    min_sdk: int
    files: dict[str, FileInfo]
    format: int = FORMAT

    @property
    def size(self) -> int:
        """Bytes once installed."""
        return sum(file.size for file in self.files.values())

    def dump(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Raises `BundleError`."""
        try:
            raw: dict[str, Any] = json.loads(data)
            if raw["format"] > FORMAT:
                raise BundleError(f"format {raw['format']} is newer than this car knows ({FORMAT}): update the car")
            files = {str(path): FileInfo(int(file["size"]), str(file["sha256"])) for path, file in raw["files"].items()}
            return cls(str(raw["id"]), str(raw["version"]), int(raw["min_sdk"]), files)
        except BundleError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BundleError(f"{META} is broken ({error})") from None


def build(folder: Path, out: Path, key: SigningKey) -> BundleInfo:
    """Make the bundle of an app's folder. Raises `BundleError`, `carservices.app.manifest.ManifestError`, OSError."""
    manifest = load_manifest(folder / MANIFEST)
    contents = {path: (folder / path).read_bytes() for path in _files(folder)}
    files = {path: FileInfo(len(data), sha256(data).hexdigest()) for path, data in contents.items()}
    info = BundleInfo(manifest.id, manifest.version, manifest.min_sdk, files)
    _check(info)
    meta = info.dump()
    fresh = out.with_name(f"{out.name}.new")
    try:
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            _add(archive, META, meta)
            _add(archive, SIGNATURE, key.public + key.sign(meta))
            for path, data in contents.items():
                _add(archive, path, data)
        fresh.replace(out)
    finally:
        fresh.unlink(missing_ok=True)
    return info


def _files(folder: Path) -> list[str]:
    """Every file of an app, sorted. Raises `BundleError` for links and for what is no file."""
    found = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if LEFT_OUT & set(inner.parts) or path.suffix in (".pyc", SUFFIX):
            continue
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            found.append(inner.as_posix())
        elif not stat.S_ISDIR(mode):
            raise BundleError(f"{path} is a link or device: a bundle holds plain files only, copy what it points to")
    return found


def _add(archive: zipfile.ZipFile, path: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.create_system = 3  # Unix, wherever it is built
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _check(info: BundleInfo) -> None:
    """What no bundle may hold, neither ours nor a stranger's. Raises `BundleError`."""
    if len(info.files) > MOST_FILES or info.size > LARGEST_BUNDLE:
        raise BundleError(
            f"{len(info.files)} files, {info.size / 1e6:.0f} MB: at most {MOST_FILES} and {LARGEST_BUNDLE >> 20} MB"
        )
    if MANIFEST not in info.files:
        raise BundleError(f"it has no {MANIFEST}")
    seen: dict[str, str] = {}
    for path, file in info.files.items():
        parts = PurePosixPath(path).parts
        plain = path == "/".join(parts) and len(path) <= LONGEST_PATH and path.isprintable() and "\\" not in path
        if not plain or path.startswith("/") or {"..", "."} & set(parts) or path in (META, SIGNATURE):
            raise BundleError(f"a file may not be called {path[:80]!r}")
        if not 0 <= file.size <= LARGEST_FILE:
            raise BundleError(f"{path} has {file.size / 1e6:.0f} MB: a file may have {LARGEST_FILE >> 20} MB")
        same = unicodedata.normalize("NFC", path).casefold()
        if other := seen.get(same):
            raise BundleError(f"{path} and {other} are one file on some machines: rename one")
        seen[same] = path
    for path in info.files:
        if any(str(parent) in info.files for parent in PurePosixPath(path).parents):
            raise BundleError(f"{path} lies in what is a file itself")


class Bundle:
    """A bundle file whose signature and table have been checked; its contents are checked as they are unpacked."""

    def __init__(self, path: Path) -> None:
        """Raises `BundleError` when it is no bundle or was changed after it was signed, OSError when unreadable."""
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise BundleError(f"{path.name} is no app bundle ({error})") from None
        try:
            meta = self._read(META, LARGEST_META)
            signature = self._read(SIGNATURE, 1024)
            self.public = signature[:32]
            if not is_signed(self.public, signature[32:], meta):
                raise BundleError("its signature is wrong: it was changed after it was signed; get it anew")
            self.info = BundleInfo.load(meta)
            _check(self.info)
            self._check_archive()
        except BundleError as error:
            self.close()
            raise BundleError(f"{path.name}: {error}") from None

    @property
    def key_id(self) -> str:
        return key_id(self.public)

    def close(self) -> None:
        self._archive.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def manifest(self) -> Manifest:
        """Raises `carservices.app.manifest.ManifestError`, `BundleError` when it is not that of the signed table."""
        data = b"".join(self._chunks(MANIFEST))
        manifest = Manifest.parse(data.decode(errors="replace"), f"{self.path.name}/{MANIFEST}")
        if (manifest.id, manifest.version, manifest.min_sdk) != (self.info.id, self.info.version, self.info.min_sdk):
            raise BundleError(f"{self.path.name}: {MANIFEST} speaks of another app or version than the signed table")
        return manifest

    def unpack(self, folder: Path, progress: Callable[[int, int], None] = lambda done, of: None) -> None:
        """Write all files below ``folder``; ``progress`` gets bytes done and in all.

        Raises `BundleError` for a file that is not as the signed table says, OSError when the disk is full.
        """
        done, total = 0, self.info.size
        for path in self.info.files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as out:
                for chunk in self._chunks(path):
                    out.write(chunk)
                    done += len(chunk)
                    progress(done, total)
            target.chmod(0o644)

    def _check_archive(self) -> None:
        """The archive holds exactly what the table lists: once each, as plain files."""
        names = [entry.filename for entry in self._archive.infolist()]
        wanted = {META, SIGNATURE, *self.info.files}
        if len(names) != len(set(names)) or set(names) != wanted:
            odd = sorted(set(names) ^ wanted) or sorted({name for name in names if names.count(name) > 1})
            raise BundleError(f"its files are not those of the signed table: {', '.join(map(repr, odd[:3]))}")
        for entry in self._archive.infolist():
            mode = entry.external_attr >> 16
            if mode and not stat.S_ISREG(mode):
                raise BundleError(f"{entry.filename} is no plain file")

    def _chunks(self, path: str) -> Iterator[bytes]:
        """The contents of one file, never more than the table says. Raises `BundleError`."""
        wanted = self.info.files[path]
        left, digest = wanted.size, sha256()
        try:
            with self._archive.open(path) as file:
                while chunk := file.read(min(CHUNK, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        break
                    digest.update(chunk)
                    yield chunk
        except UNREADABLE as error:
            raise BundleError(f"{self.path.name}: {path} cannot be read ({error})") from None
        if left != 0 or digest.hexdigest() != wanted.sha256:
            raise BundleError(f"{self.path.name}: {path} was changed after the bundle was signed; get it anew")

    def _read(self, name: str, limit: int) -> bytes:
        try:
            with self._archive.open(name) as file:
                data = file.read(limit + 1)
        except KeyError:
            raise BundleError(f"it has no {name}, so it is no app bundle") from None
        except (*UNREADABLE, OSError) as error:
            raise BundleError(f"{name} cannot be read ({error})") from None
        if len(data) > limit:
            raise BundleError(f"{name} is larger than {limit >> 10} kB")
        return data
