"""The speech service: what is said when, and to whom it belongs."""

import asyncio
import logging
import time
from collections.abc import Sequence

from carservices.api.audio import Over
from carservices.api.navigation import Guidance, Navigation, Sentence
from carservices.api.sentences import split
from carservices.api.speech import LONGEST_HEARD, Priority, Speech, SpeechState
from carservices.bus import CallError, CarError
from carservices.services.speech.ear import Ear, Typed, first_word
from carservices.services.speech.engine import Engine, EngineError, NoEngine
from carservices.services.speech.espeak import Espeak
from carservices.services.speech.mouth import Mouth
from carservices.services.speech.queue import Full, Queue, Text

LATE_S = 3.0
"""s after its moment at which a sentence of the guidance is no longer true: at 50 km/h the car is 40 m further on."""
TRIES = 2
"""Of a sentence, before its text is given up."""

log = logging.getLogger(__name__)


class SpeechService(Speech):
    """Follows the guidance by itself; everybody else calls. ``ears`` hear the driver besides what is typed."""

    def __init__(self, engine: Engine | None = None, ears: Sequence[Ear] = ()) -> None:
        self._engine = engine or Espeak()
        self._typed = Typed()
        self._ears: tuple[Ear, ...] = (self._typed, *ears)
        self._listener: str | None = None
        self._queue = Queue()
        self._news = asyncio.Event()
        self._mouth: Mouth
        self._problem: str | None = None
        self._heard = 0
        """The id of the last sentence of the guidance."""

    async def start(self) -> None:
        self._mouth = Mouth(self.car, self._engine)
        await self._mouth.start()
        await self.car.service(Navigation).guidance.watch(self._on_guidance)
        self.car.on_connection(lambda connected: self._publish() if connected else None)
        self._publish()

    async def say(
        self, owner: str, text: str, language: str, priority: Priority = Priority.READING, sentence: int = 0
    ) -> int:
        if (cure := self._lacks()) is not None:
            self._publish()
            raise CallError("UNAVAILABLE", cure)
        known = language[:2].lower()
        if known not in self._engine.voices:
            voices = ", ".join(self._engine.voices)
            raise CallError("INVALID_ARGUMENT", f"the car does not speak '{language[:20]}': it speaks {voices}")
        if not (sentences := split(text)):
            raise CallError("INVALID_ARGUMENT", "nothing in the text can be said")
        try:
            added = self._queue.add(owner, sentences, known, priority, sentence)
        except Full as full:
            raise CallError("UNAVAILABLE", str(full)) from None
        self._problem = None
        self._changed()
        return added.number

    async def hush(self, owner: str) -> None:
        if self._queue.forget(owner):
            self._changed()

    async def listen(self, owner: str, language: str, seconds: float = 8.0) -> str:
        if self._listener is not None:
            raise CallError("UNAVAILABLE", f"{self._listener} listens already")
        known = language[:2].lower()
        able = [ear for ear in self._ears if ear is self._typed or known in ear.understands()]
        self._listen(owner)
        try:
            return " ".join((await first_word([ear.hear(known) for ear in able], seconds)).split())[:LONGEST_HEARD]
        finally:
            self._listen(None)

    def _listen(self, owner: str | None) -> None:
        self._listener, self._queue.hushed = owner, owner is not None
        self._changed()

    async def tell(self, text: str) -> str:
        listener = self._listener
        if listener is None or not self._typed.tell(text):
            raise CallError("UNAVAILABLE", "nobody listens now: choose 'Say it' in the car first")
        return listener

    async def run(self) -> None:
        while True:
            self._news.clear()
            text = self._queue.first
            if text is None:
                await self._news.wait()
            elif await self._uninterrupted(text):
                self._queue.said(text)
            self._publish()

    async def _uninterrupted(self, text: Text) -> bool:
        """Say the next sentence of it, unless something else becomes the first meanwhile."""
        saying = asyncio.create_task(self._try(text))
        try:
            while not saying.done() and self._queue.first is text:
                self._news.clear()
                waiting = asyncio.create_task(self._news.wait())
                await asyncio.wait({saying, waiting}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
        finally:
            saying.cancel()
            await asyncio.wait({saying})  # not the task itself: our own end would pass for its
        return not saying.cancelled() and saying.result() and text in self._queue.texts

    async def _try(self, text: Text) -> bool:
        """Whether the sentence was said; if it cannot be, its text is given up."""
        over = Over.PAUSE if self._queue.reads else Over.DUCK
        for _ in range(TRIES):
            try:
                await self._mouth.say(text.sentences[text.next], text.language, over)
            except (EngineError, NoEngine, CarError, CallError) as error:
                self._problem = str(error)
            else:
                return True
        log.warning("a text of %s is given up: %s", text.owner, self._problem)
        self._queue.drop(text)
        return False

    # -- guidance ----------------------------------------------------------------------------------------------------

    def _on_guidance(self, guidance: Guidance | None) -> None:
        sentence = guidance.sentence if guidance is not None else None
        if sentence is None:  # muted, cancelled, or navigation has ended
            if self._queue.forget(Navigation.name):
                self._changed()
        elif sentence.id != self._heard:
            self._heard = sentence.id
            self._guide(sentence)

    def _guide(self, sentence: Sentence) -> None:
        """The newest in place of those before it, unless its moment has passed."""
        if abs(time.time() - sentence.at) > LATE_S or self._lacks() is not None:
            return
        if sentence.language in self._engine.voices and (sentences := split(sentence.text)):
            self._queue.forget(Navigation.name)
            self._queue.add(Navigation.name, sentences, sentence.language, Priority.GUIDANCE)
            self._changed()

    # -- state -------------------------------------------------------------------------------------------------------

    def _lacks(self) -> str | None:
        """What to do to have a voice, None with one; looked for anew, as it may have been installed meanwhile."""
        try:
            self._engine.locate()
        except NoEngine as none:
            return str(none)
        return None

    def _changed(self) -> None:
        self._news.set()
        self._publish()

    def _publish(self) -> None:
        first = self._queue.first
        cure = self._lacks()
        understands = sorted({language for ear in self._ears for language in ear.understands()})
        self.state.publish(
            SpeechState(
                speaking=first.state if first is not None else None,
                waiting=tuple(text.state for text in self._queue.texts if text is not first),
                engine=self._engine.name if cure is None else None,
                cure=cure or "",
                listener=self._listener,
                understands=tuple(understands),
                problem=self._problem,
            )
        )
