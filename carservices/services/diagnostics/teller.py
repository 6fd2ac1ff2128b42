"""Tells the driver of serious faults through the notifications service, whenever that is there."""

import asyncio
import logging
import re
from collections.abc import Iterable

from carservices.api.diagnostics import CodeStatus, Severity, TroubleCode
from carservices.api.notifications import Board, Message, Notice, Notifications, Priority
from carservices.bus import CallError, Car
from carservices.services.diagnostics.code import Code
from carservices.services.diagnostics.codebook import Codebook

PRIORITIES = {Severity.CRITICAL: Priority.CRITICAL, Severity.SERIOUS: Priority.HIGH}
"""Lesser faults wait on the health screen until somebody looks."""
MOST = 3
"""Told at once, worst first; a weak 12-volt battery alone can set a dozen."""

RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


class Teller:
    """Keeps what is posted equal to what is wanted, also over a restart of the notifications service."""

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook
        self._wanted: dict[str, Notice] = {}
        self._posted: dict[str, Notice] = {}
        self._there = self._syncing = False

    async def start(self, car: Car) -> None:
        self._car = car
        await car.service(Notifications).active.watch(self._on_board)

    def tell(self, codes: Iterable[TroubleCode]) -> None:
        """These are the faults now, worst first."""
        self._wanted = {notice.id: notice for notice in [*filter(None, map(self._notice, codes))][:MOST]}
        self._sync_soon()

    def _notice(self, code: TroubleCode) -> Notice | None:
        priority = PRIORITIES.get(code.severity)
        entry = self._codebook.entry(Code.parse(code.code))
        if priority is None or entry.told or code.status is not CodeStatus.CONFIRMED:
            return None
        return Notice(
            id=f"diagnostics.{re.sub('[^a-z0-9]+', '_', code.id.lower())}",
            priority=priority,
            topic=entry.topic,
            about=code.id,
            texts={name: Message(title=words.title, text=words.action) for name, words in code.texts.items()},
        )

    def _on_board(self, board: Board | None) -> None:
        if board is None:
            self._there = False
            self._posted = {}  # another: what is under way to the service that has ended stays with the one before
        elif not self._there:
            self._there = True
            self._sync_soon()

    def _sync_soon(self) -> None:
        if self._there and not self._syncing and self._wanted != self._posted:
            self._syncing = True
            self._car.spawn(self._sync())

    async def _sync(self) -> None:
        """Until what is posted is what is wanted; the service says its state a moment before it takes calls."""
        try:
            while self._there and self._wanted != self._posted:
                try:
                    await self._post_one()
                except CallError as error:
                    log.info("the driver could not be told yet: %s", error.message)
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._syncing = False

    async def _post_one(self) -> None:
        notifications, posted = self._car.service(Notifications), self._posted
        for name in posted.keys() - self._wanted.keys():
            await notifications.retract(name)
            del posted[name]
            return
        for name, notice in self._wanted.items():
            if posted.get(name) != notice:
                await notifications.post(notice)
                posted[name] = notice
                return
