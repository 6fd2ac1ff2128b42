"""YAML as a tree that knows its lines: plain data only, no tags, no aliases, each key once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carservices_hal.extras import extra

MAX_BYTES = 2**20
"""Size of one mapping file; that of a whole car has 50 kB."""
MAX_DEPTH = 20

_INTEGER = re.compile(r"[-+]?\d+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_NESTING = {"SequenceStartEvent": 1, "MappingStartEvent": 1, "SequenceEndEvent": -1, "MappingEndEvent": -1}
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}

Fault = tuple[int, str]
"""A line and what is wrong in it."""


class YamlError(ValueError):
    """Text that is no YAML of this kind; ``line`` says where."""

    def __init__(self, line: int, cause: str) -> None:
        super().__init__(cause)
        self.line = line


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a list of nodes or a dict of nodes, and its line."""

    value: Any
    line: int

    def items(self) -> Iterator[tuple[str, "Node"]]:
        yield from self.value.items() if isinstance(self.value, dict) else ()

    def get(self, key: str) -> "Node | None":
        return self.value.get(key) if isinstance(self.value, dict) else None

    def plain(self, key: str, default: Any = None) -> Any:
        """The scalar below this key; a list or dict there is not one."""
        node = self.get(key)
        return default if node is None else node.value


def read(file: Path) -> tuple[Node, list[Fault]]:
    """The tree of a file and what is wrong in it. Raises YamlError, OSError or UnicodeDecodeError."""
    if file.stat().st_size > MAX_BYTES:
        raise YamlError(1, f"larger than {MAX_BYTES >> 20} MB")
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str) -> tuple[Node, list[Fault]]:
    """The tree of a text and its keys that are there twice, of which the first counts. Raises YamlError."""
    with extra("can"):
        import yaml
    loader = getattr(
        yaml, "CSafeLoader", yaml.SafeLoader
    )  # libyaml's where PyYAML was built with it: eight times faster
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            depth += _NESTING.get(type(event).__name__, 0)
            if depth > MAX_DEPTH:  # before anything recursive reads it
                raise YamlError(_line(event.start_mark), f"more than {MAX_DEPTH} levels")
            if isinstance(event, yaml.AliasEvent):
                raise YamlError(_line(event.start_mark), "an alias (*); write the value out")
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        last = max(1, len(text.splitlines()))  # libyaml places an early end behind it
        raise YamlError(min(last, _line(error.problem_mark)), f"no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise YamlError(1, f"no YAML: {error}") from None
    faults: list[Fault] = []
    return Node({}, 1) if root is None else _node(root, faults), faults


def _node(node: Any, faults: list[Fault]) -> Node:
    line = _line(node.start_mark)
    if node.id == "scalar":
        return Node(node.value if node.style else _scalar(node.value), line)
    if node.id == "sequence":
        return Node([_node(child, faults) for child in node.value], line)
    found: dict[str, Node] = {}
    for key, child in node.value:
        if key.id != "scalar":
            raise YamlError(_line(key.start_mark), "a key that is no text")
        fresh = _node(child, faults)
        if found.setdefault(key.value, fresh) is not fresh:
            faults.append((_line(key.start_mark), f"'{key.value}' twice, first in line {found[key.value].line}"))
    return Node(found, line)


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def _scalar(text: str) -> Any:
    """YAML 1.2's reading of a plain word: ON and yes are texts, not booleans."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text, 16) if text.startswith("0x") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
