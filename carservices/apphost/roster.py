"""All apps of the car: found, kept, listed and ended."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator

from pydantic import TypeAdapter, ValidationError

from carservices.api.apps import Catalog
from carservices.apphost.bundles import Bundle, discover
from carservices.apphost.life import App
from carservices.apphost.places import Places
from carservices.apphost.status import status
from carservices.bus import CallError
from carservices.bus.meter import Meter

DISABLED_FILE = "disabled.json"
_disabled: TypeAdapter[set[str]] = TypeAdapter(set[str])

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
        self._disabled = self._read_disabled()

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

    async def stop(self) -> None:
        """End every app."""
        if self._soon is not None:
            self._soon.cancel()
        await asyncio.gather(*(app.stop() for app in self))

    # -- the list ----------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Something about an app is another: publish once for all that changes now."""
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self._update)

    def _update(self) -> None:
        self._soon = None
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

    # -- those that crash too often ----------------------------------------------------------------------------------

    def _read_disabled(self) -> set[str]:
        text = self._places.file(DISABLED_FILE).read()
        with contextlib.suppress(ValidationError):  # a damaged list disables nobody
            return _disabled.validate_json(text) if text else set()
        return set()

    def keep_disabled(self) -> None:
        """Remember who is disabled over a restart."""
        self._disabled = {app.id for app in self if app.disabled}
        self._places.file(DISABLED_FILE).write(_disabled.dump_json(self._disabled).decode())
