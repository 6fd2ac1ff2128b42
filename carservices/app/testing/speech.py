"""The car's voice for tests of apps: nothing sounds, all that is said is kept, and ends when the test says so."""

from collections.abc import Callable
from dataclasses import dataclass

from carservices.api.sentences import split
from carservices.api.speech import LONGEST, MOST_OF_OWNER, Priority, SpeechState, Utterance
from carservices.app.testing.audio import NotPossible

LANGUAGES = ("en", "de", "fr")
GUIDANCE = Utterance(
    number=0, owner="navigation", priority=Priority.GUIDANCE, language="en", sentence=0, sentences=1
)  # fmt: skip


@dataclass
class Text:
    """One that is said or waits."""

    number: int
    language: str
    sentences: list[str]
    next: int


class FakeSpeech:
    """``say`` gets each new state."""

    def __init__(self, app: str, say: Callable[[SpeechState], None]) -> None:
        self.state = SpeechState(engine="test")
        self.said: list[str] = []
        """Sentences that have begun, in their order."""
        self.language = ""
        """Of the last one."""
        self.settle: Callable[[], None] = lambda: None
        """Lets the app deal with what has happened."""
        self._app = app
        self._say = say
        self._texts: list[Text] = []
        self._numbers = 0
        self._interrupted = False

    # -- what the test does ------------------------------------------------------------------------------------------

    def next(self, sentences: int = 1) -> None:
        """So many sentences have been said to their end."""
        for _ in range(sentences):
            assert self._texts, f"nothing is said; so far: {self.said}"
            text = self._texts[0]
            text.next += 1
            if text.next >= len(text.sentences):
                self._texts.pop(0)
            self._begin()
            self._happened()

    def end(self) -> None:
        """All that is said or waits has been said to its end."""
        while self._texts:
            self.next()

    def interrupt(self, on: bool = True) -> None:
        """The guidance speaks, or has spoken: the sentence is begun again."""
        self._interrupted = on
        if not on:
            self._begin()
        self._happened()

    def take(self, problem: str | None = None) -> None:
        """Another app reads, or with a problem the voice has failed."""
        self._texts.clear()
        self._happened(problem)

    def lose(self) -> None:
        """The car has no voice any more."""
        self._texts.clear()
        self.state = SpeechState(cure="the car has no voice: `apt install espeak-ng` gives it one")
        self._happened()

    # -- what the app does -------------------------------------------------------------------------------------------

    def call(self, method: str, text: str = "", language: str = "", sentence: int = 0) -> int | None:
        """Raises `NotPossible`."""
        if method == "hush":
            self._texts.clear()
            self.tell()
            return None
        if method != "say":
            raise NotPossible("NOT_FOUND", f"speech has no call '{method}' for apps")
        if len(text) > LONGEST:
            raise NotPossible("INVALID_ARGUMENT", f"text: at most {LONGEST} characters")
        if self.state.engine is None:
            raise NotPossible("UNAVAILABLE", self.state.cure)
        if language[:2].lower() not in LANGUAGES:
            raise NotPossible("INVALID_ARGUMENT", f"the car does not speak '{language}'")
        if not (sentences := split(text)):
            raise NotPossible("INVALID_ARGUMENT", "nothing in the text can be said")
        if len(self._texts) >= MOST_OF_OWNER:
            raise NotPossible("UNAVAILABLE", f"{MOST_OF_OWNER} texts of {self._app} wait already")
        self._numbers += 1
        self._texts.append(Text(self._numbers, language, sentences, min(sentence, len(sentences) - 1)))
        if len(self._texts) == 1:
            self._begin()
        self.tell()
        return self._numbers

    def _begin(self) -> None:
        if self._texts and not self._interrupted:
            text = self._texts[0]
            self.said.append(text.sentences[text.next])
            self.language = text.language

    def _happened(self, problem: str | None = None) -> None:
        self.tell(problem)
        self.settle()

    def tell(self, problem: str | None = None) -> None:
        """Say the state to the app."""
        mine = [
            Utterance(
                number=text.number,
                owner=self._app,
                priority=Priority.READING,
                language=text.language,
                sentence=text.next,
                sentences=len(text.sentences),
            )
            for text in self._texts
        ]
        texts = [GUIDANCE, *mine] if self._interrupted else mine
        self.state = self.state.model_copy(
            update={"speaking": texts[0] if texts else None, "waiting": tuple(texts[1:]), "problem": problem}
        )
        self._say(self.state)
