"""Installing from the car itself: fetched, shown to the person with all it asks for, and installed when they agree."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from carservices.api.installation import Installation, InstallStep, Package
from carservices.api.permissions import Permission
from carservices.app.manifest import ManifestError
from carservices.apphost import bundles
from carservices.apphost.places import Places
from carservices.apphost.store.bundle import Bundle, BundleError
from carservices.apphost.store.fetch import FetchError, fetched
from carservices.apphost.store.install import InstallError
from carservices.apphost.store.keys import BadKey, SigningKey
from carservices.bus import CallError

TELL_SECONDS: Final = 0.1
"""Between two pieces of progress."""
BUSY: Final = (InstallStep.FETCHING, InstallStep.INSTALLING)
PROBLEMS: Final = (BundleError, FetchError, BadKey, ManifestError, InstallError, OSError)

log = logging.getLogger(__name__)


class Installer:
    """One at a time. ``ask_for`` describes what a bundle would ask for; ``installed`` makes the new app known."""

    def __init__(
        self,
        places: Places,
        ask_for: Callable[[bundles.Bundle], list[Permission]],
        publish: Callable[[Installation], None],
        installed: Callable[[], Awaitable[None]],
    ) -> None:
        self._places = places
        self._ask_for = ask_for
        self._publish = publish
        self._installed = installed
        self._now = Installation()
        self._bundle: Bundle | None = None
        self._held = ExitStack()
        self._work: asyncio.Task[None] | None = None
        self._told = 0.0

    def show(self, now: Installation | None = None) -> None:
        """Publish this, or what is."""
        self._now = now or self._now
        self._publish(self._now)

    def fetch(self, source: str) -> None:
        """Begin; the stream tells how it goes. Raises CallError UNAVAILABLE while another one is under way."""
        if self._now.step in BUSY:
            raise CallError("UNAVAILABLE", f"{self._now.source} is being installed: wait until that is done")
        self._let_go()
        self.show(Installation(source=source, step=InstallStep.FETCHING))
        self._work = asyncio.create_task(self._run(self._fetch(source)))

    def install(self) -> None:
        """The person agrees. Raises CallError UNAVAILABLE when nothing waits for that."""
        if self._now.step is not InstallStep.REVIEW or self._bundle is None:
            raise CallError("UNAVAILABLE", "nothing waits to be installed: fetch something first")
        self.show(self._now.model_copy(update={"step": InstallStep.INSTALLING, "done": 0, "of": 0}))
        self._work = asyncio.create_task(self._run(self._install(self._bundle)))

    def cancel(self) -> None:
        """Forget what was fetched, or how it ended; what is being written cannot be cancelled."""
        if self._now.step not in BUSY:
            self._let_go()
            self.show(Installation())

    async def stop(self) -> None:
        """The car is switched off; an installation ends first, as nothing can be half installed."""
        if self._work is not None:
            await asyncio.gather(self._work, return_exceptions=True)
        self._let_go()

    async def _run(self, work: Awaitable[None]) -> None:
        try:
            await work
        except PROBLEMS as error:
            self._fail(str(error))
        except Exception as error:  # whatever it was, the person must not wait for ever
            log.exception("an installation failed")
            self._fail(f"{type(error).__name__}: {error}")

    def _fail(self, reason: str) -> None:
        self._let_go()
        self.show(self._now.model_copy(update={"step": InstallStep.FAILED, "error": reason}))

    async def _fetch(self, source: str) -> None:
        stack = ExitStack()
        self._held = stack
        progress = self._progress()
        bundle = await asyncio.to_thread(lambda: stack.enter_context(fetched(source, _developer, progress)))
        self._bundle = bundle
        manifest = await asyncio.to_thread(bundle.manifest)
        before = self._places.store().app(manifest.id)
        package = Package(
            id=manifest.id,
            name=dict(manifest.name),
            version=manifest.version,
            size=bundle.info.size,
            publisher=self._places.trust().names().get(bundle.key_id),
            key=bundle.key_id,
            replaces=before.version if before else None,
            permissions=tuple(self._ask_for(bundles.Bundle(manifest, Path(), builtin=False))),
        )
        self.show(self._now.model_copy(update={"step": InstallStep.REVIEW, "package": package}))

    async def _install(self, bundle: Bundle) -> None:
        await asyncio.to_thread(self._places.store().install, bundle, self._progress())
        self._let_go()
        await self._installed()
        self.show(self._now.model_copy(update={"step": InstallStep.DONE}))

    def _progress(self) -> Callable[[int, int], None]:
        loop = asyncio.get_running_loop()

        def tell(done: int, of: int) -> None:
            if (now := time.monotonic()) - self._told >= TELL_SECONDS:
                self._told = now
                loop.call_soon_threadsafe(self._advance, done, of)

        return tell

    def _advance(self, done: int, of: int) -> None:
        if self._now.step in BUSY:
            self.show(self._now.model_copy(update={"done": done, "of": of}))

    def _let_go(self) -> None:
        self._bundle = None
        self._held.close()


def _developer() -> SigningKey:
    raise FetchError("a folder is signed by its developer: `carservices app install FOLDER --developer` does that")
