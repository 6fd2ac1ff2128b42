"""Notifications of apps, handed to the car's notifications service, which decides when they are shown."""

import hashlib
import re
from collections import defaultdict
from typing import Any, Final

from carservices.api.notifications import Message, Notice, Notifications, Priority, Topic
from carservices.app.codec import TemplateError, decode
from carservices.app.rules import check
from carservices.app.templates import Notification
from carservices.apphost.bundles import Bundle
from carservices.bus import CallError, Car

PRIORITIES: Final = {"info": Priority.LOW, "warning": Priority.NORMAL, "alert": Priority.HIGH}
"""How an app rates it → the car's word; what is critical only the car itself can say."""
MOST: Final = 5
"""Of one app; the oldest gives way."""
MAX_TITLE, MAX_TEXT = 80, 300


class NoticeDesk:
    """Knows which notices of which app are up."""

    def __init__(self, car: Car) -> None:
        self._service = car.service(Notifications)
        self._up: dict[str, list[str]] = defaultdict(list)

    async def post(self, bundle: Bundle, tree: Any) -> None:
        """Say it, or update it. Raises TemplateError, CallError."""
        note = decode(tree, Notification)
        if violations := check(note):
            raise TemplateError(violations[0].place, violations[0].sentence)
        number = notice_id(bundle.id, note.id or note.title)
        up = self._up[bundle.id]
        if number in up:
            up.remove(number)
        elif len(up) >= MOST:
            await self._retract(up.pop(0))
        title = f"{bundle.name['en']}: {note.title}"
        await self._service.post(
            Notice(
                id=number,
                priority=PRIORITIES[note.level],
                topic=Topic.SYSTEM,
                texts={"en": Message(title=title[:MAX_TITLE], text=note.text[:MAX_TEXT])},
            )
        )
        up.append(number)

    async def clear(self, app: str) -> None:
        """Take back all that the app has said."""
        for number in self._up.pop(app, []):
            await self._retract(number)

    async def _retract(self, number: str) -> None:
        try:
            await self._service.retract(number)
        except CallError as error:
            if error.code not in ("NOT_FOUND", "UNAVAILABLE"):  # gone already, with the service that kept it
                raise


def notice_id(app: str, note: str) -> str:
    """An id as the notifications service wants it, the same for the same note of the same app."""
    words = re.sub(r"[^a-z0-9_.]", "_", app.lower()).strip(".")
    return f"app.{words[:40].strip('.')}.{hashlib.blake2b(note.encode(), digest_size=8).hexdigest()}"
