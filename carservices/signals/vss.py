"""The reader of VSS JSON exports: from a file to signals, or one error that names file, place and cure."""

import difflib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from carservices.signals.config import Datatype, Kind
from carservices.signals.units import canonical

MAX_BYTES = 16 * 2**20
"""Size of one file; the whole VSS 6.0 export has 0.4 MB."""
MAX_DEPTH = 32
"""Levels of one path; VSS 6.0 has 9."""
TYPE_DEFINITIONS = "ComplexDataTypes"
"""The key beside ``Vehicle`` under which vss-tools exports struct types."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_KINDS = {kind.value: kind for kind in Kind}
_DATATYPES = {datatype.value: datatype for datatype in Datatype}


class CatalogueError(Exception):
    """A catalogue that cannot be read; the message names the file, the place and the cure."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One leaf of the catalogue. ``min`` and ``max`` are in ``unit``; ``deprecation`` says what to use instead."""

    path: str
    kind: Kind
    datatype: Datatype
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    allowed: tuple[str | int | float, ...] = ()
    description: str = ""
    deprecation: str | None = None


class VssTree:
    """Leaves and branches by path; of two nodes with one path the later wins, with all below it."""

    def __init__(self) -> None:
        self.signals: dict[str, Signal] = {}
        self.branches: dict[str, str] = {}

    def read(self, file: Path) -> None:
        """Lay one VSS JSON export over what is there. Raises CatalogueError; the tree is then of no use."""
        top = _Place(file)
        document = _parse(file)
        top.check_keys(document)
        for name, node in document.items():
            if name != TYPE_DEFINITIONS:
                self._add(top.child(name), node)

    def _add(self, place: "_Place", node: Any) -> None:
        if not isinstance(node, dict):
            place.fail(f"a {_json_type(node)} instead of a node", 'write {"type": …}')
        place.check_keys(node)
        kind = node.get("type")
        if kind == "branch":
            self._add_branch(place, node)
        elif isinstance(kind, str) and kind in _KINDS:
            self._drop_below(place.path)
            self.signals[place.path] = _leaf(place, _KINDS[kind], node)
        else:
            place.at("type").fail(*_not_one_of(kind, ["branch", *_KINDS]))

    def _add_branch(self, place: "_Place", node: dict[str, Any]) -> None:
        children = node.get("children", {})
        if not isinstance(children, dict):
            place.at("children").fail(f"a {_json_type(children)}", 'write {"Name": {"type": …}, …}')
        place.check_keys(children)
        self.signals.pop(place.path, None)
        self.branches[place.path] = _text(place, node, "description") or self.branches.get(place.path, "")
        for name, child in children.items():
            self._add(place.child(name), child)

    def _drop_below(self, path: str) -> None:
        if path in self.branches:
            for nodes in (self.signals, self.branches):
                for below in [key for key in nodes if key == path or key.startswith(f"{path}.")]:
                    del nodes[below]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in which file an error is."""

    file: Path
    path: str = ""
    key: str = ""

    def child(self, name: str) -> "_Place":
        if not _NAME.fullmatch(name):
            self.fail(f"{name[:40]!r} is no name", "use at most 100 letters, digits and _, a letter first")
        if self.path.count(".") >= MAX_DEPTH - 1:
            self.fail("too deep", f"at most {MAX_DEPTH} levels are read")
        return _Place(self.file, f"{self.path}.{name}" if self.path else name)

    def at(self, key: str) -> "_Place":
        return _Place(self.file, self.path, key)

    def check_keys(self, node: dict[str, Any]) -> None:
        if isinstance(node, _Repeated):
            self.fail(f"key {node.key[:40]!r} stands twice in one object", "keep one of them")

    def fail(self, cause: str, cure: str) -> NoReturn:
        key = f", key {self.key!r}" if self.key else ""
        raise CatalogueError(f"{self.file}: {self.path[:200] or 'top level'}{key}: {cause}; {cure}")


def _parse(file: Path) -> dict[str, Any]:
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise CatalogueError(f"{file}: {size} bytes; at most {MAX_BYTES} are read, is this a VSS JSON export?")
        document = json.loads(file.read_bytes().decode("utf-8-sig"), object_pairs_hook=_object)
    except OSError as error:
        raise CatalogueError(f"{file}: {error.strerror}; give the path of a VSS JSON export") from None
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{file}: byte {error.start} is not UTF-8; save the file as UTF-8 JSON") from None
    except json.JSONDecodeError as error:
        raise CatalogueError(
            f"{file}, line {error.lineno}, column {error.colno}: {error.msg}; export it with `vspec export json`"
        ) from None
    except RecursionError:
        raise CatalogueError(f"{file}: nested too deeply; at most {MAX_DEPTH} levels are read") from None
    except ValueError as error:
        raise CatalogueError(f"{file}: {error}; correct it or export the file again") from None
    if not isinstance(document, dict):
        raise CatalogueError(
            f'{file}: a {_json_type(document)} at the top; a VSS JSON export starts with {{"Vehicle": …}}'
        )
    return document


class _Repeated(dict[str, Any]):
    """An object with a key that stands twice: the first signal of that name would be lost in silence."""

    key = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. Where it is in the file only its reader knows, who therefore complains."""
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    repeated = _Repeated(result)
    names = [name for name, _ in pairs]
    repeated.key = next(name for name in result if names.count(name) > 1)
    return repeated


def _leaf(place: _Place, kind: Kind, node: dict[str, Any]) -> Signal:
    name = node.get("datatype")
    datatype = _DATATYPES.get(name) if isinstance(name, str) else None
    if datatype is None:
        place.at("datatype").fail(*_not_one_of(name, _DATATYPES))
    low, high = _limit(place, node, "min", datatype), _limit(place, node, "max", datatype)
    if low is not None and high is not None and low > high:
        place.at("min").fail(f"{low:g} is above max {high:g}", "swap them")
    unit = _text(place, node, "unit")
    return Signal(
        place.path,
        kind,
        datatype,
        canonical(unit) if unit else None,
        low,
        high,
        _allowed(place, node, datatype),
        _text(place, node, "description"),
        _text(place, node, "deprecation") or None,
    )


def _text(place: _Place, node: dict[str, Any], key: str) -> str:
    text = node.get(key, "")
    if not isinstance(text, str):
        place.at(key).fail(f"a {_json_type(text)}", "write text in quotes")
    return text


def _limit(place: _Place, node: dict[str, Any], key: str, datatype: Datatype) -> float | None:
    limit = node.get(key)
    if limit is None:
        return None
    if not datatype.is_number:
        place.at(key).fail(f"a {datatype} has no limits", f"remove {key}")
    number = _finite(limit)
    if number is None:
        found = str(limit) if isinstance(limit, float) else f"a {_json_type(limit)}"
        place.at(key).fail(f"{found} instead of a finite number", "write a number without quotes")
    return number


def _allowed(place: _Place, node: dict[str, Any], datatype: Datatype) -> tuple[str | int | float, ...]:
    values = node.get("allowed", [])
    if not isinstance(values, list):
        place.at("allowed").fail(f"a {_json_type(values)}", "write a list")
    for value in values:
        if not datatype.may_allow(value) or (datatype.is_number and _finite(value) is None):
            place.at("allowed").fail(f"a {_json_type(value)} in the list", f"a {datatype} allows only its own kind")
    return tuple(values)


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _not_one_of(value: Any, names: Sequence[str] | dict[str, Any]) -> tuple[str, str]:
    """Cause and cure for a word that is none of ``names``."""
    if value is None:
        return "missing", f"write one of {', '.join(names)}"
    if not isinstance(value, str):
        return f"a {_json_type(value)}", f"write one of {', '.join(names)}"
    near = difflib.get_close_matches(value[:40], names, n=1)
    return f"{value[:40]!r} is unknown", f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(names)}"


def _json_type(value: Any) -> str:
    if value is None:
        return "null"
    return {dict: "object", list: "list", str: "text", bool: "boolean"}.get(type(value), "number")
