"""Reads iCalendar files (RFC 5545): their events, and what of them could not be understood."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from agenda.recurrence import Rule
from agenda.zones import zone

MAX_EVENTS: Final = 20_000
YEARS: Final = (1900, 2200)
"""An event outside of them is a mistake; within them no calculation leaves the calendar."""
DURATION: Final = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
ESCAPED: Final = re.compile(r"\\(.)")
Moment = date | datetime
"""A date for events of whole days, else a date and time with its zone."""


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT. ``end`` is exclusive; ``instance`` says which one of a series this replaces."""

    uid: str
    start: Moment
    end: Moment
    summary: str = ""
    location: str = ""
    description: str = ""
    geo: tuple[float, float] | None = None
    """Latitude and longitude in degrees."""
    rule: Rule | None = None
    added: tuple[Moment, ...] = ()
    left_out: frozenset[Moment] = frozenset()
    instance: Moment | None = None
    cancelled: bool = False


@dataclass(slots=True)
class Reading:
    """What a file holds; ``problems`` has a sentence for each part that was passed over or guessed."""

    events: list[Event] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Property:
    """A content line: its parameters by upper-case name, and the value as written."""

    name: str
    parameters: Mapping[str, str]
    value: str


def read(text: str, local: tzinfo) -> Reading:
    """The events of a file; times without a zone are ``local``. Raises ValueError when it is no iCalendar."""
    found = Reading()
    if not text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR"):
        raise ValueError("this is no iCalendar file: it does not begin with BEGIN:VCALENDAR")
    for properties in _events(text):
        if len(found.events) == MAX_EVENTS:
            found.problems.append(f"only the first {MAX_EVENTS} events are read")
            break
        try:
            found.events.append(_event(properties, local, found.problems))
        except (ValueError, OverflowError) as error:
            title = next((_unescaped(p.value) for p in properties if p.name == "SUMMARY"), "an event")
            found.problems.append(f"{title}: {error}")
    return found


def _events(text: str) -> Iterator[list[Property]]:
    """The properties of each VEVENT, without those of the alarms inside it."""
    inside: list[str] = []
    properties: list[Property] = []
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        prop = _property(line)
        if prop is None:
            continue
        if prop.name == "BEGIN":
            inside.append(prop.value.upper())
            properties = [] if inside[-1] == "VEVENT" else properties
        elif prop.name == "END":
            if inside and inside.pop() == "VEVENT":
                yield properties
        elif inside and inside[-1] == "VEVENT":
            properties.append(prop)


def _property(line: str) -> Property | None:
    """``NAME;PARAM="a:b":value``; None for a line that is none."""
    head, quoted = "", False
    for at, letter in enumerate(line):
        quoted ^= letter == '"'
        if letter == ":" and not quoted:
            head, value = line[:at], line[at + 1 :]
            break
    else:
        return None
    name, *parameters = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', head)
    pairs = (parameter.partition("=") for parameter in parameters)
    return Property(name.upper(), {key.upper(): text.strip('"') for key, _, text in pairs}, value)


def _event(properties: list[Property], local: tzinfo, problems: list[str]) -> Event:
    by_name = {prop.name: prop for prop in reversed(properties)}
    if "DTSTART" not in by_name:
        raise ValueError("it has no start")

    def text(name: str) -> str:
        return _unescaped(by_name[name].value).strip() if name in by_name else ""

    def moments(name: str) -> Iterator[Moment]:
        for prop in properties:
            if prop.name == name:
                for value in prop.value.split(","):
                    yield _moment(Property(name, prop.parameters, value), local, problems)

    start = next(moments("DTSTART"))
    rule = None
    if "RRULE" in by_name:
        try:
            rule = Rule.parse(by_name["RRULE"].value)
        except (ValueError, KeyError) as error:
            problems.append(f"{text('SUMMARY')}: only its first date is shown: {error}")
    return Event(
        uid=text("UID"),
        start=start,
        end=_end(start, next(moments("DTEND"), None), text("DURATION")),
        summary=text("SUMMARY"),
        location=text("LOCATION"),
        description=text("DESCRIPTION"),
        geo=_geo(text("GEO")),
        rule=rule,
        added=tuple(moments("RDATE")),
        left_out=frozenset(moments("EXDATE")),
        instance=next(moments("RECURRENCE-ID"), None),
        cancelled=text("STATUS").upper() == "CANCELLED",
    )


def _moment(prop: Property, local: tzinfo, problems: list[str]) -> Moment:
    moment = _any_moment(prop, local, problems)
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise ValueError(f"{prop.name} is in the year {moment.year}")
    return moment


def _any_moment(prop: Property, local: tzinfo, problems: list[str]) -> Moment:
    value = prop.value.strip().upper().partition("/")[0]
    if prop.parameters.get("VALUE", "").upper() == "DATE" or "T" not in value:
        return datetime.strptime(value, "%Y%m%d").date()
    if value.endswith("Z"):
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    name = prop.parameters.get("TZID", "")
    where = zone(name) if name else local
    if where is None:
        problems.append(f"the time zone {name} is unknown: its times are taken as those of this place")
    return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=where or local)


def _end(start: Moment, end: Moment | None, duration: str) -> Moment:
    """By RFC 5545, 3.6.1: without an end a day for a date, no time for a date with time."""
    if end is None:
        if duration:
            end = start + _duration(duration)
        else:
            end = start if isinstance(start, datetime) else start + timedelta(days=1)
    if isinstance(end, datetime) != isinstance(start, datetime):
        raise ValueError("it begins on a day and ends at a time, or the other way round")
    if end.year > YEARS[1]:
        raise ValueError(f"it ends in the year {end.year}")
    return max(start, end)


def _duration(text: str) -> timedelta:
    match = DURATION.fullmatch(text.upper())
    if match is None:
        raise ValueError(f"{text!r} is no duration")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if match[1] == "-" else length


def _geo(text: str) -> tuple[float, float] | None:
    try:
        latitude, longitude = (float(part) for part in text.split(";"))
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _unescaped(text: str) -> str:
    return ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)
