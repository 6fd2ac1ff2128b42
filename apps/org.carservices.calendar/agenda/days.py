"""What happens when: events and their recurrences as occurrences in a stretch of time, in local time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from agenda.ical import Event, Moment

MOST: Final = 500
"""Occurrences that are looked at in one stretch."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time an event happens; ``start`` and ``end`` in local time, midnights for whole days."""

    start: datetime
    end: datetime
    whole_days: bool
    event: Event

    def touches(self, day: date) -> bool:
        """Whether it is a matter of this day."""
        last = max(self.start, self.end - timedelta(microseconds=1))
        return self.start.date() <= day <= last.date()


def occurrences(events: Iterable[Event], after: datetime, before: datetime, local: tzinfo) -> list[Occurrence]:
    """Those that have not ended at ``after`` and begin before ``before``, by start."""
    events = list(events)
    replaced = {(e.uid, _key(e.instance)) for e in events if e.instance is not None}
    found: list[Occurrence] = []
    for event in events:
        if event.cancelled:
            continue
        length = _length(event)
        for start in _starts(event, (after - length).date(), before.date(), local):
            if event.instance is None and (event.uid, _key(start)) in replaced:
                continue
            one = _occurrence(event, start, length, local)
            if one.start < before and (one.end > after or one.start >= after):
                found.append(one)
    found.sort(key=lambda one: (one.start, not one.whole_days, one.event.summary))
    return found[:MOST]


def _length(event: Event) -> timedelta:
    start, end = event.start, event.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        return end.astimezone(UTC) - start.astimezone(UTC)  # Python subtracts the clocks' faces within one zone
    return end - start  # type: ignore[operator]  # `read` refuses events that are half date, half time


def _starts(event: Event, after: date, before: date, local: tzinfo) -> Iterator[Moment]:
    """The starts of an event on days around this stretch."""
    left_out = {_key(moment) for moment in event.left_out}
    starts: set[Moment] = {event.start, *event.added} if event.rule is None else set(event.added)
    if event.rule is not None:
        day = timedelta(days=1)  # its zone may be ahead of ours, or behind
        first = event.start.date() if isinstance(event.start, datetime) else event.start
        last = min(before + day, _until(event))
        starts |= {_at(event.start, date_) for date_ in event.rule.dates(first, max(first, after - day), last)}
    for start in starts:
        if _key(start) not in left_out:
            yield start


def _at(first: Moment, day: date) -> Moment:
    return datetime.combine(day, first.timetz()) if isinstance(first, datetime) else day


def _until(event: Event) -> date:
    """The last day on which an event of a series may begin. Raises ValueError."""
    text = event.rule.until if event.rule else ""
    if not text:
        return date.max
    if "T" not in text:
        return datetime.strptime(text, "%Y%m%d").date()
    until = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")
    if not isinstance(event.start, datetime):
        return until.date()
    if text.endswith("Z"):
        until = until.replace(tzinfo=UTC).astimezone(event.start.tzinfo).replace(tzinfo=None)
    return until.date() if until.time() >= event.start.time() else until.date() - timedelta(days=1)


def _key(moment: Moment | None) -> Moment | None:
    """The same instant is the same key in whatever zone it is written."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _occurrence(event: Event, start: Moment, length: timedelta, local: tzinfo) -> Occurrence:
    if isinstance(start, datetime):
        begin = start.astimezone(local)
        return Occurrence(begin, (start.astimezone(UTC) + length).astimezone(local), False, event)
    begin = datetime.combine(start, time(), local)
    return Occurrence(begin, datetime.combine(start + length, time(), local), True, event)
