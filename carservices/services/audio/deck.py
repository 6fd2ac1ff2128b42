"""One piece being decoded ahead of time in a thread of its own, so that a slow disk or server is not heard."""

import threading
from collections import deque
from collections.abc import Callable

import numpy as np

from carservices.services.audio.output import Samples
from carservices.services.audio.sources import CHANNELS, RATE, Opened, SourceError

AHEAD = 2 * RATE
"""Frames kept ready."""
ENOUGH = RATE // 4
"""Frames after which a stream that ran dry plays again."""


class Deck:
    """Decodes ``source`` from ``position`` (s). ``failed`` is called from its thread with a sentence."""

    def __init__(
        self, source: str, position: float, open_: Callable[["Deck"], Opened], failed: Callable[["Deck", str], None]
    ) -> None:
        self.source = source
        self.start = position
        self.played = 0
        """Frames taken."""
        self.title: str | None = None
        self.duration: float | None = None
        self._dry = True
        self._blocks: deque[Samples] = deque()
        self._ready = 0
        self._complete = False
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, args=(open_, failed), name="decoder", daemon=True)
        self._thread.start()

    @property
    def position(self) -> float:
        return self.start + self.played / RATE

    @property
    def dry(self) -> bool:
        """It waits for its source."""
        with self._changed:
            return self._is_dry()

    def _is_dry(self) -> bool:
        return self._dry and self._ready < ENOUGH and not self._complete

    @property
    def finished(self) -> bool:
        """All of it has been taken."""
        with self._changed:
            return self._complete and not self._ready

    def take(self, frames: int) -> Samples:
        """At most so many frames; fewer at the end or while it is dry."""
        with self._changed:
            self._dry = self._is_dry()
            if self._dry:
                return np.empty((0, CHANNELS), np.int16)
            parts = []
            while frames and self._blocks:
                block = self._blocks[0]
                part, rest = block[:frames], block[frames:]
                parts.append(part)
                frames -= len(part)
                self._ready -= len(part)
                self.played += len(part)
                if len(rest):
                    self._blocks[0] = rest
                else:
                    self._blocks.popleft()
            self._dry = bool(frames) and not self._complete
            self._changed.notify()
        return np.concatenate(parts) if parts else np.empty((0, CHANNELS), np.int16)

    def close(self) -> None:
        """Stop decoding; what a server still sends is thrown away."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self, open_: Callable[["Deck"], Opened], failed: Callable[["Deck", str], None]) -> None:
        try:
            opened = open_(self)
        except SourceError as error:
            failed(self, str(error))
            with self._changed:
                self._complete = True
            return
        try:
            for block in opened.frames:
                with self._changed:
                    self._blocks.append(np.frombuffer(block, np.int16).reshape(-1, CHANNELS))
                    self._ready += len(block) // CHANNELS
                    self._changed.wait_for(lambda: self._closed or self._ready < AHEAD)
                    if self._closed:
                        return
        finally:
            opened.close()
            with self._changed:
                self._complete = True
