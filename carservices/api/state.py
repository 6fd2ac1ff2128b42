"""What a service keeps over a restart and a loss of power: small text files in the state directory."""

import logging
import os
from pathlib import Path

from carservices.bus.files import replace_file

STATE_DIR_VARIABLE = "CARSERVICES_STATE_DIR"

log = logging.getLogger(__name__)


class StateFile:
    """One file ``service/name`` below the state directory.

    Without a state directory (no ``directory`` and the variable CARSERVICES_STATE_DIR not set) nothing is kept.
    """

    def __init__(self, service: str, name: str, directory: Path | None = None) -> None:
        base = directory or (Path(text) if (text := os.environ.get(STATE_DIR_VARIABLE)) else None)
        self.path = base / service / name if base else None

    def read(self) -> str | None:
        """What was written last; None when there is nothing or it cannot be read (the log says why)."""
        if self.path is None:
            return None
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            log.warning("%s cannot be read (%s): starting without it", self.path, error)
            return None

    def write(self, text: str, lasting: bool = True) -> None:
        """Replace the content as a whole; when ``lasting`` it is on the disk when this returns.

        A failure (full disk, no right) is logged, the service goes on.
        """
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.path, text, lasting)
        except OSError as error:
            log.warning("%s cannot be written (%s): it will not survive a restart", self.path, error)

    def exists(self) -> bool:
        """Whether something was written, readable or not."""
        return self.path is not None and self.path.exists()

    def remove(self) -> None:
        """Forget what was written."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
