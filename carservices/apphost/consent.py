"""The person's part: questions asked, decisions taken and changed, and each of them in the books."""

import asyncio
from collections.abc import Callable

from carservices.api.permissions import Asked, Decision, Level, Question
from carservices.apphost.grants import Grants
from carservices.apphost.life import App
from carservices.apphost.questions import Questions
from carservices.apphost.roster import Roster
from carservices.bus import CallError


class Consent:
    """``parked`` tells whether the driver may decide now, ``front`` who is in front; ``audit`` gets each decision."""

    def __init__(
        self,
        grants: Grants,
        roster: Roster,
        publish: Callable[[Asked], None],
        parked: Callable[[], bool],
        front: Callable[[], str | None],
        audit: Callable[..., None],
    ) -> None:
        self._grants = grants
        self._roster = roster
        self._publish = publish
        self._parked = parked
        self._front = front
        self._audit = audit
        self._published: Asked | None = None
        self.questions = Questions(self.update)

    def update(self) -> None:
        """Publish the question to show, or that the driver may answer it now."""
        asked = self.questions.asked(parked=self._parked(), front=self._front())
        if asked != self._published:
            self._published = asked
            self._publish(asked)

    def ask(self, app: App, permission: str) -> "asyncio.Future[bool] | None":
        """Ask; the answer can be waited for only while the car is parked."""
        described = app.access.describe(permission)
        answer = self.questions.ask(
            lambda number: Question(id=number, app=app.id, name=app.bundle.name, permission=described)
        )
        return answer if self._parked() else None

    async def answer(self, number: int, *, granted: bool, passenger: bool) -> None:
        """Raises CallError NOT_FOUND, PERMISSION_DENIED."""
        question = self.questions.find(number)
        if question is None:
            raise CallError("NOT_FOUND", f"question {number} is not open any more")
        if not (passenger or self._parked()):
            raise CallError("PERMISSION_DENIED", "permissions are decided on while parked, or by the passenger")
        await self._decide(self._roster.get(question.app), question.permission.id, granted)

    async def grant(self, app: App, permission: str) -> None:
        """Raises CallError INVALID_ARGUMENT."""
        self._need_dangerous(app, permission)
        await self._decide(app, permission, allowed=True)

    async def revoke(self, app: App, permission: str) -> None:
        """Raises CallError INVALID_ARGUMENT."""
        self._need_dangerous(app, permission)
        await self._decide(app, permission, allowed=False)

    def _need_dangerous(self, app: App, permission: str) -> None:
        if permission not in app.access.wanted:
            wanted = ", ".join(app.access.wanted) or "nothing"
            raise CallError("INVALID_ARGUMENT", f"{app.id} does not ask for '{permission}'; it asks for {wanted}")
        level = app.access.describe(permission).level
        if level is not Level.DANGEROUS:
            raise CallError("INVALID_ARGUMENT", f"'{permission}' is {level}: nobody decides on it")

    async def _decide(self, app: App, permission: str, allowed: bool) -> None:
        before = app.access.decision(permission)
        self._grants.decide(app.id, permission, allowed)
        self._audit(app.id, "granted" if allowed else "refused", permission=permission, profile=self._grants.profile)
        self.questions.settle(app.id, permission, allowed)
        if allowed:
            await app.gained(permission)
        elif before is Decision.GRANTED:
            await app.restart()
        self._roster.changed()
