"""How days, times and appointments are written in the person's language."""

from collections.abc import Callable
from datetime import date

from agenda.days import Occurrence

Say = Callable[..., str]
"""`App.t`."""


def title(t: Say, one: Occurrence) -> str:
    return " ".join(one.event.summary.split()) or t("untitled")


def full_date(t: Say, day: date) -> str:
    weekday, month = t("weekdays").split()[day.weekday()], t("months").split()[day.month - 1]
    return t("date", weekday=weekday, day=day.day, month=month)


def day_name(t: Say, day: date, today: date) -> str:
    near = {0: "today", 1: "tomorrow"}.get((day - today).days)
    return t(near) if near else full_date(t, day)


def times(t: Say, one: Occurrence, day: date) -> str:
    """When it happens, as seen on this day."""
    begins, ends = one.start.date() == day, one.end.date() == day
    if one.whole_days or not (begins or ends):
        return t("whole_day")
    if not begins:
        return t("until", time=f"{one.end:%H:%M}")
    if one.start == one.end:
        return f"{one.start:%H:%M}"
    end = f"{one.end:%H:%M}" if ends else f"{full_date(t, one.end.date())} {one.end:%H:%M}"
    return t("from_to", start=f"{one.start:%H:%M}", end=end)
