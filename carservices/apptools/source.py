"""What the source of an app says about itself: what it imports, and what of the car, its texts and the web it names."""

import ast
import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

from carservices.api.audio import Audio as AudioService
from carservices.api.contract import Contract, Stream
from carservices.api.speech import Speech as SpeechService
from carservices.app.audio import Audio
from carservices.app.car import PARTS
from carservices.app.speech import Speech
from carservices.apptools.finding import Finding, error

SKIPPED: Final = frozenset({"lib", "tests", "__pycache__"})
"""Folders whose programs are not the app's own, or do not run in the car."""
CONTRACTS: Final = "carservices.api."
SIGNAL: Final = re.compile(r"Vehicle(\.[A-Za-z0-9_*]+)+")
URL: Final = re.compile(r"https?://(?P<host>[^/:?#]+)")
GUIDING: Final = frozenset({"start_navigation", "end_navigation"})
"""Methods of `App` that are the call `NAVIGATE`."""
NAVIGATE: Final = "apps.navigate"
SOUND: Final[dict[str, tuple[type, type[Contract]]]] = {
    "audio": (Audio, AudioService),
    "speech": (Speech, SpeechService),
}
"""Attribute of `App` → what it is, and the service that it calls and whose state it reads."""
WEB: Final = frozenset({"get", "post", "put", "delete", "request", "image_from"})


class Named(NamedTuple):
    """Something that the source names, and where."""

    what: str
    place: str


def once(named: Iterable[Named]) -> Iterator[Named]:
    """Each thing where it is named first."""
    seen: set[str] = set()
    for one in named:
        if one.what not in seen:
            seen.add(one.what)
            yield one


@dataclass
class Source:
    """All modules of one bundle."""

    imports: list[Named] = field(default_factory=list)
    """Modules by their full name."""
    signals: list[Named] = field(default_factory=list)
    """Paths and globs."""
    actuated: list[Named] = field(default_factory=list)
    """Those that it sets."""
    scopes: list[Named] = field(default_factory=list)
    """Streams, calls and folders, as a manifest asks for them."""
    texts: list[Named] = field(default_factory=list)
    """Keys of `Screen.t`."""
    hosts: list[Named] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    """Its own, by their first name."""
    broken: list[Finding] = field(default_factory=list)
    """Files that are no Python."""

    @classmethod
    def read(cls, bundle: Path) -> "Source":
        """Nothing of the app runs."""
        source = cls()
        trees: list[tuple[str, ast.Module]] = []
        for file in sorted(bundle.rglob("*.py")):
            inner = file.relative_to(bundle)
            if SKIPPED & set(inner.parts) or inner.name.startswith(".") or not file.is_file():
                continue
            source.modules.add(inner.parts[0].removesuffix(".py"))
            with source._told(inner.as_posix()):
                trees.append((inner.as_posix(), ast.parse(file.read_bytes())))
        constants = {name: text for _, tree in trees for name, text in _constants(tree)}
        for name, tree in trees:
            with source._told(name):
                _Reader(source, name, constants).visit(tree)
        return source

    @contextlib.contextmanager
    def _told(self, file: str) -> Iterator[None]:
        """What cannot be read is a finding."""
        try:
            yield
        except SyntaxError as problem:
            place = f"{file}:{problem.lineno or 1}"
            self.broken.append(error(place, problem.msg or "no Python", "Python cannot read this line"))
        except (RecursionError, MemoryError):
            self.broken.append(error(file, "expressions are nested too deeply", "take them apart"))
        except OSError as problem:
            self.broken.append(error(file, f"it cannot be read ({problem.strerror})", "make it readable"))


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names of the module that stand for a text."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            text = node.value.value
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((one.id, text) for one in targets if isinstance(one, ast.Name) and isinstance(text, str))


class _Reader(ast.NodeVisitor):
    """Walks one module."""

    def __init__(self, source: Source, file: str, constants: dict[str, str]) -> None:
        self._source = source
        self._file = file
        self._constants = constants
        self._contracts: dict[str, type[Contract]] = {}

    def _at(self, what: str, node: ast.AST) -> Named:
        return Named(what, f"{self._file}:{getattr(node, 'lineno', 1)}")

    def visit_Import(self, node: ast.Import) -> None:
        self._source.imports += [self._at(alias.name, node) for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or not node.module:
            return
        self._source.imports.append(self._at(node.module, node))
        if node.module.startswith(CONTRACTS):
            for alias in node.names:
                found = _contract(node.module, alias.name)
                if found is not None:
                    self._contracts[alias.asname or alias.name] = found

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and SIGNAL.fullmatch(node.value):
            self._source.signals.append(self._at(node.value, node))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and (contract := self._contracts.get(node.value.id)):
            if isinstance(vars(contract).get(node.attr), Stream):
                self._source.scopes.append(self._at(f"read:{contract.name}.{node.attr}", node))
        elif isinstance(node.value, ast.Attribute) and node.value.attr in SOUND:
            offered, service = SOUND[node.value.attr]
            if hasattr(offered, node.attr):
                call = f"call:{service.name}.{node.attr}"
                scope = call if node.attr in service.calls else f"read:{service.name}.state"
                self._source.scopes.append(self._at(scope, node))
        elif (contract := self._service(node.value)) is not None and node.attr in contract.calls:
            self._source.scopes.append(self._at(f"call:{contract.name}.{node.attr}", node))
        self.generic_visit(node)

    def _service(self, node: ast.expr) -> type[Contract] | None:
        """The contract of ``self.car.service(Energy)``."""
        if isinstance(node, ast.Call) and _called(node) == "service" and node.args:
            (wanted, *_) = node.args
            return self._contracts.get(wanted.id) if isinstance(wanted, ast.Name) else None
        return None

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        for text in self._texts(node.args[0]) if node.args and name else ():
            if name == "set" and SIGNAL.fullmatch(text):
                self._source.actuated.append(self._at(text, node))
            elif name == "provide" and SIGNAL.fullmatch(text):
                self._source.scopes.append(self._at(f"provide:{text}", node))
            elif name == "t":
                self._source.texts.append(self._at(text, node))
            elif name == "parts" and text in PARTS:
                self._source.signals.append(self._at(PARTS[text], node))
            elif name == "folder":
                self._source.scopes.append(self._at(f"files:{text}", node))
            elif name == "call" and len(node.args) > 1:
                methods = self._texts(node.args[1])
                self._source.scopes += [self._at(f"call:{text}.{method}", node) for method in methods]
            elif name in WEB and (url := URL.match(text)):
                self._source.hosts.append(self._at(url["host"], node))
        if name in GUIDING:
            self._source.scopes.append(self._at(f"call:{NAVIGATE}", node))
        if name == "tyres":
            self._source.signals.append(self._at(PARTS[name], node))
        self.generic_visit(node)

    def _texts(self, node: ast.expr) -> list[str]:
        """What an argument says: a text, a constant, or either of two."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else []
        if isinstance(node, ast.Name):
            return [self._constants[node.id]] if node.id in self._constants else []
        if isinstance(node, ast.IfExp):
            return [*self._texts(node.body), *self._texts(node.orelse)]
        return []


def _called(node: ast.Call) -> str:
    """The name of a method that is called, empty for other calls."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _contract(module: str, name: str) -> type[Contract] | None:
    try:
        found: Any = getattr(import_module(module), name, None)
    except ImportError:  # the rule of imports says so
        return None
    return found if isinstance(found, type) and issubclass(found, Contract) else None
