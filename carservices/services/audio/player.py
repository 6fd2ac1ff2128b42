"""Joins pieces without a gap, speech over them, with one volume; pulled by the output's thread, steered by another."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from carservices.services.audio.deck import Deck
from carservices.services.audio.output import Output, Samples
from carservices.services.audio.sources import CHANNELS, Opened, open_source
from carservices.services.audio.speech import Speech, at_our_rate

RAMP = 256
"""Frames over which a change of volume is spread: a step would click."""


class Player:
    """``changed`` is called, from any thread, when something happened that nobody asked for."""

    def __init__(self, output: Output, music: Path, changed: Callable[[], None]) -> None:
        self.output = output
        self.playing = False
        self.volume = 0.5
        self.ended = 0
        self.error: str | None = None
        self.speech = Speech()
        self._music = music
        self._changed = changed
        self._lock = threading.Lock()
        self._deck: Deck | None = None
        self._next: Deck | None = None
        self._gain = 0.0
        self._was_dry = False
        self._sounds = False

    @property
    def deck(self) -> Deck | None:
        return self._deck

    @property
    def queued(self) -> str | None:
        return self._next.source if self._next else None

    def load(self, source: str, position: float) -> None:
        """Play this now."""
        self.error = None  # before the piece is opened: that fails in a thread of its own
        self._replace(self._new(source, position))
        self.playing = True

    def enqueue(self, source: str | None) -> None:
        fresh = self._new(source, 0.0) if source else None
        with self._lock:
            old, self._next = self._next, fresh
        if old:
            old.close()

    def unload(self) -> None:
        self.playing = False
        self._replace(None)

    @property
    def waits(self) -> bool:
        """Something plays, and nothing of it is heard."""
        return self.playing and (self.speech.holds or (self._deck is not None and self._deck.dry))

    def speak(self, sound: bytes, rate: int, *, pause: bool, goes_on: int | None) -> int:
        samples = at_our_rate(sound, rate)
        with self._lock:
            return self.speech.say(samples, pause=pause, goes_on=goes_on)

    def hush(self) -> None:
        with self._lock:
            self.speech.hush()

    @property
    def active(self) -> bool:
        """Something sounds, or is about to."""
        return self.playing or self.speech.speaking

    def settle(self) -> None:
        """Have the output run while there is something to hear and rest otherwise."""
        if self.active != self._sounds:
            self._sounds = self.active
            if self._sounds:
                self.output.start(self.pull)
            else:
                self.output.rest()

    def close(self) -> None:
        self.unload()
        self.output.close()

    def _new(self, source: str, position: float) -> Deck:
        def opened(deck: Deck) -> Opened:
            def titled(title: str) -> None:
                if title != deck.title:  # many stations say it every second
                    deck.title = title
                    self._changed()

            ready = open_source(source, self._music, position, titled)
            deck.duration = ready.duration
            self._changed()
            return ready

        return Deck(source, position, opened, self._failed)

    def _replace(self, deck: Deck | None) -> None:
        with self._lock:
            old, self._deck, self._next = (self._deck, self._next), deck, None
            self._was_dry = deck is not None  # as every deck is until the first frames are taken
        for one in old:
            if one:
                one.close()

    def _failed(self, deck: Deck, why: str) -> None:
        self.error = why
        self._changed()

    def pull(self, frames: int) -> Samples:
        """The next frames that sound; silence where there is nothing."""
        with self._lock:
            before = self.speech.spoken, self.speech.holds
            music, happened = self._mix(frames)
            sound = self.speech.over(music, plays=self.playing)
            volume = self.volume if self.active or np.any(sound) else 0.0
            happened = happened or before != (self.speech.spoken, self.speech.holds)
        if happened:
            self._changed()
        return self._scale(sound, volume)

    def _mix(self, frames: int) -> tuple[Samples, bool]:
        out = np.zeros((frames, CHANNELS), np.int16)
        filled, happened = 0, False
        while self.playing and self._deck and filled < frames and not self.speech.holds:
            taken = self._deck.take(frames - filled)
            out[filled : filled + len(taken)] = taken
            filled += len(taken)
            if self._deck.finished:
                self.ended += 1
                self._deck.close()
                self._deck, self._next = self._next, None
                self.playing = self._deck is not None
                happened = True
            elif not len(taken):
                break
        dry = self.playing and self._deck is not None and self._deck.dry
        happened = happened or dry != self._was_dry
        self._was_dry = dry
        return out, happened

    def _scale(self, sound: Samples, volume: float) -> Samples:
        gains = np.full(len(sound), volume, np.float32)
        ramp = min(RAMP, len(sound))
        gains[:ramp] = np.linspace(self._gain, volume, ramp, dtype=np.float32)
        self._gain = volume
        scaled: Samples = (sound * gains[:, None]).astype(np.int16)
        return scaled
