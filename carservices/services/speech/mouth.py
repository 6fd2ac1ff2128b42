"""Says one sentence: made by the engine, sounded by the audio service, over when that says so."""

import asyncio
import contextlib

from carservices.api.audio import MOST_SPOKEN, Audio, AudioState, Over
from carservices.bus import CallError, Car, CarError
from carservices.services.speech.engine import Engine, EngineError

GRACE_S = 5.0
"""s over its own length after which a sentence counts as said: the machine slept."""
SEEN_S = 1.0
"""s after which a player that has taken a sentence must have been seen: what it answers may overtake its state."""


class Mouth:
    """One sentence at a time."""

    def __init__(self, car: Car, engine: Engine) -> None:
        self._audio = car.service(Audio)
        self._engine = engine
        self._state: AudioState | None = None
        self._news = asyncio.Event()

    async def start(self) -> None:
        await self._audio.state.watch(self._hear)

    async def say(self, text: str, language: str, over: Over) -> None:
        """Returns when it has been said; a cancelled one falls silent. Raises `EngineError`, `NoEngine`, CarError."""
        sound = await self._engine.speak(text, self._engine.voices[language])
        number: int | None = None
        try:
            for begin in range(0, len(sound.samples), MOST_SPOKEN):
                part = sound.samples[begin : begin + MOST_SPOKEN]
                number = await self._audio.speak(part, sound.rate, over, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended(number), sound.seconds + GRACE_S)
        except asyncio.CancelledError:
            with contextlib.suppress(CallError, CarError):
                await self._audio.hush()
            raise

    def _hear(self, state: AudioState | None) -> None:
        self._state = state
        self._news.set()

    async def _ended(self, number: int | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SEEN_S):
                while self._state is None:
                    await self._next()
        while self._state is not None:
            if number is None or self._state.spoken >= number:
                return
            await self._next()
        raise EngineError("the audio service has ended")

    async def _next(self) -> None:
        """Another state of the player."""
        self._news.clear()
        await self._news.wait()
