"""The five steps of a task: which templates count, which are refreshes, and what gives steps back.

Source: developer.android.com, Car App Library, "template restrictions", and the class documentation of each template.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from carservices.app import templates as t
from carservices.app.rules import Violation

MAX_STEPS: Final = 5
LAST: Final = (
    t.NavigationTemplate, t.PaneTemplate, t.MessageTemplate, t.MediaPlaybackTemplate, t.SignInTemplate,
    t.LongMessageTemplate,
)  # fmt: skip
"""What the fifth template of a task may be."""


def _titles(rows: Any) -> tuple[Any, ...]:
    return tuple(row.title for row in rows)


IDENTITY: Final[dict[type[t.Node], Callable[[Any], Any]]] = {
    t.ListTemplate: lambda n: (n.title, len(n.rows), tuple((s.title, len(s.rows)) for s in n.sections)),
    t.GridTemplate: lambda n: (n.title, _titles(n.items)),
    t.SectionedItemTemplate: lambda n: (
        n.title,
        tuple((s.title, _titles(s.rows if isinstance(s, t.Section) else s.items)) for s in n.sections),
    ),
    t.PaneTemplate: lambda n: (n.title, _titles(n.rows)),
    t.MessageTemplate: lambda n: (n.title, n.message),
    t.LongMessageTemplate: lambda n: (n.title, n.message),
    t.SignInTemplate: lambda n: (n.title, n.instructions, type(n.method)),
    t.PlaceListMapTemplate: lambda n: (n.title, tuple((r.title, r.text, r.text2) for r in n.rows)),
    t.SearchTemplate: lambda n: None,
    t.NavigationTemplate: lambda n: None,
    t.MediaPlaybackTemplate: lambda n: None,
}
"""What has to stay the same for a template to be a refresh of the one before."""


def is_refresh(before: t.Node, after: t.Node) -> bool:
    """Whether ``after`` only brings up to date what ``before`` shows, and so is no step."""
    if type(before) is not type(after):
        return False
    if isinstance(before, t.MapWithContentTemplate) and isinstance(after, t.MapWithContentTemplate):
        return is_refresh(before.content, after.content)
    if isinstance(before, t.TabTemplate) and isinstance(after, t.TabTemplate):
        same = [tab.id for tab in before.tabs] == [tab.id for tab in after.tabs]
        return same and (before.loading or before.active != after.active or is_refresh(before.content, after.content))
    if getattr(before, "loading", False):
        return True
    key = IDENTITY[type(before)]
    if key(before) != key(after):
        return False
    return _same_rows(before, after) if isinstance(before, t.ListTemplate) else True


def _same_rows(before: Any, after: Any) -> bool:
    """A row keeps its title, unless its toggle was flipped."""
    pairs = zip(_rows(before), _rows(after), strict=True)
    return all(a.title == b.title or _flipped(a, b) for a, b in pairs)


def _rows(node: Any) -> list[t.Row]:
    return [*node.rows, *(row for section in node.sections for row in section.rows)]


def _flipped(before: t.Row, after: t.Row) -> bool:
    old, new = before.toggle, after.toggle
    return old is not None and new is not None and old.checked != new.checked


class Step(NamedTuple):
    """What sending a template came to: the step it is now, whether it was a refresh, and what is against the rules."""

    number: int
    refresh: bool
    violations: list[Violation]


@dataclass(slots=True)
class _Level:
    screen: int | str
    template: t.Node
    step: int


class Quota:
    """Counts the steps of one app's task over its stack of screens."""

    def __init__(self) -> None:
        self._levels: list[_Level] = []
        self._forgiven = False
        self._translated = False

    @property
    def step(self) -> int:
        """The step of what is shown; 0 before anything is and on a navigation template."""
        return self._levels[-1].step if self._levels and not self._forgiven else 0

    def reset(self) -> None:
        """The person began a new task: the app was opened from the launcher or from a notification."""
        self._forgiven = True

    def translate(self) -> None:
        """The person chose another language: what is shown may be said again in other words, which is a refresh."""
        self._translated = bool(self._levels)

    def send(self, screen: int | str, depth: int, template: t.Node) -> Step:
        """Count ``template``, sent by the screen with this key at this depth of the stack (1 is the first)."""
        name = type(template).__name__
        violations: list[Violation] = []
        level = next((a for a in reversed(self._levels) if a.screen == screen), None)
        back = level is not None and level is not self._levels[-1]
        before = self.step
        refresh = False
        if level is None:
            number = before + 1
        elif back:
            number = 0 if self._forgiven else level.step
            if type(level.template) is not type(template):
                was = type(level.template).__name__
                text = f"after going back a screen sends the type it sent last, {was}, not {name}"
                violations.append(Violation("quota.back", name, text))
        else:
            refresh = not self._forgiven and self._refreshes(level.template, template)
            number = before if refresh else before + 1
        if isinstance(template, t.NavigationTemplate):
            number = 0
        if not refresh and not back:
            violations += self._beyond(number, template)
        self._keep(_Level(screen, template, number), depth)
        return Step(number, refresh, violations)

    def _refreshes(self, before: t.Node, after: t.Node) -> bool:
        if is_refresh(before, after):
            return True
        reworded = self._translated and type(before) is type(after)
        self._translated = self._translated and not reworded
        return reworded

    def _keep(self, level: _Level, depth: int) -> None:
        kept = [a for a in self._levels if a.screen != level.screen][: max(0, depth - 1)]
        if self._forgiven:
            for below in kept:
                below.step = 0
            self._forgiven = False
        self._levels = [*kept, level]

    def _beyond(self, number: int, template: t.Node) -> list[Violation]:
        name = type(template).__name__
        if number > MAX_STEPS:
            text = f"a task has at most {MAX_STEPS} steps and this is step {number}: go back, or end the task earlier"
            return [Violation("quota.steps", name, text)]
        if number == MAX_STEPS and not isinstance(template, LAST):
            kinds = ", ".join(kind.__name__ for kind in LAST)
            return [Violation("quota.last", name, f"step {MAX_STEPS} has to be one of {kinds}")]
        return []
