"""Notifications of apps, handed to the car's notifications service, which decides when they are shown."""

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from carservices.api.notifications import Message, Notice, NoticeAction, Notifications, Priority, Topic
from carservices.app.codec import TemplateError, decode
from carservices.app.rules import check
from carservices.app.templates import Action, Notification
from carservices.apphost.life import App
from carservices.apphost.session import Session
from carservices.bus import CallError, Car

PRIORITIES: Final = {"info": Priority.LOW, "warning": Priority.NORMAL, "alert": Priority.HIGH}
"""How an app rates it → the car's word; what is critical only the car itself can say."""
MOST: Final = 5
"""Of one app; the oldest gives way."""
MAX_TITLE, MAX_TEXT, MAX_BUTTON = 80, 300, 30
LASTING: Final = 0
"""Handlers of notifications belong to no version of a template."""


class Said(NamedTuple):
    """A notice that is up: whose, and which run of it has the handlers of its buttons."""

    app: App
    session: Session | None
    handlers: tuple[int, ...]


class NoticeDesk:
    """Knows which notices of which app are up, oldest first."""

    def __init__(self, car: Car) -> None:
        self._service = car.service(Notifications)
        self._up: dict[str, Said] = {}

    async def post(self, app: App, tree: Any) -> None:
        """Say it, or update it. Raises TemplateError, CallError."""
        note = decode(tree, Notification)
        if violations := check(note):
            raise TemplateError(violations[0].place, violations[0].sentence)
        number = notice_id(app.id, note.id or note.title)
        mine = [one for one, said in self._up.items() if said.app.id == app.id]
        if self._up.pop(number, None) is None and len(mine) >= MOST:
            await self._retract(mine[0])
        buttons = [one for one in note.actions if one.title and one.enabled and isinstance(one.on_click, int)]
        self._up[number] = Said(app, app.session, tuple(cast(int, one.on_click) for one in buttons))
        try:
            await self._service.post(_notice(number, note, app.bundle.name, buttons))
        except CallError:
            self._up.pop(number, None)  # it is not up: it takes nobody's place
            raise

    async def acted(self, number: str, action: int) -> App | None:
        """A button was tapped, and the notice is done with; the app when it has ended since, and cannot hear of it.

        Raises CallError NOT_FOUND.
        """
        said = self._up.get(number)
        if said is None or not 0 <= action < len(said.handlers):
            raise CallError("NOT_FOUND", f"no app has said '{number}' with a button {action}")
        await self._retract(number)
        if said.session is None or said.app.session is not said.session:
            return said.app
        said.app.act(LASTING, said.handlers[action], [])
        return None

    async def clear(self, app: str) -> None:
        """Take back all that the app has said, before anything that it says from now on."""
        await asyncio.gather(*[self._retract(one) for one, said in self._up.items() if said.app.id == app])

    async def _retract(self, number: str) -> None:
        self._up.pop(number, None)
        try:
            await self._service.retract(number)
        except CallError as error:
            if error.code not in ("NOT_FOUND", "UNAVAILABLE"):  # gone already, with the service that kept it
                raise


def _notice(number: str, note: Notification, names: Mapping[str, str], buttons: Sequence[Action]) -> Notice:
    return Notice(
        id=number,
        priority=PRIORITIES[note.level],
        topic=Topic.SYSTEM,
        texts={
            language: Message(title=f"{name}: {note.title}"[:MAX_TITLE], text=note.text[:MAX_TEXT])
            for language, name in names.items()
        },
        actions=tuple(
            NoticeAction(id=index, titles={"en": one.title[:MAX_BUTTON]}, parked_only=one.parked_only)
            for index, one in enumerate(buttons)
        ),
    )


def notice_id(app: str, note: str) -> str:
    """An id as the notifications service wants it, the same for the same note of the same app."""
    words = re.sub(r"[^a-z0-9_.]", "_", app.lower()).strip(".")
    return f"app.{words[:40].strip('.')}.{hashlib.blake2b(note.encode(), digest_size=8).hexdigest()}"
