"""What is read aloud: which article, how far, and which follows it."""

from collections.abc import Sequence
from typing import Any, Protocol

from carservices.app import CarError, Speech, Spoken
from reader.feed import Article
from reader.shelf import Feed

Entry = tuple[Feed, Article]


class Surroundings(Protocol):
    """What it uses of its app."""

    @property
    def speech(self) -> Speech: ...
    def refresh(self) -> None: ...
    def spawn(self, work: Any) -> Any: ...


class Aloud:
    """One article after the other, until somebody pauses it, another app reads, or the voice fails."""

    def __init__(self, app: Surroundings) -> None:
        self.article: Article | None = None
        self.paused = False
        self.problem = ""
        """Why it has stopped."""
        self._app = app
        self._entries: list[Entry] = []
        self._sentence = 0
        self._is_last = False
        self._number: int | None = None

    @property
    def reads(self) -> bool:
        return self.article is not None and not self.paused

    @property
    def has_next(self) -> bool:
        return len(self._entries) > 1

    async def tap(self, entries: Sequence[Entry]) -> None:
        """The first of these: begin with it, or pause and go on; the others follow."""
        if entries[0][1] != self.article:
            await self._begin(entries)
        elif self.paused:
            await self._say()
        else:
            await self.pause()

    async def pause(self) -> None:
        """Stay where it is."""
        self._stop("")
        await self._ask(self._app.speech.hush())

    async def next(self) -> None:
        await self._begin(self._entries[1:])

    async def _begin(self, entries: Sequence[Entry]) -> None:
        self._entries, self._sentence, self._number = list(entries), 0, None
        self.article = entries[0][1] if entries else None
        await self._ask(self._app.speech.hush())
        if entries:
            await self._say()
        self._app.refresh()

    async def _say(self) -> None:
        (feed, article), *_ = self._entries
        self.paused, self.problem, self._is_last = False, "", False
        text = f"{article.title}\n{article.text}"
        number = await self._ask(self._app.speech.say(text, feed.language or None, self._sentence))
        if article == self.article and self.reads:
            self._number = number
            self.hear(self._app.speech.state)

    async def _ask(self, call: Any) -> Any:
        """What the car refuses is shown."""
        try:
            return await call
        except CarError as error:
            self._stop(getattr(error, "message", None) or str(error))

    def hear(self, spoken: Spoken) -> None:
        """How the text stands now: what is no longer said was read to its end, or was taken away."""
        if self._number is None:
            return
        if spoken.number == self._number:
            self._sentence, self._is_last = spoken.sentence, spoken.sentence == spoken.sentences - 1
        elif self._is_last and not spoken.problem:
            self._app.spawn(self.next())
        else:
            self._stop(spoken.problem or spoken.cure)

    def _stop(self, problem: str) -> None:
        self.paused, self.problem, self._number = True, problem, None
        self._app.refresh()
