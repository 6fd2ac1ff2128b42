"""What is on screen: the stack of screens, when `view()` is called, and which handler an action of a version means."""

import asyncio
import inspect
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, Protocol

from carservices.app.codec import TemplateError, encode
from carservices.app.quota import Quota
from carservices.app.reactive import Source, Tracker
from carservices.app.rules import check
from carservices.app.templates import Template

log = logging.getLogger(__name__)

INTERVAL: Final = 0.1
"""Seconds between two views because of values; what a person does is answered at once."""
PATIENCE: Final = 0.3
"""Seconds for which a view waits for the first values of what it reads, so that it need not be shown without them."""
SLOW: Final = 0.1
"""Seconds of a view that are reported; the host calls an app that takes 5 s not responding."""
VERSIONS: Final = 8
"""Versions of templates whose actions are still taken: a tap may be on its way while a newer one is sent."""


class Viewed(Protocol):
    """A screen."""

    def view(self) -> Template: ...


class Made:
    """A screen whose view is a function."""

    def __init__(self, view: Callable[[], Template]) -> None:
        self.view = view


class RuleBroken(TemplateError):
    """A template that is against the rules; the first rule is named."""


class _Level:
    def __init__(self, screen: Viewed, key: int, on_stale: Callable[[], None]) -> None:
        self.screen = screen
        self.key = key
        self.tracker = Tracker(on_stale)


class Stage:
    """``show(key, depth, seq, tree)`` sends a version; a failure is logged by ``tell`` and shown as its ``card``."""

    def __init__(
        self,
        show: Callable[[int, int, int, Any], None],
        tell: Callable[[Exception], None],
        card: Callable[[Exception], Template],
        ready: Callable[[], bool],
        give_up: Callable[[], None],
        blocked: Callable[[], bool],
        keep: Callable[[set[Source]], None],
    ) -> None:
        self._show = show
        self._tell = tell
        self._card = card
        self._ready = ready
        self._give_up = give_up
        self._blocked = blocked
        self._keep = keep
        self._loop = asyncio.get_running_loop()
        self._stack: list[_Level] = []
        self._keys = 0
        self._seq = 0
        self._sent: tuple[int, int, Any] | None = None
        self._handlers: OrderedDict[int, list[Callable[..., object]]] = OrderedDict()
        self._timer: asyncio.Handle | None = None
        self._due = 0.0
        self._last = float("-inf")
        self._waiting_since: float | None = None
        self._failure: Exception | None = None
        self.visible = False
        self.placeholder: Template | None = None
        """Shown in place of a view while the app is not ready for one."""
        self.quota = Quota()

    # -- the stack ---------------------------------------------------------------------------------------------------

    @property
    def depth(self) -> int:
        return len(self._stack)

    def push(self, screen: Viewed) -> None:
        _outside_of_views()
        self._keys += 1
        if self._stack:  # a failure of on_start is still to be shown
            self._failure = None
        self._stack.append(_Level(screen, self._keys, lambda: self.ask(INTERVAL)))
        self.ask()

    def pop(self, count: int = 1) -> bool:
        """Take screens away, but never the first; whether there was one to take."""
        _outside_of_views()
        count = min(count, len(self._stack) - 1)
        for _ in range(count):
            self._stack.pop().tracker.drop()
        if count > 0:
            self._failure = None
            self.ask()
        return count > 0

    def fail(self, error: Exception) -> None:
        """Show the card of a failure until the person tries again or goes elsewhere."""
        self._failure = error
        self.ask()

    def retry(self) -> None:
        self._failure = None
        self.ask()

    # -- views -------------------------------------------------------------------------------------------------------

    def ask(self, pause: float = 0.0) -> None:
        """Make the view again, soon, and at most once each ``pause`` seconds; many wishes become one."""
        due = max(self._loop.time(), self._last + pause)
        if self._timer is not None:
            if due >= self._due:
                return
            self._timer.cancel()
        self._due = due
        self._timer = self._loop.call_at(due, self._make)

    def values_came(self) -> None:
        """A view that waits for its first values may have them now."""
        if self._waiting_since is not None and self._ready():
            self.ask()

    def _make(self) -> None:
        self._timer = None
        if not self.visible or not self._stack:
            return
        self._last = self._loop.time()
        if self._blocked():  # the host does not read: what it would get is out of date by then
            self.ask(INTERVAL)
            return
        level = self._stack[-1]
        problem = self._failure
        if problem is None:
            try:
                template = self._view(level)
            except Exception as error:  # perhaps for want of the values that are still to come
                problem = error
            if self._has_to_wait():
                return
        if problem is None:
            try:
                self._send(level, template)
            except Exception as error:
                problem = error
        if problem is not None:
            if problem is not self._failure:
                self._tell(problem)
            self._send(level, self._card(problem))
        self._keep({source for other in self._stack for source in other.tracker.sources})

    def _view(self, level: _Level) -> Template:
        if self.placeholder is not None:
            return self.placeholder
        began = time.perf_counter()
        with level.tracker.tracking():
            template: Any = level.screen.view()
        if (took := time.perf_counter() - began) > SLOW:
            log.warning("view() of %s took %.0f ms: load in an action", type(level.screen).__name__, took * 1000)
        if inspect.iscoroutine(template):
            template.close()
            raise TemplateError(
                "view()", "must not be async: load in on_start or in an action, then show what is there"
            )
        if template is None:
            raise TemplateError(f"{type(level.screen).__name__}.view()", "returned nothing: return a template")
        return template  # type: ignore[no-any-return]  # `encode` refuses what is no template

    def _has_to_wait(self) -> bool:
        now = self._loop.time()
        if self._ready():
            self._waiting_since = None
            return False
        if self._waiting_since is None:
            self._waiting_since = now
        if (left := self._waiting_since + PATIENCE - now) <= 0:
            self._waiting_since = None
            self._give_up()
            return False
        self._due = now + left
        self._timer = self._loop.call_at(self._due, self._make)
        return True

    def _send(self, level: _Level, template: Template) -> None:
        handlers: list[Callable[..., object]] = []

        def number(handler: Callable[..., object]) -> int:
            handlers.append(handler)
            return len(handlers) - 1

        tree = encode(template, number)
        if violations := check(template):
            first = violations[0]
            raise RuleBroken(first.place, f"{first.sentence} [{first.rule}]")
        version = (level.key, len(self._stack), tree)
        if version == self._sent:
            self._handlers[self._seq] = handlers
            return
        for violation in self.quota.send(level.key, len(self._stack), template).violations:
            log.error("%s", violation)
        self._seq += 1
        self._show(level.key, len(self._stack), self._seq, tree)
        self._sent = version
        self._handlers[self._seq] = handlers
        while len(self._handlers) > VERSIONS:
            self._handlers.popitem(last=False)

    def handler(self, seq: int, action: int) -> Callable[..., object] | None:
        """What an action of a version means; None when that version is gone."""
        handlers = self._handlers.get(seq, [])
        return handlers[action] if 0 <= action < len(handlers) else None

    def stop(self) -> None:
        self.visible = False
        if self._timer is not None:
            self._timer.cancel()


def _outside_of_views() -> None:
    if Tracker.current is not None:
        raise RuntimeError("view() only reads and returns a template: push and pop in an action")
