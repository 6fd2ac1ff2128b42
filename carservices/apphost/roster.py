"""All apps of the car: found, kept, listed and ended."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator

from pydantic import TypeAdapter, ValidationError

from carservices.api.appstatus import Catalog
from carservices.apphost.bundles import Bundle, discover
from carservices.apphost.life import App
from carservices.apphost.places import Places
from carservices.apphost.status import status
from carservices.bus import CallError
from carservices.bus.meter import Meter

DISABLED_FILE, RUNNING_FILE = "disabled.json", "running.json"
_ids: TypeAdapter[list[str]] = TypeAdapter(list[str])

log = logging.getLogger(__name__)


class Roster:
    """``make`` builds an app of a bundle; ``publish`` gets the catalog whenever it is another."""

    def __init__(self, places: Places, make: Callable[[Bundle, bool], App], publish: Callable[[Catalog], None]) -> None:
        self._places = places
        self._make = make
        self._publish = publish
        self._apps: dict[str, App] = {}
        self._problems: tuple[str, ...] = ()
        self._published: Catalog | None = None
        self._soon: asyncio.Handle | None = None
        self._meter = Meter()
        self._disabled = self._read(DISABLED_FILE)
        self._running = self._read(RUNNING_FILE)
        self._stopping = False
        self._developed: dict[str, Bundle] = {}

    def __iter__(self) -> Iterator[App]:
        return iter(list(self._apps.values()))

    def get(self, app: str) -> App:
        """Raises CallError NOT_FOUND."""
        try:
            return self._apps[app]
        except KeyError:
            there = ", ".join(self._apps) or "none"
            raise CallError("NOT_FOUND", f"no app '{app}' is installed; there are {there}") from None

    async def rescan(self) -> None:
        """Look for bundles again. An app that is gone is stopped, one with another version is made anew."""
        found, problems = discover(self._places.builtin, [one.folder for one in self._places.store().apps()])
        found |= self._developed
        for app in self:
            bundle = found.get(app.id)
            if bundle is None or bundle != app.bundle:
                was_running = app.running and bundle is not None
                await app.stop()
                del self._apps[app.id]
                if bundle is not None:
                    self._apps[app.id] = self._make(bundle, app.disabled)
                    if was_running:
                        await self._apps[app.id].start()
        for bundle in found.values():
            if bundle.id not in self._apps:
                self._apps[bundle.id] = self._make(bundle, bundle.id in self._disabled)
        self._apps = dict(sorted(self._apps.items()))
        for problem in problems:
            log.warning("%s", problem)
        self._problems = tuple(problems)
        self.changed()

    def develop(self, bundle: Bundle) -> None:
        """From the next look on it stands in for an app of its id."""
        self._developed[bundle.id] = bundle

    def leave(self, app: str) -> None:
        """Nobody is at work on it any more."""
        self._developed.pop(app, None)

    async def resume(self) -> None:
        """What was at work in the background when the car was switched off goes on."""
        for app in self:
            if app.id in self._running and app.bundle.manifest.background and not app.disabled:
                await app.start()

    async def stop(self) -> None:
        """End every app."""
        self._stopping = True
        if self._soon is not None:
            self._soon.cancel()
        await asyncio.gather(*(app.stop() for app in self))

    # -- the list ----------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Something about an app is another: publish once for all that changes now."""
        if self._soon is None and not self._stopping:
            self._soon = asyncio.get_running_loop().call_soon(self._update)

    def _update(self) -> None:
        self._soon = None
        running = {app.id for app in self if app.running and app.bundle.manifest.background}
        if running != self._running:
            self._running = running
            self._write(RUNNING_FILE, running)
        catalog = Catalog(apps=tuple(status(app) for app in self), problems=self._problems)
        if catalog != self._published:
            self._published = catalog
            self._publish(catalog)

    def measure(self) -> None:
        """Look at processor and memory of those that run."""
        now = time.monotonic()
        seen: set[int] = set()
        for app in self:
            pids = app.pids()
            seen |= pids
            looks = [self._meter.look(pid, now) for pid in pids]
            shares = [share for share, _ in looks if share is not None]
            sizes = [size for _, size in looks if size is not None]
            app.cpu = sum(shares) if shares else None
            app.rss = sum(sizes) if sizes else None
        self._meter.forget_all_but(seen)
        self.changed()

    # -- what is kept over a restart ---------------------------------------------------------------------------------

    def _read(self, name: str) -> set[str]:
        text = self._places.file(name).read()
        try:
            return set(_ids.validate_json(text)) if text else set()
        except ValidationError as error:
            log.warning("%s is damaged (%s): starting without it", name, error.errors()[0]["msg"])
            return set()

    def _write(self, name: str, apps: set[str]) -> None:
        self._places.file(name).write(_ids.dump_json(sorted(apps)).decode())

    def keep_disabled(self) -> None:
        """Remember who is disabled."""
        self._disabled = {app.id for app in self if app.disabled}
        self._write(DISABLED_FILE, self._disabled)
