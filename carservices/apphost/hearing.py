"""What one app says and does on its link, passed on to its life, its stage, and those around it."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final, Generic, Protocol, TypeVar

from carservices.app.rules import Violation
from carservices.app.wire import Kind
from carservices.apphost.access import Denial, Why
from carservices.apphost.around import Host
from carservices.apphost.budget import AUDIT_LINES, Bucket
from carservices.apphost.health import Health
from carservices.apphost.journal import Journal
from carservices.apphost.session import Session
from carservices.apphost.stage import Offer, Stage

LAST_LEVEL: Final = "critical"
"""At which an app that cannot go on says why."""

log = logging.getLogger(__name__)


class Heard(Protocol):
    """What it needs of the app."""

    front: bool
    health: Health
    stage: Stage
    journal: Journal

    @property
    def id(self) -> str: ...
    @property
    def session(self) -> Session | None: ...
    def greeted(self) -> None: ...
    def finish(self) -> None: ...
    def cut_off(self, why: str | None) -> None: ...


A = TypeVar("A", bound=Heard)


class Hearing(Generic[A]):
    """The `session.Events` of an app."""

    def __init__(self, app: A, host: Host[A]) -> None:
        self._app = app
        self._host = host
        self._lines = Bucket(*AUDIT_LINES)
        self.last_words = ""
        """Of this run, at `LAST_LEVEL`."""

    # -- what it says ------------------------------------------------------------------------------------------------

    def hello(self) -> Mapping[str, Any]:
        self._app.health.greeted = True
        asyncio.get_running_loop().call_soon(self._app.greeted)
        self._host.changed()
        return {"id": self._app.id, **self._host.context(self._app)}

    def offer(self, offer: Offer) -> None:
        self._app.stage.offer(offer)
        self.picture()

    def picture(self) -> None:
        if self._app.front:
            self._host.shows(self._app)

    def media(self, tree: Any) -> None:
        self._host.plays(self._app, tree)

    def notify(self, tree: Any) -> None:
        self._host.notifies(self._app, tree)

    def finish(self) -> None:
        self._app.finish()

    def log(self, level: str, text: str) -> None:
        log.info("%s: %s: %s", self._app.id, level, text)
        if level == LAST_LEVEL:
            self.last_words = text

    def pong(self, number: int) -> None:
        self._app.health.pong(number)

    def ended(self, why: str | None) -> None:
        self._app.cut_off(why)

    # -- what it may not ---------------------------------------------------------------------------------------------

    def note(self, what: str, **facts: Any) -> None:
        if self._lines.take():
            self._host.audit(self._app.id, what, **facts)

    def deny(self, denial: Denial) -> None:
        self.note("denied", permission=denial.permission, why=denial.why, cure=denial.cure)
        self._app.journal.note(f"{denial.permission} is {denial.why}: {denial.cure}")

    def ask(self, permission: str) -> "asyncio.Future[bool] | None":
        return self._host.ask(self._app, permission)

    def undecided(self, denial: Denial) -> None:
        """Something it needs from its start on is not allowed: ask, if that may help."""
        self.deny(denial)
        if denial.why is Why.UNDECIDED:
            self.ask(denial.permission)

    def violated(self, what: str) -> None:
        self.note("violation", reason=what)

    def against_rules(self, violations: list[Violation]) -> None:
        """Its template is."""
        self.note("template refused", reason=str(violations[0]))
        self._app.journal.note(f"its template is refused: {violations[0]}")
        if self._app.session is not None:
            self._app.session.send(Kind.CHECK, [list(one) for one in violations])
