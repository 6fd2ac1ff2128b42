"""The emulator's clock between two looks at its status."""

import time
from collections.abc import Callable

from carservices_ui.panel.emulator import Emulator


class SimClock:
    """Runs on at the emulator's pace from the last status."""

    def __init__(self, emulator: Emulator, now: Callable[[], float] = time.monotonic) -> None:
        self._emulator, self._now = emulator, now
        self._since = now()

    def synchronise(self) -> None:
        """A fresh status is there."""
        self._since = self._now()

    @property
    def now(self) -> float:
        """s of simulation."""
        status = self._emulator.status
        told = float(status.get("time", 0.0))
        if not status or status.get("paused"):
            return told
        on = told + (self._now() - self._since) * float(status.get("speed", 1.0))
        return min(on, float(status["duration"])) if status.get("replay") else on

    def toggle(self) -> None:
        """Pause or go on."""
        self._emulator.do("pause", on=not self._emulator.status.get("paused"))


def clock(seconds: float) -> str:
    """``1:02:03`` or ``02:03``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
