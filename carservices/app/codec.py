"""Templates to plain trees of lists, dicts and scalars and back; every field is checked against its declared type.

A node is ``[class name, {field: value, ...}]`` without the fields that have their default. The host decodes what an
untrusted app sent: whatever is not exactly a template of ours ends as a `TemplateError` that names the place.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from carservices.app.templates import Handler, Node, Template

MAX_DEPTH: Final = 12
"""Nodes inside nodes; the deepest real template, tabs with a list of rows with places, has 6."""
MAX_TEXT: Final = 4096
"""Bytes in one text."""
MAX_ITEMS: Final = 500
"""Elements in one sequence; a sequence of plain numbers (a route) may have `MAX_NUMBERS`."""
MAX_NUMBERS: Final = 4000
MAX_NODES: Final = 4000
"""Nodes in one tree."""
MAX_INTEGER: Final = 2**53
"""Beyond it floats, and so most programs, no longer tell integers apart."""

NodeT = TypeVar("NodeT")


class TemplateError(ValueError):
    """What was given is no template; ``place`` says where, such as ``ListTemplate.rows[2].title``."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class Shape(NamedTuple):
    """What one field may hold."""

    scalars: tuple[type, ...] = ()
    nodes: tuple[type[Node], ...] = ()
    choices: tuple[str, ...] = ()
    element: "Shape | None" = None
    handler: bool = False
    optional: bool = False

    def __str__(self) -> str:
        if self.handler:
            return "a function, or None"
        if self.element:
            return f"a list of {self.element}"
        names = [*(t.__name__ for t in (*self.scalars, *self.nodes)), *map(repr, self.choices)]
        return " or ".join([*names, *["None"] * self.optional])


class Field(NamedTuple):
    """One field of a node; ``default`` is MISSING when it has to be given."""

    name: str
    shape: Shape
    default: Any

    @property
    def optional(self) -> bool:
        return self.default is not MISSING


@cache
def shape_of(hint: Any) -> Shape:
    """The table entry of a type annotation; only the few forms that templates use exist."""
    if hint == Handler:
        return Shape(handler=True, optional=True)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        parts = [shape_of(a) for a in arguments if a is not NoneType]
        return Shape(
            scalars=tuple(t for p in parts for t in p.scalars),
            nodes=tuple(n for p in parts for n in p.nodes),
            optional=NoneType in arguments,
        )
    if origin is Literal:
        return Shape(choices=arguments)
    if origin is Sequence:
        return Shape(element=shape_of(arguments[0]))
    return Shape(nodes=(hint,)) if issubclass(hint, Node) else Shape(scalars=(hint,))


@cache
def fields_of(kind: Any) -> tuple[Field, ...]:
    """The fields of a node class in their order."""
    hints = get_type_hints(kind)
    return tuple(Field(f.name, shape_of(hints[f.name]), f.default) for f in fields(kind))


# -- the app's side --------------------------------------------------------------------------------------------------


def encode(node: object, number: Callable[[Callable[..., object]], int], expected: Any = Template) -> Any:
    """The plain tree of a node; ``number`` gives each handler the id under which its action comes back.

    Raises TemplateError for a value of the wrong type or beyond a limit, as `decode` would.
    """
    return _encode(node, shape_of(expected), _start(expected), number, [0, 0])


def _start(expected: Any) -> str:
    return "view()" if expected is Template else getattr(expected, "__name__", "")


def _encode(value: Any, shape: Shape, place: str, number: Callable[..., int], count: list[int]) -> Any:
    if isinstance(value, Node):
        kind: Any = type(value)
        _expect(kind in shape.nodes, place, shape, value)
        place = kind.__name__ if place == "view()" else place
        _deeper(count, place)
        known: dict[str, Any] = {}
        for name, inner, default in fields_of(kind):
            content = getattr(value, name)
            if type(content) is not type(default) or content != default:
                known[name] = _encode(content, inner, f"{place}.{name}", number, count)
        count[0] -= 1
        return [kind.__name__, known]
    if shape.handler:
        _expect(value is None or callable(value), place, shape, value)
        return None if value is None else number(value)
    if shape.element:
        _expect(isinstance(value, list | tuple), place, shape, value)
        _short(value, shape.element, place)
        return [_encode(item, shape.element, f"{place}[{i}]", number, count) for i, item in enumerate(value)]
    return _scalar(value, shape, place)


# -- the host's side -------------------------------------------------------------------------------------------------


def decode(tree: Any, expected: Any = Template) -> Any:
    """The node of a plain tree; actions are their numbers. Raises TemplateError naming the place of what is wrong."""
    return _decode(tree, shape_of(expected), _start(expected), [0, 0])


def _decode(tree: Any, shape: Shape, place: str, count: list[int]) -> Any:
    if shape.handler:
        _expect(tree is None or (type(tree) is int and 0 <= tree < 2**31), place, "the number of an action", tree)
        return tree
    if shape.element:
        _expect(isinstance(tree, list), place, shape, tree)
        _short(tree, shape.element, place)
        return tuple(_decode(item, shape.element, f"{place}[{i}]", count) for i, item in enumerate(tree))
    if shape.nodes and isinstance(tree, list):
        return _decode_node(tree, shape, place, count)
    return _scalar(tree, shape, place)


def _decode_node(tree: list[Any], shape: Shape, place: str, count: list[int]) -> Node:
    known = len(tree) == 2 and isinstance(tree[0], str) and isinstance(tree[1], dict)
    _expect(known, place, "a node [name, fields]", tree)
    name, given = tree
    kind: Any = next((k for k in shape.nodes if k.__name__ == name), None)
    if kind is None:
        raise TemplateError(place, f"{_shown(name)} cannot stand here, only {shape}")
    place = name if place == "view()" else place
    _deeper(count, place)
    table = fields_of(kind)
    if surplus := given.keys() - {field.name for field in table}:
        raise TemplateError(place, f"{name} has no field {_shown(min(surplus, key=str))}")
    values = {}
    for field in table:
        if field.name in given:
            values[field.name] = _decode(given[field.name], field.shape, f"{place}.{field.name}", count)
        elif not field.optional:
            raise TemplateError(place, f"{name} needs the field '{field.name}'")
    count[0] -= 1
    node: Node = kind(**values)
    return node


# -- both ------------------------------------------------------------------------------------------------------------


def _scalar(value: Any, shape: Shape, place: str) -> Any:
    if value is None and shape.optional:
        return None
    kind = type(value)
    if shape.choices:
        _expect(kind is str and value in shape.choices, place, shape, value)
    elif kind is int and int not in shape.scalars and float in shape.scalars:
        value = float(value) if abs(value) <= MAX_INTEGER else math.inf
    else:
        _expect(kind in shape.scalars, place, shape, value)
    if isinstance(value, float) and not math.isfinite(value):
        raise TemplateError(place, f"{value} is no number to show")
    if kind is int and abs(value) > MAX_INTEGER:
        raise TemplateError(place, f"integers end at ±{MAX_INTEGER}")
    if kind is str:
        _text(value, place)
    return value


def _text(value: str, place: str) -> None:
    try:
        size = len(value) if value.isascii() else len(value.encode())
    except UnicodeEncodeError:
        raise TemplateError(place, "the text has lone surrogates, which no screen can show") from None
    if size > MAX_TEXT:
        raise TemplateError(place, f"a text of {size} bytes, at most {MAX_TEXT} are taken")


def _short(value: Sequence[Any], element: Shape, place: str) -> None:
    most = MAX_ITEMS if element.nodes else MAX_NUMBERS
    if len(value) > most:
        raise TemplateError(place, f"{len(value)} elements, at most {most} are taken")


def _deeper(count: list[int], place: str) -> None:
    count[0] += 1
    count[1] += 1
    if count[0] > MAX_DEPTH:
        raise TemplateError(place, f"nested more than {MAX_DEPTH} deep")
    if count[1] > MAX_NODES:
        raise TemplateError(place, f"more than {MAX_NODES} parts in one template")


def _expect(met: bool, place: str, shape: Shape | str, value: Any) -> None:
    if not met:
        raise TemplateError(place, f"{_shown(value)} cannot stand here, only {shape}")


def _shown(value: Any) -> str:
    text = type(value).__name__ if isinstance(value, Node | list | dict | tuple) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
