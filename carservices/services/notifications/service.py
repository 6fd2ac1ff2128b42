"""The notifications service: watches the car for the rules, takes posts, and says what to show."""

import asyncio
import logging
import time
from pathlib import Path

from pydantic import ValidationError

from carservices.api.driving import Driving, DrivingState, Motion
from carservices.api.notifications import Board, Current, Notice, Notification, Notifications
from carservices.api.state import StateFile
from carservices.bus import CallError
from carservices.bus.caller import CALLER
from carservices.services.notifications.center import Center, Hidden
from carservices.services.notifications.monitor import Monitor
from carservices.services.notifications.rules import RULES
from carservices.services.notifications.texts import Texts
from carservices.signals import Value

RATE = 2.0
"""Hz of continuous signals."""
LONGEST_SNOOZE = 24 * 60.0
"""Minutes."""
MOST_POSTS = 100
OWN_IDS = frozenset(rule.id for rule in RULES)

log = logging.getLogger(__name__)


class NotificationsService(Notifications):
    """Publishes `active` and `current` when they change. While no driving state is known it counts as driving."""

    def __init__(self, state_dir: Path | None = None) -> None:
        self._file = StateFile("notifications", "hidden.json", state_dir)
        self._center = Center(self._restored())
        self._monitor = Monitor(RULES)
        self._texts = Texts.load()
        self._posted: set[str] = set()
        self._driving = True
        self._pending: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._published: tuple[Board, Current] | None = None

    async def start(self) -> None:
        self._update_soon()
        await self.car.service(Driving).state.watch(self._on_driving)
        await self.car.watch(self._monitor.paths, self._on_value, rate=RATE)

    async def stop(self) -> None:
        for handle in (self._pending, self._timer):
            if handle is not None:
                handle.cancel()

    async def post(self, notice: Notice) -> None:
        if notice.id in OWN_IDS:
            raise CallError("INVALID_ARGUMENT", f"notifications.post: '{notice.id}' is one of the car's own")
        if notice.id not in self._posted and len(self._posted) >= MOST_POSTS:
            raise CallError("INVALID_ARGUMENT", f"notifications.post: {MOST_POSTS} posts are up, retract some first")
        self._posted.add(notice.id)
        since = self._center.since(notice.id)
        self._center.put(
            Notification(**dict(notice), poster=CALLER.get(), since=time.time() if since is None else since)
        )
        self._update_soon()

    async def retract(self, notification: str) -> None:
        if notification not in self._posted:
            raise CallError("NOT_FOUND", f"notifications.retract: '{notification}' was not posted")
        self._posted.remove(notification)
        self._end(notification)

    async def dismiss(self, notification: str) -> None:
        self._require_in_force(notification)
        self._center.dismiss(notification)
        self._save()
        self._update_soon()

    async def act(self, notification: str, action: int) -> None:
        self._require_in_force(notification)
        found = self._center.find(notification)
        button = next((one for one in found.actions if one.id == action), None)
        if button is None:
            raise CallError("NOT_FOUND", f"notifications.act: '{notification}' has no button {action}")
        if button.parked_only and self._driving:
            raise CallError("PERMISSION_DENIED", f"'{button.title()}' waits until the car is parked")
        await self.car.call(found.poster, "acted", {"notification": notification, "action": action})

    async def snooze(self, notification: str, minutes: float = 10.0) -> None:
        self._require_in_force(notification)
        if not 0 < minutes <= LONGEST_SNOOZE:
            raise CallError(
                "INVALID_ARGUMENT", f"notifications.snooze: 0 < minutes <= {LONGEST_SNOOZE:g}, not {minutes}"
            )
        self._center.snooze(notification, time.time() + 60.0 * minutes)
        self._save()
        self._update_soon()

    def _require_in_force(self, notification: str) -> None:
        if notification not in self._center:
            raise CallError("NOT_FOUND", f"notifications: '{notification}' is not in force")

    def _on_driving(self, state: DrivingState | None) -> None:
        self._driving = state is None or state.motion is not Motion.PARKED
        self._update_soon()

    def _on_value(self, value: Value) -> None:
        for rule, raised in self._monitor.take(value):
            if raised:
                since = self._center.since(rule.id)
                self._center.put(
                    self._texts.notification(rule, self._monitor.signals, time.time() if since is None else since)
                )
                self._update_soon()
            else:
                self._end(rule.id)

    def _end(self, notification: str) -> None:
        if self._center.end(notification):
            self._save()
        self._update_soon()

    def _update_soon(self) -> None:
        """Many signals come at once: publish once for all of them."""
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_soon(self._update)

    def _update(self) -> None:
        self._pending = None
        now = time.time()
        current = Current(notification=self._center.current(now, self._driving))
        board = Board(notifications=self._center.active(now), driving=self._driving)
        old_board, old_current = self._published or (None, None)
        if board != old_board:
            self.active.publish(board)
        if current != old_current:
            self.current.publish(current)
        self._published = (board, current)
        self._wait(now)

    def _wait(self, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        coming = self._center.next_change(now)
        loop = asyncio.get_running_loop()
        self._timer = None if coming is None else loop.call_later(coming - now + 0.001, self._update_soon)

    def _restored(self) -> Hidden | None:
        text = self._file.read()
        try:
            return Hidden.model_validate_json(text) if text else None
        except ValidationError as error:
            log.warning(
                "%s is damaged (%s): nothing is dismissed or snoozed", self._file.path, error.errors()[0]["msg"]
            )
            return None

    def _save(self) -> None:
        self._file.write(self._center.hidden.model_dump_json())
