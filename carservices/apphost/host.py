"""The app host: the parts that look after apps, wired together, and what an app needs of them."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carservices.api.appscreen import Front, Guide, Player
from carservices.api.appstatus import Catalog
from carservices.api.audit import Audit
from carservices.api.installation import Installation
from carservices.api.people import Profiles
from carservices.api.permissions import Asked, Permission
from carservices.app.codec import TemplateError
from carservices.app.wire import Kind
from carservices.apphost import disk, grants, surroundings, usage
from carservices.apphost.access import Access
from carservices.apphost.bundles import Bundle
from carservices.apphost.consent import Consent
from carservices.apphost.excess import LOOK_SECONDS
from carservices.apphost.feed import Feed
from carservices.apphost.front import FrontDesk
from carservices.apphost.grants import Grants
from carservices.apphost.guide import GuideDesk
from carservices.apphost.installer import Installer
from carservices.apphost.launcher import Launcher
from carservices.apphost.life import App
from carservices.apphost.notices import NoticeDesk
from carservices.apphost.people import PeopleDesk
from carservices.apphost.permissions import RuleBook
from carservices.apphost.places import Places
from carservices.apphost.player import MediaDesk
from carservices.apphost.provided import Provided
from carservices.apphost.roster import Roster
from carservices.apphost.session import Gateway
from carservices.apphost.surroundings import Surroundings
from carservices.apphost.usage import UsageLog
from carservices.bus import CallError, Car, CarError
from carservices.bus.crashes import write_report

CHECK_SECONDS = 1.0
GROW_EVERY, METER_EVERY, DISK_EVERY, SAVE_EVERY = 2, 2, 2, 10
"""Checks between two looks for new signals, at processor and memory, at the disk, and two writings of the use log."""
FILES = "files:"
LAST_LINES = 10
"""Of a crashed app that go to the log; a report has all that were kept."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Streams:
    """Where states go."""

    catalog: Callable[[Catalog], None]
    front: Callable[[Front], None]
    player: Callable[[Player], None]
    guide: Callable[[Guide], None]
    asked: Callable[[Asked], None]
    installation: Callable[[Installation], None]
    profiles: Callable[[Profiles], None]


class AppHost:
    """The `Host` of every app."""

    def __init__(self, car: Car, places: Places, launcher: Launcher, streams: Streams) -> None:
        self.places = places
        self._streams = streams
        self.launcher = launcher
        self.book = RuleBook.default()
        self.gateway = Gateway(car, Feed(car, self.book.rate), self.book, Provided(car))
        self.grants = Grants(places.file(grants.FILE))
        self.usage = UsageLog(places.file(usage.FILE), lambda: self.grants.profile)
        self.surroundings = Surroundings(places.file(surroundings.FILE), self._tell_all, self._rules_changed)
        self.roster = Roster(places, self._make, streams.catalog)
        self.front = FrontDesk(self._publish_front, lambda: self.surroundings.rules, self.audit)
        self.player = MediaDesk(streams.player)
        self.guide = GuideDesk(car, streams.guide)
        self.consent = Consent(self.grants, self.roster, streams.asked, lambda: self.parked, self._front_id, self.audit)
        self.installer = Installer(places, self._describe, streams.installation, self.roster.rescan)
        self.notices = NoticeDesk(car)
        self.people = PeopleDesk(
            self.grants,
            self.usage,
            self.roster,
            self.consent.questions,
            self.notices,
            places.data,
            streams.profiles,
            self.audit,
        )
        self._car = car
        self._developing = asyncio.Lock()
        self._known: frozenset[str] = frozenset()
        places.books.mkdir(parents=True, exist_ok=True)
        places.settle(self.grants.profile)
        self._audit = Audit(places.books)

    @property
    def parked(self) -> bool:
        """The driver may decide things; False while nobody knows."""
        return self.surroundings.rules.parked

    def _publish_front(self, front: Front) -> None:
        self._streams.front(front)
        self.consent.update()

    def _front_id(self) -> str | None:
        return self.front.app.id if self.front.app is not None else None

    async def start(self) -> None:
        self.player.show()
        self.front.show()
        self.consent.update()
        self.people.show()
        self.installer.show()
        await self.surroundings.start(self._car)
        await self.guide.start()
        await self.roster.rescan()
        await self.roster.resume()

    async def stop(self) -> None:
        await self.installer.stop()
        await self.roster.stop()
        self.usage.save()

    async def develop(self, bundle: Bundle) -> None:
        """Run it as it is now, in front."""
        async with self._developing:
            before = {app.id: app for app in self.roster}.get(bundle.id)
            self.roster.develop(bundle)
            await self.roster.rescan()
            app = self.roster.get(bundle.id)
            app.enable()
            self.audit(bundle.id, "developed", folder=str(bundle.folder))
            if app is before and app.running:
                await app.restart()
            await app.start()
            self.front.put(app)

    async def leave(self, name: str) -> None:
        """End what `develop` began. Raises CallError NOT_FOUND."""
        async with self._developing:
            app = self.roster.get(name)
            if app.bundle.developed:
                self.front.leave(app)
                await app.stop()
                self.roster.leave(name)
                await self.roster.rescan()

    def _make(self, bundle: Bundle, disabled: bool) -> App:
        access = Access(bundle.id, bundle.scopes, self.book, self.grants, self.usage, builtin=bundle.builtin)
        return App(bundle, access, self, disabled=disabled)

    def _describe(self, bundle: Bundle) -> list[Permission]:
        access = Access(bundle.id, bundle.scopes, self.book, self.grants, self.usage, builtin=bundle.builtin)
        return [access.describe(permission) for permission in access.wanted]

    # -- every second ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Look after the apps until cancelled. Raises ExceptionGroup: with one look the others end, and the process."""
        async with asyncio.TaskGroup() as looks:
            looks.create_task(self._hold())
            looks.create_task(self._look())

    async def _hold(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for app in self.roster:
                app.hold_to_limits()

    async def _look(self) -> None:
        count = 0
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            count += 1
            for app in self.roster:
                app.check()
            if count % METER_EVERY == 0:
                self.roster.measure()
            if count % SAVE_EVERY == 0:
                self.usage.save()
            if count % GROW_EVERY == 0:
                await self._grow()
            if count % DISK_EVERY == 0:
                await self._measure_data()

    async def _grow(self) -> None:
        """Signals that were not there before join the subscriptions that want them."""
        try:
            known = frozenset(await self.gateway.feed.configs())
            if not known <= self._known:
                for app in self.roster:
                    if app.session is not None:
                        await app.session.requests.extend()
                self._known |= known
        except CarError as error:  # the hub is away: they are looked for again
            log.info("whether there are new signals is not known: %s", error)

    async def _measure_data(self) -> None:
        for app in self.roster:
            if app.running:
                stored = await asyncio.to_thread(disk.measure, self.data(app.id), app.pids())
                app.hold_to_quota(stored)

    def _tell_all(self, changes: Mapping[str, Any]) -> None:
        for app in self.roster:
            app.tell(changes)

    def _rules_changed(self) -> None:
        self.front.show()
        self.consent.update()

    # -- for an app (`around.Host`) ------------------------------------------------------------------------------------

    def context(self, app: App) -> dict[str, Any]:
        inside = app.inside
        return {
            **self.surroundings.context(),
            "data_dir": inside.data if inside else "",
            "proxy": (inside.proxy if inside else None) or "",
            "folders": dict(inside.folders) if inside else {},
            "grants": list(app.access.granted),
            "focus": dict(app.focuses),
        }

    def changed(self) -> None:
        self.roster.changed()

    def shows(self, app: App) -> None:
        if app is self.front.app:
            self.front.update()

    def plays(self, app: App, tree: Any) -> None:
        try:
            self.player.say(app, tree)
        except TemplateError as error:
            self._refuse(app, error)

    def notifies(self, app: App, tree: Any) -> None:
        async def post() -> None:
            try:
                await self.notices.post(app, tree)
            except TemplateError as error:
                self._refuse(app, error)
            except CallError as error:
                log.warning("%s: its notification was not taken: %s", app.id, error)

        self._car.spawn(post())

    def _refuse(self, app: App, error: TemplateError) -> None:
        if app.session is not None:
            app.session.send(Kind.CHECK, [["template", error.place, error.problem]])
            app.session.violate(str(error))

    def left(self, app: App, *, returns: bool) -> None:
        self.player.leave(app)
        self.guide.leave(app)
        self.consent.questions.drop(app.id)
        if app.last_error is None and not returns:
            self.front.leave(app)
        else:
            self.shows(app)

    def froze(self, app: App) -> None:
        self.guide.leave(app)

    def crashed(self, app: App, lines: list[str]) -> None:
        log.warning("%s: %s%s", app.id, app.last_error, "".join(f"\n  {line}" for line in lines[-LAST_LINES:]))
        if app.disabled:
            facts: dict[str, object] = {"version": app.bundle.manifest.version, "folder": app.bundle.folder}
            with contextlib.suppress(OSError):  # a full disk must not keep it enabled
                write_report(self.places.state, app.id, f"was disabled: {app.last_error}", facts, lines)
            self.roster.keep_disabled()

    def ask(self, app: App, permission: str) -> "asyncio.Future[bool] | None":
        return self.consent.ask(app, permission)

    def audit(self, app: str, what: str, **facts: Any) -> None:
        self._audit.record(app, what, **facts)

    def place(self, app: str) -> Path:
        return self.places.of(app)

    def data(self, app: str) -> Path:
        return self.places.data / self.grants.profile / app

    def folders(self, app: App) -> Mapping[str, Path]:
        """Those of the person that the app may read; for the others the person is asked now."""
        granted: dict[str, Path] = {}
        for scope in app.bundle.scopes:
            if not scope.startswith(FILES):
                continue
            name = scope.removeprefix(FILES)
            denial = app.access.special(scope)
            folder = self.places.folders.get(name)
            if denial is None and folder is not None and folder.is_dir():
                granted[name] = folder
            elif denial is not None:
                app.hearing.undecided(denial)
        return granted
