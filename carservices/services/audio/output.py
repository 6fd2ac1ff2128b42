"""Where sound goes: the machine's sound system, or time alone where there is none."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

import miniaudio  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from carservices.services.audio.sources import CHANNELS, RATE

Samples = NDArray[np.int16]
Pull = Callable[[int], Samples]
"""Gives so many frames, shape (frames, channels); silence where there is nothing."""
PERIOD = 0.05
"""s of sound asked for at a time."""
NULL = miniaudio.Backend.NULL

log = logging.getLogger(__name__)


class Output(ABC):
    """Pulls frames at the pace at which they sound, from a thread of its own."""

    name: str | None = None

    @abstractmethod
    def start(self, pull: Pull) -> None:
        """Begin, or go on after a rest."""

    @abstractmethod
    def rest(self) -> None:
        """Ask for nothing more until the next start: silence needs no processor."""

    @abstractmethod
    def close(self) -> None:
        """Give the sound system back."""


class Device(Output):
    """The sound system's default device."""

    def __init__(self) -> None:
        """Raises `miniaudio.MiniaudioError` where there is none."""
        real = [backend for backend in miniaudio.get_enabled_backends() if backend is not NULL]
        self._device = miniaudio.PlaybackDevice(
            nchannels=CHANNELS,
            sample_rate=RATE,
            buffersize_msec=round(PERIOD * 1000),
            backends=real,
            app_name="carservices",
        )
        self.name = str(self._device.backend)

    def start(self, pull: Pull) -> None:
        def feed() -> miniaudio.PlaybackCallbackGeneratorType:
            wanted = yield b""
            while True:
                wanted = yield pull(wanted).tobytes()

        generator = feed()
        next(generator)
        self._device.start(generator)

    def rest(self) -> None:
        self._device.stop()

    def close(self) -> None:
        self._device.close()


class Clock(Output):
    """Nothing sounds, but time runs as if: ``speed`` times real time. ``heard`` gets what would have sounded."""

    def __init__(self, speed: float = 1.0, heard: Callable[[Samples], None] = lambda _: None) -> None:
        self._speed = speed
        self._heard = heard
        self._end: threading.Event | None = None
        self._thread: threading.Thread | None = None

    def start(self, pull: Pull) -> None:
        end = self._end = threading.Event()

        def run() -> None:
            due = time.monotonic()
            while not end.is_set():
                self._heard(pull(round(PERIOD * RATE)))
                due += PERIOD / self._speed
                end.wait(max(0.0, due - time.monotonic()))

        self._thread = threading.Thread(target=run, name="audio", daemon=True)
        self._thread.start()

    def rest(self) -> None:
        if self._end and self._thread:
            self._end.set()
            self._thread.join()

    def close(self) -> None:
        self.rest()


def best_output() -> Output:
    """The sound system, or the clock."""
    try:
        return Device()
    except miniaudio.MiniaudioError as error:
        log.info("no sound system (%s): time runs, nothing sounds", error)
        return Clock()
