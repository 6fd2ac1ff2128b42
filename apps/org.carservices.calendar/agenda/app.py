"""The calendar on the car's screen: the next appointment, today, the days after, and one appointment in detail."""

import asyncio
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from agenda.days import Occurrence, occurrences
from agenda.destination import has_place, lead
from agenda.details import Details
from agenda.feed import Address, FeedError, fetch
from agenda.sources import Calendars, Feed, age, keep, kept, load
from agenda.words import day_name, full_date, times, title
from agenda.zones import local_zone
from carservices.app import (
    Action,
    App,
    HttpError,
    Icon,
    ListTemplate,
    Notification,
    PermissionMissing,
    Row,
    Section,
    Template,
)

READ_EVERY: Final = timedelta(minutes=30)
TICK: Final = 30.0
REMEMBERED: Final = 50
"""Reminders that are not said again."""


def clock(zone: tzinfo) -> datetime:
    return datetime.now(zone)


class Calendar(App):
    shown: tuple[Occurrence, ...] = ()
    feed: Feed | None = None
    trouble: str = ""
    loading: bool = True
    address: str = ""
    host: str = ""
    reading: bool = False
    read_at: datetime | None = None
    days: int = 1

    def on_start(self) -> None:
        self.zone = local_zone()
        self.calendars = Calendars()
        self.day = clock(self.zone).date()
        self.every(TICK, self.tick)
        self.spawn(self.read())

    def on_foreground(self) -> None:
        self.tick()

    # -- reading -----------------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read the folder and what was kept of the feed, then the feed itself."""
        if self.reading:
            return
        self.reading = True
        try:
            self.address = str(self.settings["address"]).strip()
            self.feed = kept(self.files, self.address) if self.address else None
            await self.load()
            self.trouble = self.host = ""
            if self.address:
                await self.read_feed()
        finally:
            self.read_at = clock(self.zone)
            self.reading = False

    async def read_feed(self) -> None:
        """What goes wrong is logged without the address, which may hold a secret."""
        try:
            address = Address.parse(self.address)
        except ValueError:
            self.trouble = self.t("feed.none")
            return
        self.host = address.host
        now = clock(self.zone)
        try:
            texts = await fetch(self.http.request, address, now)
        except FeedError as error:
            self.trouble = self.t(error.key)
            self.log.warning("the calendar feed: %s", error)
        except PermissionMissing:
            self.trouble = self.t("feed.unlisted", host=address.host)
        except HttpError:
            self.trouble = self.t("feed.offline")
            self.log.info("the calendar feed: %s cannot be reached", address.host)
        else:
            self.feed = Feed(self.address, now.timestamp(), tuple(texts))
            try:
                keep(self.files, self.feed)
            except OSError as error:
                self.log.warning("the feed is not kept: %s", error)
            await self.load()
        self.refresh()

    async def load(self) -> None:
        folder = self.context.folder("calendar")
        self.calendars = await asyncio.to_thread(load, folder, self.feed, self.zone)
        for problem in self.calendars.problems[:20]:
            self.log.warning("%s", problem)
        self.loading = False
        self.lay_out()

    def lay_out(self) -> None:
        """Choose what the days in view show."""
        self.days = int(self.settings["days"])
        begin = datetime.combine(self.day, time(), self.zone)
        end = datetime.combine(self.day + timedelta(days=self.days), time(), self.zone)
        self.shown = tuple(occurrences(self.calendars.events, begin, end, self.zone))
        self.refresh()

    def tick(self) -> None:
        now = clock(self.zone)
        if (now.date(), int(self.settings["days"])) != (self.day, self.days):
            self.day = now.date()
            self.lay_out()
        if self.read_at is not None:
            another = self.address != str(self.settings["address"]).strip()
            if another or abs(now - self.read_at) >= READ_EVERY:
                self.read_at = now
                self.spawn(self.read())
        self.remind(now)

    def remind(self, now: datetime) -> None:
        ahead = timedelta(minutes=float(self.settings["remind_min"]))
        said: list[str] = self.storage.get("reminded", [])
        for one in self.shown:
            key = f"{one.event.uid} {one.start.isoformat()}"
            if one.whole_days or key in said or not now <= one.start <= now + ahead or not ahead:
                continue
            said = [*said, key][-REMEMBERED:]
            self.storage["reminded"] = said
            text = " · ".join(filter(None, (f"{one.start:%H:%M}", one.event.location)))
            there = Action(self.t("navigate"), lambda one=one, key=key: self.go(one, key), icon=Icon("navigation"))
            actions = [there] if has_place(one.event) else []
            self.notify(Notification(title(self.t, one), text, id=key, icon=Icon("event"), actions=actions))

    async def go(self, one: Occurrence, key: str) -> None:
        """From the reminder to the navigation; what comes of it takes the reminder's place."""
        self.notify(Notification(title(self.t, one), await lead(self, one.event), id=key, icon=Icon("navigation")))

    # -- views -------------------------------------------------------------------------------------------------------

    def view(self) -> Template:
        again = Action(icon=Icon("refresh"), on_click=self.read)
        state = Action(self.t("state"), lambda: self.push(self.state), icon=Icon("tune"))
        if self.loading:
            return ListTemplate(self.t("title"), loading=True)
        if not self.calendars.events and not self.address:
            return ListTemplate(self.t("title"), empty=self.t("sources.none"), actions=[again, state])
        sections = [Section(full_date(self.t, self.day), [self.next_row()])]
        for number in range(self.days):
            day = self.day + timedelta(days=number)
            rows = [
                self.row(one, title(self.t, one), times(self.t, one, day)) for one in self.shown if one.touches(day)
            ]
            sections.append(Section(day_name(self.t, day, self.day), rows or [Row(self.t("free"))]))
        return ListTemplate(self.t("title"), sections=sections, actions=[again, state])

    def next_row(self) -> Row:
        """Its title stays as it is, so that the next appointment is no step of the task."""
        now = clock(self.zone)
        one = next((one for one in self.shown if not one.whole_days and one.start >= now), None)
        if one is None:
            return Row(self.t("next"), self.t("nothing"), image=Icon("event_available"))
        day = one.start.date()
        when = f"{one.start:%H:%M}" if day == self.day else f"{day_name(self.t, day, self.day)} {one.start:%H:%M}"
        return self.row(one, self.t("next"), f"{when} · {title(self.t, one)}", Icon("event_upcoming", "primary"))

    def row(self, one: Occurrence, heading: str, text: str, icon: Icon | None = None) -> Row:
        place = one.event.location
        return Row(heading, text, place, icon, lambda: self.push(Details(one)), browsable=True)

    def state(self) -> Template:
        """Where the appointments come from, and how old they are."""
        files = self.calendars.files
        rows = [Row(self.t("sources.no_folder") if files is None else self.t("sources.folder", n=files))]
        if self.address:
            key, number = age(self.feed, clock(self.zone)) if self.feed else ("age.never", 0)
            rows.append(Row(self.host or self.t("feed.address"), self.t(key, n=number), self.trouble))
        if problems := self.calendars.problems:
            rows.append(Row(self.t("sources.problems", n=len(problems)), problems[0]))
        change = Action(self.t("settings"), lambda: self.push_settings(self.t("settings")))
        return ListTemplate(self.t("state"), rows, actions=[change])
