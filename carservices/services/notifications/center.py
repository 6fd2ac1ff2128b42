"""What is in force, what of it is hidden, and which one to show now."""

import math
from dataclasses import dataclass

from pydantic import BaseModel

from carservices.api.notifications import Notification, Priority

SHOW_SECONDS = {Priority.CRITICAL: math.inf, Priority.HIGH: 15.0, Priority.NORMAL: 8.0, Priority.LOW: 8.0}
"""How long one is the current one; a critical one until it ends or is dismissed."""
WITHHELD_WHILE_DRIVING = (Priority.LOW,)


class Hidden(BaseModel):
    """What survives a restart: dismissed ids, and until when (Unix time in s) others are snoozed."""

    dismissed: set[str] = set()
    snoozed: dict[str, float] = {}


@dataclass(slots=True)
class _Entry:
    notification: Notification
    shown_at: float | None = None

    def done(self, now: float) -> bool:
        return self.shown_at is not None and now >= self.shown_at + SHOW_SECONDS[self.notification.priority]


class Center:
    """Keeps the notifications; ``now`` is Unix time in s everywhere."""

    def __init__(self, hidden: Hidden | None = None) -> None:
        self.hidden = hidden or Hidden()
        self._entries: dict[str, _Entry] = {}
        self._showing: _Entry | None = None

    def __contains__(self, notification: str) -> bool:
        return notification in self._entries

    def since(self, notification: str) -> float | None:
        """Since when it is in force; None when it is not."""
        entry = self._entries.get(notification)
        return entry.notification.since if entry else None

    def find(self, notification: str) -> Notification:
        """One that is in force. Raises KeyError."""
        return self._entries[notification].notification

    def put(self, notification: Notification) -> None:
        """It is in force, or has changed."""
        entry = self._entries.setdefault(notification.id, _Entry(notification))
        entry.notification = notification

    def end(self, notification: str) -> bool:
        """Its cause has gone, and with it that it was dismissed or snoozed. True when that was so."""
        self._entries.pop(notification, None)
        was_hidden = notification in self.hidden.dismissed or notification in self.hidden.snoozed
        self.hidden.dismissed.discard(notification)
        self.hidden.snoozed.pop(notification, None)
        return was_hidden

    def dismiss(self, notification: str) -> None:
        """Hide until it has ended."""
        self.hidden.dismissed.add(notification)

    def snooze(self, notification: str, until: float) -> None:
        """Hide until then; after it, it is shown as if new."""
        self.hidden.snoozed[notification] = until
        self._entries[notification].shown_at = None

    def active(self, now: float) -> tuple[Notification, ...]:
        """All that is in force and not hidden: most important first, then newest first."""
        return tuple(entry.notification for entry in self._visible(now))

    def current(self, now: float, driving: bool) -> Notification | None:
        """The one to show now. One that a more important one has pushed aside is shown again in full."""
        waiting = (
            entry
            for entry in self._visible(now)
            if not entry.done(now) and not (driving and entry.notification.priority in WITHHELD_WHILE_DRIVING)
        )
        top = next(waiting, None)
        if top is not self._showing:
            if self._showing is not None and not self._showing.done(now):
                self._showing.shown_at = None
            if top is not None:
                top.shown_at = now
            self._showing = top
        return top.notification if top else None

    def next_change(self, now: float) -> float | None:
        """When `active` or `current` may change by themselves; None for never."""
        times = [until for until in self.hidden.snoozed.values() if until > now]
        if self._showing is not None and self._showing.shown_at is not None:
            times.append(self._showing.shown_at + SHOW_SECONDS[self._showing.notification.priority])
        coming = [time for time in times if now < time < math.inf]
        return min(coming, default=None)

    def _visible(self, now: float) -> list[_Entry]:
        shown = [
            entry
            for entry in self._entries.values()
            if entry.notification.id not in self.hidden.dismissed
            and self.hidden.snoozed.get(entry.notification.id, 0.0) <= now
        ]
        return sorted(shown, key=lambda e: (e.notification.priority.rank, -e.notification.since, e.notification.id))
