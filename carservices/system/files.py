"""Writing a small file as a whole or not at all."""

import os
from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """A reader sees the old content or the new, never half of it. Raises OSError."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
