"""The voice for apps: `self.speech` says a text aloud, sentence by sentence, while the music waits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from carservices.app.car import Car, Watch

SERVICE: Final = "speech"
TOPIC: Final = "speech.state"


@dataclass(frozen=True, slots=True)
class Spoken:
    """How this app's text stands, as `carservices.api.speech.SpeechState` has it."""

    number: int | None = None
    """As `Speech.say` returned it; None: nothing of this app is said or waits."""
    sentence: int = 0
    """Which one, from 0: what to begin with when it is to go on later."""
    sentences: int = 0
    speaking: bool = False
    """False while it waits, for the guidance to have spoken for instance."""
    engine: str | None = None
    """None: the car has no voice, or its service is away."""
    cure: str = ""
    problem: str | None = None
    """Why the last text was not said to its end, one sentence."""


class Speech:
    """Needs the scopes ``read:speech.state``, ``call:speech.say`` and ``call:speech.hush`` of what it uses.

    The app that has begun last reads; guidance and alerts interrupt it, and the sentence is then begun again. It ends
    with the app, and goes on while the app is in the background. The calls raise PermissionMissing and CallError
    INVALID_ARGUMENT (no word in it, too long, another language) and UNAVAILABLE (no voice, or too many texts wait).
    """

    def __init__(self, car: Car, app: Callable[[], str], language: Callable[[], str]) -> None:
        self._car = car
        self._app = app
        self._language = language

    @property
    def state(self) -> Spoken:
        """How this app's text stands; a view that reads it is made again when it changes."""
        return self._spoken(self._car.raw_state(TOPIC))

    async def watch(self, on_change: Callable[[Spoken], object]) -> Watch:
        """Call back with how this app's text stands, at once and at each change."""
        return await self._car.watch_topic(TOPIC, lambda raw: on_change(self._spoken(raw)))

    async def say(self, text: str, language: str | None = None, sentence: int = 0) -> int:
        """Say a text of at most 20,000 characters, from a sentence on, in the driver's language or another; its number.

        Several follow each other.
        """
        parameters = {"text": text, "language": language or self._language(), "sentence": sentence}
        number: int = await self._car.call(SERVICE, "say", parameters)
        return number

    async def hush(self) -> None:
        """Nothing more of this app, at once."""
        await self._car.call(SERVICE, "hush")

    def _spoken(self, raw: Any) -> Spoken:
        state = raw or {}
        about = {"engine": state.get("engine"), "cure": state.get("cure", ""), "problem": state.get("problem")}
        now = state.get("speaking")
        for text in filter(None, (now, *state.get("waiting", ()))):
            if text["owner"] == self._app():
                place = {name: text[name] for name in ("number", "sentence", "sentences")}
                return Spoken(**place, speaking=text is now, **about)
        return Spoken(**about)
