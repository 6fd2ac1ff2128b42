"""Whether a place is open: the common part of OpenStreetMap's opening hours."""

import re
from datetime import datetime
from functools import lru_cache

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
RULE = re.compile(r"(?:(?P<days>[A-Z][a-z](?:[-,][A-Z][a-z])*)\s+)?(?P<hours>off|closed|[\d:,\-]+)")
SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@lru_cache(maxsize=4096)
def open_at(hours: str, when: datetime) -> bool | None:
    """True or False at a local time; None where the rule is of a kind we do not read."""
    if hours.strip() == "24/7":
        return True
    state = False
    for part in hours.replace(", ", ",").split(";"):
        rule = RULE.fullmatch(part.strip())
        if rule is None or (days := _days(rule["days"])) is None:
            return None
        if rule["hours"] in ("off", "closed"):
            state = state and when.weekday() not in days
            continue
        spans = [SPAN.fullmatch(span) for span in rule["hours"].split(",")]
        if not all(spans):
            return None
        minutes = [(int(s[1]) * 60 + int(s[2]), int(s[3]) * 60 + int(s[4])) for s in spans if s]
        if when.weekday() in days:
            state = False  # a later rule replaces an earlier one for its days
        state = state or any(_within(when, days, begin, end) for begin, end in minutes)
    return state


def _within(when: datetime, days: set[int], begin: int, end: int) -> bool:
    now, today = when.hour * 60 + when.minute, when.weekday()
    if end > begin:
        return today in days and begin <= now < end
    return (today in days and now >= begin) or ((today - 1) % 7 in days and now < end)


def _days(text: str | None) -> set[int] | None:
    """Numbers of the days of ``Mo-Fr,Su``, Monday is 0; None where one is unknown."""
    if text is None:
        return set(range(7))
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            return None
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found |= {(begin + i) % 7 for i in range((end - begin) % 7 + 1)}
    return found
