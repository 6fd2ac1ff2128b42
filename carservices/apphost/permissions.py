"""What each signal, stream and call needs of an app: the rules of ``permissions.toml``."""

import tomllib
from collections.abc import Container, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from carservices.api.permissions import Level
from carservices.signals import Catalogue
from carservices.signals.globs import GlobSet

FILE = Path(__file__).with_name("permissions.toml")
NEVER = "never"
NORMAL_RATE, RATE = 1.0, 10.0
"""Hz that an app gets at most: of what needs only normal permissions, and of the rest."""
LANGUAGES = ("en", "de", "fr")
PARAMETERISED = {"network": "network", "files": "files"}
"""Kind of scope whose permission is one for each text behind the colon → the entry that describes it."""


class Need(BaseModel):
    """An expression over permissions: all of ``all_of``, or at least one of ``any_of``; never met without either."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.all_of or self.any_of

    def met(self, held: Container[str]) -> bool:
        if self.all_of:
            return all(name in held for name in self.all_of)
        return any(name in held for name in self.any_of)


def _need(raw: Any) -> Any:
    """``"name"`` is short for ``{ all_of = ["name"] }``."""
    if raw == NEVER:
        return {}
    return {"all_of": [raw]} if isinstance(raw, str) else raw


Expression = Annotated[Need, BeforeValidator(_need)]
NOBODY = Need()


class Rule(BaseModel):
    """One entry of the file: what its paths need to be read (or called), to be written, and to be provided."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paths: tuple[str, ...]
    read: Expression
    write: Expression | None = None
    provide: Expression | None = None


class Entry(BaseModel):
    """One permission as the file describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Level
    group: str
    en: str
    de: str
    fr: str

    def sentence(self, what: str = "") -> dict[str, str]:
        """By language, with what the scope names in it."""
        return {language: getattr(self, language).replace("{what}", what) for language in LANGUAGES}


class PermissionFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    permissions: dict[str, Entry]
    signals: tuple[Rule, ...]
    streams: tuple[Rule, ...]
    calls: tuple[Rule, ...]

    @model_validator(mode="after")
    def _known(self) -> "PermissionFile":
        for rule in (*self.signals, *self.streams, *self.calls):
            for need in (rule.read, rule.write or NOBODY, rule.provide or NOBODY):
                if unknown := set(need.names) - self.permissions.keys():
                    raise ValueError(f"{rule.paths[0]}: no permission {', '.join(sorted(unknown))} is described")
        return self


class Table:
    """A list of rules, looked up by path."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = [(GlobSet(*rule.paths), rule) for rule in rules]

    def find(self, path: str) -> Rule | None:
        """The rule of a path; None for what has no entry, and so is nobody's."""
        return next((rule for globs, rule in self._rules if path in globs), None)

    def all(self, path: str) -> list[Rule]:
        """Every rule that claims the path; the file is right when it is one."""
        return [rule for globs, rule in self._rules if path in globs]


class RuleBook:
    """The rules, with those of the catalogue's signals looked up once."""

    def __init__(self, file: PermissionFile, catalogue: Mapping[str, Any]) -> None:
        self.permissions = file.permissions
        self.signals, self.streams, self.calls = Table(file.signals), Table(file.streams), Table(file.calls)
        self._catalogue = {path: self.signals.find(path) for path in catalogue}

    @classmethod
    @cache
    def default(cls) -> "RuleBook":
        """Our own file over our own catalogue. Raises ValidationError or TOMLDecodeError when the file is wrong."""
        return cls(PermissionFile.model_validate(tomllib.loads(FILE.read_text("utf-8"))), Catalogue.default())

    def _signal(self, path: str) -> Rule | None:
        return self._catalogue[path] if path in self._catalogue else self.signals.find(path)

    def read(self, path: str) -> Need:
        """What reading a signal needs."""
        rule = self._signal(path)
        return rule.read if rule else NOBODY

    def write(self, path: str) -> Need:
        """What setting a signal needs."""
        rule = self._signal(path)
        return (rule.write if rule else None) or NOBODY

    def provide(self, path: str) -> Need:
        """What being the source of a signal needs."""
        rule = self._signal(path)
        return (rule.provide if rule else None) or NOBODY

    def stream(self, name: str) -> Need:
        """What watching ``service.stream`` needs."""
        rule = self.streams.find(name)
        return rule.read if rule else NOBODY

    def call(self, name: str) -> Need:
        """What calling ``service.method`` needs."""
        rule = self.calls.find(name)
        return rule.read if rule else NOBODY

    def rate(self, path: str) -> float:
        """Hz that an app gets at most of a signal it may read."""
        harmless = all(self.level(name) is Level.NORMAL for name in self.read(path).names)
        return NORMAL_RATE if harmless else RATE

    def level(self, permission: str) -> Level:
        return self.entry(permission).level

    def entry(self, permission: str) -> Entry:
        """Of ``location`` and also of ``network:example.org``. Raises KeyError."""
        return self.permissions[PARAMETERISED.get(permission.partition(":")[0], permission)]

    def sentence(self, permission: str) -> dict[str, str]:
        """What it allows, for the person, by language."""
        return self.entry(permission).sentence(permission.partition(":")[2])

    def wanted(self, scope: str) -> tuple[str, ...]:
        """The permissions that one line of a manifest asks for, in the order of the file; none for what nobody gets."""
        kind, _, what = scope.partition(":")
        if kind in PARAMETERISED:
            return (scope,)
        names = self._names(kind, what)
        return tuple(name for name in self.permissions if name in names)

    def _names(self, kind: str, what: str) -> set[str]:
        if kind == "call":
            return set(self.call(what).names)
        need = {"read": self.read, "provide": self.provide}.get(kind, self.write)
        names = {name for path in GlobSet(what).select(self._catalogue) for name in need(path).names}
        return names | set(self.stream(what).names) if kind == "read" else names
