"""Runs the app of a folder in a car, again after each save, and tells what it shows, logs and does wrong."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from carservices.api.apps import Apps
from carservices.api.appscreen import Front, Screen
from carservices.api.permissions import Asked, Decision
from carservices.app.codec import decode
from carservices.app.manifest import load
from carservices.apptools.text import as_text
from carservices.bus import CallError

LOOK_SECONDS: Final = 0.2
"""Between two looks at the files."""
UNSEEN: Final = frozenset({"__pycache__", "tests"})
"""Folders whose files the app does not use."""
TOLD: Final = {"log": "", "note": "car: ", "check": "rules: "}
"""Kinds of messages that are told, and what stands before them."""

Snapshot = dict[Path, tuple[int, int]]


def snapshot(folder: Path) -> Snapshot:
    """Time and size of each file of a bundle; two differ when something was saved between."""
    return dict(_facts(folder, folder.rglob("*")))


def _facts(folder: Path, paths: Iterable[Path]) -> Iterator[tuple[Path, tuple[int, int]]]:
    for path in paths:
        parts = path.relative_to(folder).parts
        if UNSEEN & set(parts) or any(part.startswith(".") for part in parts):
            continue
        try:
            facts = path.stat()
        except OSError:  # saved by replacing it, just now
            continue
        if path.is_file():
            yield path, (facts.st_mtime_ns, facts.st_size)


class Workbench:
    """``say`` gets each text; ``screens``: also what is shown; ``grant``: it gets whatever it may be given."""

    def __init__(
        self, apps: Apps, folder: Path, say: Callable[[str], None], *, screens: bool = False, grant: bool = False
    ) -> None:
        self._apps = apps
        self._folder = folder
        self._say = say
        self._screens = screens
        self._grant = grant
        self._app = ""
        self._after = 0
        self._told = ""
        self._question = 0

    async def run(self) -> None:
        """Until it is cancelled. Raises CallError and ManifestError when the app cannot be run at all."""
        seen = snapshot(self._folder)
        self._app = load(self._folder).id
        async with contextlib.AsyncExitStack() as ending:
            ending.push_async_callback(self._leave)
            await self._start()
            ending.push_async_callback((await self._apps.ask.watch(self._asked)).close)
            if self._screens:
                ending.push_async_callback((await self._apps.screen.watch(self._front)).close)
            while True:
                await self._tell()
                await asyncio.sleep(LOOK_SECONDS)
                now = await asyncio.to_thread(snapshot, self._folder)
                if now != seen:
                    seen = now
                    await self._again()

    async def _leave(self) -> None:
        with contextlib.suppress(CallError):  # it was never there, or the car has ended
            await self._apps.leave(self._app)

    async def _start(self) -> None:
        self._app = await self._apps.develop(str(self._folder))
        if self._grant:
            for permission in await self._apps.permissions(self._app):
                if permission.decision is Decision.ASK:
                    await self._apps.grant(self._app, permission.id)

    async def _again(self) -> None:
        before = self._app
        try:
            await self._start()
        except CallError as error:
            self._say(f"not run: {error.message}")
            return
        if self._app != before:
            await self._apps.leave(before)

    async def _tell(self) -> None:
        for message in (await self._apps.inspect(self._app, self._after)).messages:
            self._after = message.number
            if message.kind in TOLD:
                self._say(TOLD[message.kind] + message.text)

    # -- what the car says -------------------------------------------------------------------------------------------

    def _asked(self, asked: Asked | None) -> None:
        question = asked.question if asked is not None else None
        if question is not None and question.app == self._app and question.id != self._question:
            self._question = question.id
            wanted = question.permission
            self._say(f"asks: {wanted.sentence['en']}? `carservices apps grant {self._app} {wanted.id}` says yes")

    def _front(self, front: Front | None) -> None:
        if front is not None and front.screen is not None and front.screen.app == self._app:
            text = shown(front.screen)
            if text != self._told:
                self._told = text
                self._say(text)


def shown(screen: Screen) -> str:
    """What an app shows, as text."""
    if screen.card is not None:
        return f"({screen.card}) {screen.error or ''}".rstrip()
    return as_text(decode(screen.tree))
