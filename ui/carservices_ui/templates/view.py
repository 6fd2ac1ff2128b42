"""What every template's view is: built from a node, brought up to date in place as long as its build stays the same."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Protocol

from kivy.uix.floatlayout import FloatLayout

from carservices.app.templates import Node
from carservices_ui.templates.host import Host

IN_PLACE = {"checked", "primary"}
"""Booleans that change without another build."""


class Part(Protocol):
    """A widget that shows one node of a template."""

    def show(self, node: Any) -> None: ...


class View(FloatLayout):
    """Build everything in `build`; what shows a part of the node joins with `keep`, and follows newer versions."""

    def __init__(self, host: Host, node: Any) -> None:
        super().__init__(pos_hint={"x": 0, "y": 0})
        self.host = host
        self.node = node
        self._parts: list[tuple[Part, Callable[[Any], Any]]] = []
        self.build()

    def build(self) -> None:
        """Add widgets."""
        raise NotImplementedError

    def keep(self, part: Any, get: Callable[[Any], Any]) -> Any:
        """Let `part` show what `get` takes out of the node, now and with each newer version."""
        part.show(get(self.node))
        self._parts.append((part, get))
        return part

    def update(self, node: Any) -> bool:
        """Show a newer version in place; False when it has to be built anew."""
        if skeleton(node) != skeleton(self.node):
            return False
        self.node = node
        for part, get in self._parts:
            part.show(get(node))
        return True

    def restrict(self) -> None:
        """What the driver may see and do has changed."""

    def close(self) -> None:
        """Called once when it is left."""

    @property
    def scroll(self) -> float:
        """How far up its list is, 1 for the top."""
        return 1.0

    @scroll.setter
    def scroll(self, position: float) -> None:
        pass


def nth(get: Callable[[Any], Any], index: int) -> Callable[[Any], Any]:
    """One of the sequence that `get` takes out of a node."""
    return lambda node: get(node)[index]


def skeleton(value: Any, name: str = "") -> Any:
    """What decides about the build: which parts there are, not what they say."""
    if isinstance(value, Node):
        inner = ((f.name, getattr(value, f.name)) for f in fields(value))  # type: ignore[arg-type]  # all are
        return (type(value), *(skeleton(content, field) for field, content in inner))
    if isinstance(value, tuple):
        return tuple(skeleton(item) for item in value)
    if isinstance(value, bool):
        return name in IN_PLACE or value
    return value is not None and value != ""
