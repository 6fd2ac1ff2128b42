"""What is played in which order: one after the other or shuffled, once, again and again, or one song for ever."""

import random
from collections.abc import Sequence
from typing import Literal

from music.library import Song

Repeat = Literal["off", "all", "one"]
REPEATS: tuple[Repeat, ...] = ("off", "all", "one")


class Queue:
    """``at`` is the place in the order; the songs keep theirs."""

    def __init__(
        self, songs: Sequence[Song] = (), first: int = 0, *, shuffle: bool = False, repeat: Repeat = "off"
    ) -> None:
        self.songs = tuple(songs)
        self.repeat: Repeat = repeat
        self.shuffle = False
        self._order = list(range(len(self.songs)))
        self._at = min(max(0, first), max(0, len(self.songs) - 1))
        if shuffle:
            self.set_shuffle(True)

    @property
    def current(self) -> Song | None:
        return self.songs[self._order[self._at]] if self.songs else None

    @property
    def index(self) -> int:
        """Of the current one among the songs."""
        return self._order[self._at] if self.songs else 0

    @property
    def following(self) -> Song | None:
        """What comes when the current one has ended."""
        return self._song(self._at if self.repeat == "one" else self._after(self._at))

    @property
    def upcoming(self) -> Song | None:
        """What the person gets who skips."""
        return self._song(self._after(self._at))

    def _after(self, at: int) -> int | None:
        if at + 1 < len(self._order):
            return at + 1
        return 0 if self.repeat == "all" and self._order else None

    def _song(self, at: int | None) -> Song | None:
        return None if at is None or not self.songs else self.songs[self._order[at]]

    def advance(self) -> bool:
        """The current one has ended; False when nothing follows."""
        return self.repeat == "one" or self.skip()

    def skip(self) -> bool:
        """On to the next, whatever is repeated; False when there is none."""
        after = self._after(self._at)
        if after is not None:
            self._at = after
        return after is not None

    def back(self) -> None:
        """To the one before; the first stays."""
        self._at = max(0, self._at - 1)

    def set_shuffle(self, on: bool) -> None:
        """The current one goes on, the others come in another order."""
        now = self.index
        self._order = list(range(len(self.songs)))
        self.shuffle = on
        if on and self._order:
            self._order.remove(now)
            random.shuffle(self._order)
            self._order.insert(0, now)
        self._at = self._order.index(now) if self._order else 0

    def next_repeat(self) -> None:
        self.repeat = REPEATS[(REPEATS.index(self.repeat) + 1) % len(REPEATS)]
