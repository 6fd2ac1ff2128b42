"""Writing a small file as a whole or not at all, and on the disk before anybody hears that it is kept."""

import os
from pathlib import Path


def replace_file(path: Path, content: str | bytes, lasting: bool = True) -> None:
    """A reader sees the old content or the new, never half of it; when ``lasting`` also after a loss of power.

    Raises OSError.
    """
    data = content.encode() if isinstance(content, str) else content
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(data)
        if lasting:
            to_disk(fresh)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    if lasting:
        to_disk(path.parent)


def to_disk(path: Path) -> None:
    """What was written to a file is on the disk now, and of a folder which names it has. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
