"""The queue of permissions that apps need and the person has not decided on."""

import asyncio
import itertools
from collections.abc import Callable

from carservices.api.permissions import Asked, Question

MOST_PER_APP = 5
"""Questions of one app that wait; a person who is asked more at once stops reading."""


class Questions:
    """First come, first asked. ``on_change`` hears that `asked` is another."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._ids = itertools.count(1)
        self._waiting: dict[tuple[str, str], tuple[Question, asyncio.Future[bool]]] = {}

    def ask(self, make: Callable[[int], Question]) -> "asyncio.Future[bool] | None":
        """The answer to come, shared by all who ask the same; None when this app has asked enough.

        The future is cancelled when the app ends first.
        """
        question = make(next(self._ids))
        key = (question.app, question.permission.id)
        if key not in self._waiting:
            if sum(app == question.app for app, _ in self._waiting) >= MOST_PER_APP:
                return None
            self._waiting[key] = (question, asyncio.get_running_loop().create_future())
            self._on_change()
        return self._waiting[key][1]

    def find(self, number: int) -> Question | None:
        """A question that waits."""
        return next((question for question, _ in self._waiting.values() if question.id == number), None)

    def settle(self, app: str, permission: str, allowed: bool) -> None:
        """It has been decided, in whatever way."""
        if (waiting := self._waiting.pop((app, permission), None)) is not None:
            if not waiting[1].done():
                waiting[1].set_result(allowed)
            self._on_change()

    def drop(self, app: str) -> None:
        """The app has ended."""
        keys = [key for key in self._waiting if key[0] == app]
        for key in keys:
            self._waiting.pop(key)[1].cancel()
        if keys:
            self._on_change()

    def asked(self, *, parked: bool, front: str | None = None) -> Asked:
        """What the shell shows: the question of the app in front before those of others."""
        questions = sorted((question for question, _ in self._waiting.values()), key=lambda one: one.app != front)
        first = questions[0] if questions else None
        return Asked(question=first, driver_may_answer=parked, waiting=max(0, len(self._waiting) - 1))
