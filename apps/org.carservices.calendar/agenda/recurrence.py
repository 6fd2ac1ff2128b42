"""Recurrence rules of iCalendar (RFC 5545, 3.3.10) as dates; the time of day is that of the event.

FREQ is DAILY, WEEKLY, MONTHLY or YEARLY, with INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS and WKST.
"""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
PARTS: Final = frozenset(["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST"])
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """``by_day`` holds (ordinal, weekday) with Monday 0; the ordinal is 0 for every such day."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: str = ""
    """As written: its meaning needs the time zone of the event."""
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int = 0

    @classmethod
    def parse(cls, text: str) -> "Rule":
        """A rule as RRULE has it. Raises ValueError for one that is malformed or of a kind not known here."""
        parts = dict(part.upper().split("=", 1) for part in text.strip().strip(";").split(";"))
        if unknown := parts.keys() - PARTS:
            raise ValueError(f"the recurrence {text!r} uses {', '.join(sorted(unknown))}")
        if parts.get("FREQ") not in FREQUENCIES:
            raise ValueError(f"the recurrence {text!r} is not daily, weekly, monthly or yearly")
        interval, count = int(parts.get("INTERVAL", "1")), int(parts["COUNT"]) if "COUNT" in parts else None
        if interval < 1 or (count is not None and count < 1):
            raise ValueError(f"the recurrence {text!r} counts with less than 1")
        if until := parts.get("UNTIL", ""):
            datetime.strptime(until.rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in until else "%Y%m%d")
        return cls(
            frequency=parts["FREQ"],
            interval=interval,
            count=count,
            until=until,
            by_month=_numbers(parts, "BYMONTH", 1, 12),
            by_month_day=_numbers(parts, "BYMONTHDAY", -31, 31),
            by_day=tuple(_weekday(word) for word in parts["BYDAY"].split(",")) if "BYDAY" in parts else (),
            by_set_pos=_numbers(parts, "BYSETPOS", -366, 366),
            week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
        )

    def dates(self, first: date, after: date, before: date) -> Iterator[date]:
        """The days of the series that begins on ``first``, from ``after`` to ``before``, both included."""
        counted = 0
        for period in self._periods(first, after, before):
            found = sorted(day for day in self._inside(period, first) if self._fits(day))
            for day in self._chosen(found):
                if day < first:
                    continue
                counted += 1
                if day > before or (self.count is not None and counted > self.count):
                    return
                if day >= after:
                    yield day

    def _periods(self, first: date, after: date, before: date) -> Iterator[date]:
        """The first day of each day, week, month or year that counts; without COUNT those long past are left out."""
        number = 0
        if self.count is None and after > first:
            number = max(0, self._units(first, after) // self.interval - 1)
        while (start := self._start(first, number * self.interval)) is not None and start <= before:
            yield start
            number += 1

    def _units(self, first: date, day: date) -> int:
        """How many whole days, weeks, months or years lie between."""
        match self.frequency:
            case "DAILY":
                return (day - first).days
            case "WEEKLY":
                return (day - first).days // 7
            case "MONTHLY":
                return (day.year - first.year) * 12 + day.month - first.month
        return day.year - first.year

    def _start(self, first: date, units: int) -> date | None:
        """The period that lies this many after that of ``first``; None beyond the end of the calendar."""
        try:
            match self.frequency:
                case "DAILY":
                    return first + units * DAY
                case "WEEKLY":
                    return first + (units * 7 - (first.weekday() - self.week_start) % 7) * DAY
                case "MONTHLY":
                    years, month = divmod(first.month - 1 + units, 12)
                    return date(first.year + years, month + 1, 1)
            return date(first.year + units, 1, 1)
        except (OverflowError, ValueError):
            return None

    def _inside(self, start: date, first: date) -> list[date]:
        """The candidates of one period."""
        match self.frequency:
            case "DAILY":
                return [start]
            case "WEEKLY":
                wanted = {weekday for _, weekday in self.by_day} or {first.weekday()}
                week = [start + number * DAY for number in range(7)]
                return [day for day in week if day.weekday() in wanted]
            case "MONTHLY":
                return self._of_month(start.year, start.month, first)
        if self.by_day and not self.by_month and not self.by_month_day:
            return _ordinals(_days(date(start.year, 1, 1), date(start.year, 12, 31)), self.by_day)
        months = self.by_month or (range(1, 13) if self.by_month_day else (first.month,))
        return [day for month in months for day in self._of_month(start.year, month, first)]

    def _of_month(self, year: int, month: int, first: date) -> list[date]:
        length = calendar.monthrange(year, month)[1]
        days = _days(date(year, month, 1), date(year, month, length))
        if self.by_day:
            days = _ordinals(days, self.by_day)
        if self.by_month_day:
            return [day for day in days if day.day in self.by_month_day or day.day - length - 1 in self.by_month_day]
        return days if self.by_day else [day for day in days if day.day == first.day]

    def _fits(self, day: date) -> bool:
        """What narrows a daily or weekly series."""
        if self.by_month and day.month not in self.by_month:
            return False
        if self.frequency == "DAILY":
            length = calendar.monthrange(day.year, day.month)[1]
            if self.by_month_day and not {day.day, day.day - length - 1} & set(self.by_month_day):
                return False
            return not self.by_day or day.weekday() in {weekday for _, weekday in self.by_day}
        return True

    def _chosen(self, days: list[date]) -> list[date]:
        if not self.by_set_pos:
            return days
        places = {place - 1 if place > 0 else len(days) + place for place in self.by_set_pos}
        return [day for place, day in enumerate(days) if place in places]


def _numbers(parts: Mapping[str, str], name: str, low: int, high: int) -> tuple[int, ...]:
    if name not in parts:
        return ()
    numbers = tuple(int(word) for word in parts[name].split(","))
    if any(not low <= number <= high or number == 0 for number in numbers):
        raise ValueError(f"{name}={parts[name]} is not within {low} to {high}")
    return numbers


def _weekday(word: str) -> tuple[int, int]:
    ordinal = int(word[:-2] or "0")
    if not -53 <= ordinal <= 53:
        raise ValueError(f"BYDAY={word}: a year has at most 53 of a weekday")
    return ordinal, WEEKDAYS.index(word[-2:])


def _days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def _ordinals(days: list[date], wanted: tuple[tuple[int, int], ...]) -> list[date]:
    """Of a month's or a year's days: every Monday, the second one, the last one."""
    found: set[date] = set()
    for ordinal, weekday in wanted:
        same = [day for day in days if day.weekday() == weekday]
        if ordinal == 0:
            found.update(same)
        elif abs(ordinal) <= len(same):
            found.add(same[ordinal - 1 if ordinal > 0 else ordinal])
    return sorted(found)
