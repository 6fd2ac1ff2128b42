"""Every signal as the table needs it: config, when it last changed, its last minute, and the search."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from carservices.signals import Datum, GlobError, GlobSet, SignalConfig, Value
from carservices_ui.store import Store, Unbind
from carservices_ui.units import is_number

SPAN, STEP = 60.0, 0.5
"""s of history kept of each number, and between two samples of it."""


class Signals:
    """Grows with what HALs offer; belongs to the user interface's thread."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self.configs: dict[str, SignalConfig] = {}
        self.changed: dict[str, float] = {}
        """When a signal last showed something else, by the panel's clock; not there before it did."""
        self.past: dict[str, deque[float | None]] = {}
        """The last minute of every number, oldest first; None where there was none."""
        self._unbind: dict[str, Unbind] = {}
        self._seen: dict[str, Datum | None] = {}
        self._numbers: list[str] = []

    def offer(self, configs: dict[str, SignalConfig]) -> bool:
        """Take what is on offer now; whether that differs from before."""
        if configs == self.configs:
            return False
        for path in self.configs.keys() - configs.keys():
            self._unbind.pop(path)()
            for kept in (self.changed, self.past, self._seen):
                kept.pop(path, None)
        for path in configs.keys() - self.configs.keys():
            self._unbind[path] = self._store.bind(path, partial(self._see, path))
        self.configs = dict(configs)
        kinds = ((path, config.datatype) for path, config in configs.items())
        self._numbers = [path for path, kind in kinds if kind.is_number and not kind.is_array]
        return True

    def value(self, path: str) -> Value | None:
        """The last value with its status; None when it never came."""
        return self._store.value(path)

    def sample(self, *_: object) -> None:
        """Note every number; call it each `STEP` seconds."""
        for path in self._numbers:
            value = self._store.get(path)
            past = self.past.setdefault(path, deque(maxlen=round(SPAN / STEP)))
            past.append(float(value) if is_number(value) else None)

    def find(self, query: str, *, recent: bool) -> list[str]:
        """Paths that fit the query, by name or with the latest change (to the second) first."""
        paths = sorted(matching(query, self.configs))
        if recent:
            paths.sort(key=lambda path: -round(self.changed.get(path, 0.0)))
        return paths

    def _see(self, path: str, value: Datum | None) -> None:
        if path in self._seen and self._seen[path] != value:
            self.changed[path] = self._clock()
        self._seen[path] = value


def matching(query: str, paths: Iterable[str]) -> list[str]:
    """Paths that fit every word of the query.

    A word with a star is a glob, over the whole path or from any level on; any other is a part of the path in
    small or capital letters. ``!`` before a word denies it.
    """
    found = list(paths)
    for word in query.split():
        denied, word = word.startswith("!"), word.removeprefix("!")
        if word:
            chosen = _fit(word, found)
            found = [path for path in found if (path in chosen) != denied]
    return found


def _fit(word: str, paths: list[str]) -> set[str]:
    if "*" not in word:
        return {path for path in paths if word.lower() in path.lower()}
    try:
        globs = GlobSet(word, f"**.{word}") if not word.startswith("**") else GlobSet(word)
    except GlobError:
        return set()
    return set(globs.select(paths))
