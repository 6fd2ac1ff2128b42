"""The level below which no app is started: what the environment says, or else the settings of this machine."""

import logging
import os
import tomllib
from pathlib import Path
from typing import Final

from carservices.apphost.sandbox.levels import Level

VARIABLE: Final = "CARSERVICES_SANDBOX_MINIMUM"
"""weak, strong or full; it goes before the settings."""
KEY: Final = "sandbox_minimum"
"""Of the settings."""

log = logging.getLogger(__name__)


class Minimum:
    """Called before each start of an app, so that a changed setting counts at once. Without a file: weak."""

    def __init__(self, settings: Path | None = None) -> None:
        self._settings = settings
        self._last = Level.WEAK if settings is None else Level.FULL

    def __call__(self) -> Level:
        """Raises ValueError for a level of the environment that there is none of.

        Settings that cannot be read change nothing: what they said last counts, at first the strictest.
        """
        if (word := os.environ.get(VARIABLE)) is not None:
            return Level.named(word)
        try:
            if self._settings is not None:
                kept = tomllib.loads(self._settings.read_text("utf-8"))
                self._last = Level.named(str(kept.get(KEY, Level.WEAK.word)))
        except FileNotFoundError:
            self._last = Level.WEAK
        except (OSError, ValueError, RecursionError) as error:
            log.warning("%s: %s: apps go on to need the sandbox level %s", self._settings, error, self._last.word)
        return self._last
