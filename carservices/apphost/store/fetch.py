"""Brings a bundle from where a person says it is: a file, a folder of a developer, or a URL."""

import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from carservices.apphost.store.bundle import LARGEST_BUNDLE, SUFFIX, Bundle, BundleError, build
from carservices.apphost.store.keys import SigningKey

TIMEOUT = 20.0
"""Seconds without a byte after which a download is given up."""
CHUNK = 1 << 16


class FetchError(Exception):
    """The bundle did not arrive; one sentence with cause and cure."""


@contextmanager
def fetched(
    source: str, developer: Callable[[], SigningKey], progress: Callable[[int, int], None] = lambda done, of: None
) -> Iterator[Bundle]:
    """The bundle at ``source``. A folder is built on the spot and signed with the developer's key of this machine.

    Raises `FetchError`, `BundleError`, `carservices.apphost.store.keys.BadKey` and, for a folder,
    `carservices.app.manifest.ManifestError`.
    """
    with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
        path = Path(folder) / f"bundle{SUFFIX}"
        try:
            if urlsplit(source).scheme in ("http", "https"):
                _download(source, path, progress)
            elif Path(source).is_dir():
                build(Path(source), path, developer())
            else:
                path = Path(source)
            bundle = Bundle(path)
        except OSError as error:
            raise FetchError(f"{source} cannot be read ({error.strerror or error})") from None
        with bundle:
            yield bundle


def _download(url: str, path: Path, progress: Callable[[int, int], None]) -> None:
    """Raises `FetchError`; OSError when the disk is full."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer, path.open("wb") as out:
            total = int(answer.headers.get("Content-Length") or 0)
            done = 0
            while chunk := answer.read(CHUNK):
                done += len(chunk)
                if done > LARGEST_BUNDLE:
                    raise FetchError(f"{url} is larger than {LARGEST_BUNDLE >> 20} MB: it is no app bundle")
                out.write(chunk)
                progress(done, max(total, done))
    except (urllib.error.URLError, HTTPException, TimeoutError, ValueError) as error:
        raise FetchError(f"{url} cannot be fetched ({getattr(error, 'reason', None) or error}): is it right?") from None
    if done < total:
        raise FetchError(f"{url} broke off after {done / 1e6:.1f} of {total / 1e6:.1f} MB: try again")


__all__ = ["BundleError", "FetchError", "fetched"]
