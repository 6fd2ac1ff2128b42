"""What is still to be said, in its order: the more urgent first, then the older."""

from dataclasses import dataclass

from carservices.api.speech import MOST, MOST_OF_OWNER, Priority, Utterance


class Full(Exception):
    """Too much waits; one sentence."""


@dataclass(slots=True, eq=False)
class Text:
    """One text and how far it has been said."""

    number: int
    owner: str
    priority: Priority
    language: str
    sentences: list[str]
    next: int = 0

    @property
    def state(self) -> Utterance:
        return Utterance(
            number=self.number,
            owner=self.owner,
            priority=self.priority,
            language=self.language,
            sentence=self.next,
            sentences=len(self.sentences),
        )


class Queue:
    """Bounded; one owner reads at a time."""

    def __init__(self) -> None:
        self._texts: list[Text] = []
        self._numbers = 0
        self.hushed = False

    @property
    def texts(self) -> list[Text]:
        return self._texts

    @property
    def first(self) -> Text | None:
        """What is to be said now; while the driver speaks only guidance is."""
        first = self._texts[0] if self._texts else None
        return None if first is not None and self.hushed and first.priority is not Priority.GUIDANCE else first

    @property
    def reads(self) -> bool:
        """A reading is under way, spoken or interrupted."""
        return any(text.priority is Priority.READING for text in self._texts)

    def add(self, owner: str, sentences: list[str], language: str, priority: Priority, first: int = 0) -> Text:
        """Raises `Full`."""
        if priority is Priority.READING:
            self._texts = [one for one in self._texts if one.owner == owner or one.priority is not priority]
        if sum(one.owner == owner for one in self._texts) >= MOST_OF_OWNER:
            raise Full(f"{MOST_OF_OWNER} texts of {owner} wait already: `hush` forgets them")
        if len(self._texts) >= MOST:
            raise Full(f"{MOST} texts wait already: say it again when they are said")
        self._numbers += 1
        text = Text(self._numbers, owner, priority, language, sentences, min(first, len(sentences) - 1))
        self._texts.append(text)
        self._texts.sort(key=lambda one: (-one.priority, one.number))
        return text

    def said(self, text: Text) -> None:
        """One more sentence of it has been spoken."""
        text.next += 1
        if text.next >= len(text.sentences):
            self.drop(text)

    def drop(self, text: Text) -> None:
        """It may have been forgotten already."""
        self._texts = [one for one in self._texts if one is not text]

    def forget(self, owner: str) -> bool:
        """Everything of this owner; whether there was anything."""
        before, self._texts = self._texts, [text for text in self._texts if text.owner != owner]
        return len(self._texts) < len(before)
