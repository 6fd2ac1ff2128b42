"""Focus for keyboard and rotary: reading order for Tab and rotary, nearest neighbour for arrows, one ring on top."""

from collections.abc import Callable, Iterator
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, SmoothLine
from kivy.metrics import dp
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from carservices_ui.look import color
from carservices_ui.widgets.control import Control

ARROWS = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}


class Focus(Widget):
    """The focus ring and what moves it; it lies above everything and takes no touches.

    `turn` is a rotary step: it moves the focus, or turns the control that `enter` engaged.
    """

    def __init__(self, root: Callable[[], Widget], **kwargs: Any) -> None:
        """`root` says what holds the controls now: the screen, or a dialog over it."""
        super().__init__(**kwargs)
        self._root = root
        self._holder: Widget | None = None
        self._below: tuple[Widget, tuple[int, bool] | None] | None = None
        """While a layer holds the controls: what held them before, and the ring's `place` in it."""
        self.current: Control | None = None
        self.engaged = False
        self._index = 0
        self._scroll = Clock.create_trigger(self._uncover)

    def controls(self) -> list[Control]:
        """Everything that can be focused, in the order it was added to the screen."""
        return list(_usable(self._root()))

    def move(self, steps: int) -> None:
        """Go forward or back in reading order, around the ends."""
        controls = self.controls()
        if controls:
            index = controls.index(self.current) + steps if self.current in controls else 0
            self._focus(controls[index % len(controls)])

    def turn(self, steps: int) -> None:
        """One or more rotary clicks, clockwise positive."""
        if self.engaged and self.current:
            self.current.turn(steps)
        else:
            self.move(steps)

    def arrow(self, name: str) -> None:
        """Go to the nearest control that way; an engaged control is turned instead."""
        dx, dy = ARROWS[name]
        if self.engaged and self.current:
            self.current.turn(dx + dy)
            return
        if self.current is None:
            self.move(1)
            return
        here = self.current.to_window(*self.current.center)
        best: tuple[float, Control] | None = None
        for control in self.controls():
            there = control.to_window(*control.center)
            ahead = (there[0] - here[0]) * dx + (there[1] - here[1]) * dy
            aside = abs((there[0] - here[0]) * dy) + abs((there[1] - here[1]) * dx)
            distance = ahead + 2 * aside
            if ahead > 1 and (best is None or distance < best[0]):
                best = (distance, control)
        if best:
            self._focus(best[1])

    def enter(self) -> None:
        """Press the focused control; one that can be turned is engaged instead, and left again."""
        if self.current is None:
            self.move(1)
        elif self.current.engages:
            self.engaged = not self.engaged
            self._draw()
        else:
            self.current.tap()

    def follow(self) -> None:
        """Something else may hold the controls: a layer takes the ring, and gives it back where it was."""
        root, ring = self._root(), self.place()
        if self._holder is None or root is self._holder:
            self._holder = root
            return
        goal: tuple[int, bool] | None = (0, False)
        if self._below is not None and root is self._below[0]:
            goal, self._below = self._below[1], None
        elif self._below is None:
            self._below = self._holder, ring
        self._holder = root
        self.clear()
        if ring is not None and goal is not None:
            self.restore(goal)

    def place(self) -> tuple[int, bool] | None:
        """Where the ring is, and whether that is engaged; to `restore` it once all is built anew."""
        return (self._index, self.engaged) if self.current is not None else None

    def restore(self, place: tuple[int, bool]) -> None:
        """Put the ring to what stands in that place now."""
        controls = self.controls()
        if controls:
            self._focus(controls[min(place[0], len(controls) - 1)])
            self.engaged = place[1] and self.current is not None and self.current.engages
            self._draw()

    def into(self, widget: Widget) -> None:
        """Put the ring, if there is one, to the first control in `widget` that has any."""
        first = next(_usable(widget), None)
        if self.current is not None and first is not None:
            self._focus(first)

    def repair(self) -> None:
        """What had the focus may be gone: what stands in its place gets it."""
        controls = self.controls()
        if self.current is None or self.current in controls:
            return
        if controls:
            self._focus(controls[min(self._index, len(controls) - 1)])
        else:
            self.clear()

    def clear(self) -> None:
        """Take the ring away, as after a touch."""
        self.current, self.engaged = None, False
        self._draw()

    def _focus(self, control: Control) -> None:
        if self.current:
            self.current.unbind(pos=self._draw, size=self._draw)
        self.current, self.engaged = control, False
        self._index = self.controls().index(control)
        control.bind(pos=self._draw, size=self._draw)
        self._uncover()
        self._scroll()  # again once all has its place: it may just have been built

    def _uncover(self, *_: Any) -> None:
        for parent in _parents(self.current) if self.current else ():
            if isinstance(parent, ScrollView):
                parent.scroll_to(self.current, animate=False)
        self._draw()

    def _draw(self, *_: Any) -> None:
        self.canvas.clear()
        if self.current is None:
            return
        x, y = self.current.to_window(*self.current.pos)
        gap = dp(2)
        box = (x - gap, y - gap, self.current.width + 2 * gap, self.current.height + 2 * gap)
        with self.canvas:
            Color(*color("accent" if self.engaged else "focus"))
            SmoothLine(rounded_rectangle=(*box, self.current.corner + gap), width=dp(2))

    def on_touch_down(self, touch: Any) -> bool:
        self.clear()
        return False


def _usable(widget: Widget) -> Iterator[Control]:
    for child in reversed(widget.children):
        if child.disabled or child.opacity <= 0:
            continue
        whole = isinstance(child, Control) and child.usable
        if whole:
            yield child
        if not (whole and child.engages):  # what it turns has no focus of its own
            yield from _usable(child)


def _parents(widget: Widget) -> Iterator[Widget]:
    parent = widget.parent
    while parent is not None and parent is not parent.parent:
        yield parent
        parent = parent.parent
