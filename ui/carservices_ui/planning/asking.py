"""A question to the navigation service: while it is busy, what it answered, or why not; only the latest one counts."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Generic, TypeVar

from carservices.api.navigation import Navigation
from carservices_ui import refusal
from carservices_ui.store import Outcome, Store

T = TypeVar("T")


class Phase(StrEnum):
    """How a question stands."""

    IDLE = "idle"
    """Not asked."""
    BUSY = "busy"
    DONE = "done"
    FAILED = "failed"


class Asking(Generic[T]):
    """Calls `method`; `changed` is told of each new phase. The last answer stays while a newer one is awaited.

    What is answered to a screen that was left is for nobody.
    """

    def __init__(self, store: Store, method: str, changed: Callable[[], None]) -> None:
        self._store, self._method, self._changed = store, method, changed
        self._turn = 0
        self.phase = Phase.IDLE
        self.answer: T | None = None
        self.problem = ""
        """Why it failed, in words for the person."""
        store.at_end(self.forget)

    def ask(self, **arguments: Any) -> None:
        """Ask; an older question is not waited for any more."""
        self._turn += 1
        turn = self._turn
        self.phase = Phase.BUSY
        self._store.call(Navigation, self._method, lambda outcome: self._end(turn, outcome), **arguments)
        self._changed()

    def refuse(self, problem: str) -> None:
        """It cannot even be asked."""
        self._end(self._turn, Outcome(False, reason=problem))

    def forget(self) -> None:
        """Back to not having asked."""
        self._turn += 1
        self.phase, self.answer, self.problem = Phase.IDLE, None, ""

    def _end(self, turn: int, outcome: Outcome) -> None:
        if turn != self._turn:
            return
        self.phase = Phase.DONE if outcome.ok else Phase.FAILED
        self.answer = outcome.result if outcome.ok else None
        self.problem = "" if outcome.ok else refusal.why(outcome, self._store)
        self._changed()
