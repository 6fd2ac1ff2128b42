"""One piece of speech over the music, which is soft or waits meanwhile and comes back after a breath."""

import numpy as np
from numpy.typing import NDArray

from carservices.services.audio.output import Samples
from carservices.services.audio.sources import RATE

DUCKED = 0.2
"""What is left of the music: 14 dB less, as Android ducks (frameworks/base, PlaybackActivityMonitor.DUCK_VSHAPE)."""
FADE = RATE // 5
"""Frames from full to silent."""
BREATH = RATE * 4 // 5
"""Frames without speech before the music comes back: between two sentences it does not."""
CUT = 256
"""Frames in which a piece that is broken off ends: a step would click."""
SILENCE = np.empty(0, np.int16)
LOUDEST = np.iinfo(np.int16)


class Speech:
    """Not for several threads at once: the player locks."""

    def __init__(self) -> None:
        self.spoken = 0
        """The number of the last piece that has ended."""
        self._number = 0
        self._piece: NDArray[np.int16] = SILENCE
        self._quiet = BREATH
        """Frames since the last word."""
        self._low = DUCKED
        self._gain = 1.0

    @property
    def speaking(self) -> bool:
        return self.spoken != self._number

    @property
    def holds(self) -> bool:
        """The music waits."""
        return self._gain == 0.0

    def say(self, sound: NDArray[np.int16], *, pause: bool, goes_on: int | None = None) -> int:
        """Speak this now, or as the rest of the piece with that number; its number. Else what is spoken ends."""
        if goes_on is None:
            self.hush()
            self.spoken = self._number
            self._number += 1
            self._low = 0.0 if pause else DUCKED
        elif goes_on != self._number or not self.speaking:
            return goes_on
        self._piece = np.concatenate((self._piece, sound))
        return self._number

    def hush(self) -> None:
        """Break off."""
        self._piece = (self._piece[:CUT] * np.linspace(1.0, 0.0, len(self._piece[:CUT]))).astype(np.int16)

    def over(self, music: Samples, *, plays: bool) -> Samples:
        """The speech over the next frames of the music; ``plays``: there is any."""
        frames = len(music)
        piece, self._piece = self._piece[:frames], self._piece[frames:]
        if self.speaking and not len(self._piece):
            self.spoken = self._number
        self._quiet = 0 if len(piece) else min(self._quiet + frames, BREATH) if plays else BREATH
        if not len(piece) and self._quiet == BREATH and self._gain == 1.0:
            return music
        mixed = music * self._gains(frames, plays=plays)[:, None]
        mixed[: len(piece)] += piece[:, None]
        return mixed.clip(LOUDEST.min, LOUDEST.max).astype(np.int16)

    def _gains(self, frames: int, *, plays: bool) -> NDArray[np.float32]:
        """How loud the music is at each frame."""
        before, wanted = self._gain, 1.0 if self._quiet >= BREATH else self._low
        if not plays:
            self._gain = wanted
            return np.ones(frames, np.float32)
        steps = np.arange(1, frames + 1, dtype=np.float32) / FADE
        gains = np.minimum(before + steps, wanted) if wanted > before else np.maximum(before - steps, wanted)
        self._gain = float(gains[-1])
        return gains


def at_our_rate(sound: bytes, rate: int) -> NDArray[np.int16]:
    """16 bit samples as the output has them. Of 11 s it takes some 10 ms: nobody locks meanwhile."""
    samples = np.frombuffer(sound[: len(sound) // 2 * 2], "<i2")
    if rate == RATE:
        return samples
    there = np.arange(0, len(samples), rate / RATE)
    fitted: NDArray[np.int16] = np.interp(there, np.arange(len(samples)), samples).astype(np.int16)
    return fitted
