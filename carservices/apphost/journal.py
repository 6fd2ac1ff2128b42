"""The talk on one app's link, for the inspector: kept while somebody looks, and always of an app under development."""

import itertools
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from carservices.api.inspection import LinkMessage
from carservices.app.wire import FIELDS, Kind, WireError, unpack
from carservices.apphost.link import AppLink

NUMBERS: Final = itertools.count(1)
"""Of all journals, so that they go on when an app is another."""
KEPT: Final = 300
LOOKED_AT_SECONDS: Final = 30.0
"""After the last look."""
LONG: Final = 160
LONG_LOG: Final = 2000
"""Characters of one message; logs hold tracebacks."""


WELL: Final[tuple[str | None, tuple[str, ...]]] = (None, ())
"""No trouble, and nowhere."""


class Journal:
    """The newest messages."""

    def __init__(self, *, always: bool) -> None:
        self._always = always
        self._until = 0.0
        self._link: AppLink | None = None
        self._trouble = WELL
        self._kept: deque[LinkMessage] = deque(maxlen=KEPT)

    def follow(self, link: AppLink) -> None:
        """Another run of the app begins."""
        self._link = link
        self._trouble = WELL
        self._listen()

    def look(self, after: int) -> tuple[LinkMessage, ...]:
        """What has a higher number; from now on more is kept."""
        self._until = time.monotonic() + LOOKED_AT_SECONDS
        self._listen()
        return tuple(message for message in self._kept if message.number > after)

    def _listen(self) -> None:
        if self._link is not None:
            wanted = self._always or time.monotonic() < self._until
            self._link.tap = self._hear if wanted else None

    def trouble(self, sentence: str | None, where: Sequence[str]) -> None:
        """Whether the app answers; ``where`` it blocks may be known later. Noted when it is another."""
        now = (sentence, tuple(where))
        if now != self._trouble:
            self._trouble = now
            self.note("\n".join([sentence or "it responds", *where]))

    def note(self, text: str) -> None:
        """The host has noticed something."""
        self._keep("host", "note", text[:LONG_LOG])

    def _hear(self, sender: Literal["app", "host"], data: bytes) -> None:
        try:
            kind, fields = unpack(data)
        except WireError as error:
            self._keep(sender, "unreadable", f"{len(data)} bytes: {error}")
        else:
            self._keep(sender, kind.name.lower(), _said(kind, dict(zip(FIELDS[kind], fields, strict=False))))
        self._listen()

    def _keep(self, sender: Literal["app", "host"], kind: str, text: str) -> None:
        self._kept.append(LinkMessage(number=next(NUMBERS), at=time.time(), sender=sender, kind=kind, text=text))


def _said(kind: Kind, fields: Mapping[str, Any]) -> str:
    if kind is Kind.LOG:
        return f"{fields['level']}: {fields['text']}"[:LONG_LOG]
    return " ".join(f"{name}={_short(value)}" for name, value in fields.items())[:LONG]


def _short(value: Any) -> str:
    """A tree by its root, long sequences by their length."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict):
        return f"{value[0]}({str(value[1].get('title', ''))[:LONG]!r})"
    if isinstance(value, list | dict | bytes) and len(value) > 4:
        return f"<{len(value)}>"
    try:
        return repr(value)[:LONG]
    except RecursionError:
        return "<nested too deeply>"
