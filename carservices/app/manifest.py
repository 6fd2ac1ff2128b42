"""The manifest of an app, ``app.toml``: what it is, where it begins, and what it wants of the car and why."""

import re
import tomllib
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from carservices.app.wire import SDK
from carservices.signals.globs import GlobError, GlobSet

__all__ = ["FILE", "SDK", "Manifest", "ManifestError", "Setting", "load"]

FILE: Final = "app.toml"
MAX_BYTES: Final = 64 << 10
ID: Final = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*){1,6}")
VERSION: Final = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})")
ENTRY: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
HOST: Final = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
NAMED: Final[dict[str, re.Pattern[str]]] = {
    "call": re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"),
    "files": re.compile(r"[a-z][a-z0-9_]*"),
}
"""Scopes that are not about signals, with what stands after the colon."""
INTENTS: Final[Mapping[str, frozenset[str]]] = {
    "navigate": frozenset({"navigation"}),
    "find_place": frozenset({"navigation", "charging"}),
    "find_charger": frozenset({"navigation", "charging"}),
    "play_media": frozenset({"media"}),
    "read_news": frozenset({"news"}),
    "show_weather": frozenset({"weather"}),
    "call": frozenset({"communication"}),
    "read_messages": frozenset({"communication"}),
    "send_message": frozenset({"communication"}),
}
"""What a person may ask an assistant for → the categories of the apps that can do it."""
ON_SIGNALS: Final = ("read", "actuate", "provide")

Category = Literal["navigation", "media", "weather", "communication", "utility", "charging", "news", "other"]


class ManifestError(ValueError):
    """A manifest that cannot be used; one line with file, line number, what is wrong and the cure."""


def _by_language(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


def _languages(value: Mapping[str, str]) -> None:
    """Raises ValueError when a text is not said in English, or not at all in a language."""
    if "en" not in value or not all(text.strip() for text in value.values()):
        raise ValueError('every language needs a text, and English is one of them: en = "Tyres"')
    for language in value:
        _matches(LANGUAGE, language, "languages are ISO 639 codes such as de")


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


ByLanguage = Annotated[dict[str, str], BeforeValidator(_by_language)]


class Setting(Strict):
    """One choice of the person, shown by the host; ``title`` by language or in English."""

    title: ByLanguage
    type: Literal["switch", "choice", "number", "text"]
    default: bool | int | float | str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @field_validator("title")
    @classmethod
    def _title(cls, value: dict[str, str]) -> dict[str, str]:
        _languages(value)
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        kinds: dict[str, type | tuple[type, ...]] = {"switch": bool, "number": (int, float), "choice": str, "text": str}
        number = self.type == "number"
        if not isinstance(self.default, kinds[self.type]) or (number and isinstance(self.default, bool)):
            raise ValueError(f"the default of a {self.type} cannot be {self.default!r}")
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("choices belong to type = 'choice', and only there")
        if self.choices and self.default not in self.choices:
            raise ValueError(f"the default {self.default!r} is not among the choices")
        if not number and (self.minimum, self.maximum) != (None, None):
            raise ValueError("minimum and maximum belong to type = 'number', and only there")
        low, high = (-inf if self.minimum is None else self.minimum, inf if self.maximum is None else self.maximum)
        if number and not low <= float(self.default) <= high:
            raise ValueError(f"the default {self.default!r} is not between minimum and maximum ({low:g} to {high:g})")
        return self


class Manifest(Strict):
    """A manifest as `load` checked it."""

    id: str
    """Reverse DNS; the name of the bundle's folder."""
    name: ByLanguage
    version: str
    min_sdk: int = Field(ge=1)
    entry: str
    """``module:class`` in the bundle's root."""
    category: Category = "other"
    icon: str | None = None
    background: bool = False
    hosts: tuple[str, ...] = ()
    """``name`` or ``*.name``, each with or without ``:port``."""
    intents: tuple[str, ...] = ()
    """For the assistant, which the car does not have yet: of `INTENTS`."""
    libraries: tuple[str, ...] = ()
    permissions: dict[str, ByLanguage] = {}
    """Scope → the reason shown to the person."""
    settings: dict[str, Setting] = {}
    licence: str = ""
    author: str = ""

    @classmethod
    def parse(cls, text: str, place: str = FILE) -> Self:
        """A manifest from its text; ``place`` stands in messages. Raises ManifestError."""
        try:
            raw = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # also digits and brackets without end
            at = re.search(r"\(at line (\d+), column \d+\)", str(error))
            line = at[1] if at else str(text.count("\n") + 1)
            raise ManifestError(f"{place}:{line}: {str(error).split(' (at')[0]}: this is not TOML") from None
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            first = error.errors()[0]
            where = tuple(part for part in first["loc"] if part != "[key]")
            raise ManifestError(f"{place}:{_line(text, where)}: {_said(first, where, raw)}") from None

    @field_validator("id")
    @classmethod
    def _id(cls, value: str) -> str:
        return _matches(ID, value, "write it like a domain, reversed: org.example.tyres")

    @field_validator("version")
    @classmethod
    def _version(cls, value: str) -> str:
        return _matches(VERSION, value, "write three numbers: 1.2.0")

    @field_validator("entry")
    @classmethod
    def _entry(cls, value: str) -> str:
        return _matches(ENTRY, value, "write module:Class, such as tyres:Tyres")

    @field_validator("min_sdk")
    @classmethod
    def _sdk(cls, value: int) -> int:
        if value > SDK:
            raise ValueError(f"the app needs SDK {value}, this car has {SDK}: update the car")
        return value

    @field_validator("name")
    @classmethod
    def _name(cls, value: dict[str, str]) -> dict[str, str]:
        _languages(value)
        return value

    @field_validator("icon")
    @classmethod
    def _icon(cls, value: str | None) -> str | None:
        if value is not None and (value.startswith("/") or ".." in value.split("/") or not value.endswith(".png")):
            raise ValueError('name a PNG file inside the bundle: icon = "icon.png"')
        return value

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            _matches(HOST, host, "write a host name without scheme and path: api.example.org or *.example.org")
        return value

    @field_validator("intents")
    @classmethod
    def _intents(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        category = str(info.data.get("category"))
        mine = [intent for intent, categories in INTENTS.items() if category in categories]
        for intent in value:
            if intent not in INTENTS:
                raise ValueError(f"{intent!r} is no intent: use one of {', '.join(INTENTS)}")
            if intent not in mine:
                raise ValueError(
                    f"{intent!r} is not for apps of the category {category}: {', '.join(mine) or 'none is'}"
                )
        return value

    @field_validator("permissions")
    @classmethod
    def _permissions(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for scope, reason in value.items():
            _scope(scope)
            if not any(text.strip() for text in reason.values()):
                raise ValueError(f'{scope!r} needs a reason that the person reads: "{scope}" = "Shows …"')
            _languages(reason)
        return value


def load(path: Path) -> Manifest:
    """The manifest in a file, or in the folder of a bundle. Raises ManifestError."""
    file = path / FILE if path.is_dir() else path
    try:
        data = file.read_bytes()
        if len(data) > MAX_BYTES:
            raise ManifestError(f"{file}: {len(data)} bytes, at most {MAX_BYTES} are read")
        return Manifest.parse(data.decode(), str(file))
    except OSError as error:
        raise ManifestError(f"{file}: {error.strerror}: a bundle has this file in its root") from None
    except UnicodeDecodeError:
        raise ManifestError(f"{file}: not UTF-8: save it as UTF-8") from None


def _matches(pattern: re.Pattern[str], value: str, cure: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"{value!r}: {cure}")
    return value


def _scope(scope: str) -> None:
    verb, colon, what = scope.partition(":")
    if colon and verb in ON_SIGNALS:
        try:
            GlobSet(what)
        except GlobError as error:
            raise ValueError(f"{scope!r}: {error}") from None
        if what.startswith("!"):
            raise ValueError(f"{scope!r}: a permission names what it wants, not what it leaves out")
    elif verb == "network":
        raise ValueError(f'{scope!r}: network hosts stand in hosts = ["{what}"]')
    elif not colon or verb not in NAMED:
        known = ", ".join((*ON_SIGNALS, *NAMED))
        raise ValueError(f"{scope!r} is no permission: write one of {known}, a colon and what, in quotes")
    elif not NAMED[verb].fullmatch(what):
        raise ValueError(f"{scope!r}: {what!r} cannot stand after '{verb}:'")


def _said(error: Any, where: tuple[Any, ...], raw: Mapping[str, Any]) -> str:
    """What is wrong in one sentence, with the key it is about."""
    key = ".".join(map(str, where)) or "the file"
    if error["type"] == "missing":
        return f"'{key}' is missing: every manifest needs it"
    if error["type"] == "extra_forbidden":
        known = Setting.model_fields if where[0] == "settings" else Manifest.model_fields
        return f"'{key}' is no key of a manifest: use one of {', '.join(known)}"
    text = str(error["msg"]).removeprefix("Value error, ")
    return f"{key}: {text[0].lower() + text[1:]}" + ("" if error["type"] == "value_error" else f", not {_given(error)}")


def _given(error: Any) -> str:
    return repr(error["input"])[:60]


def _line(text: str, where: tuple[Any, ...]) -> int:
    """The line of the key that an error is about; 1 when the text has no such key."""
    names = [part for part in where if isinstance(part, str)]
    lines = text.splitlines()
    table: list[str] = []
    best, found = 0, 1
    for number, line in enumerate(lines, 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = _keys(header[1])
            path = table
        elif key := re.match(r"""\s*((?:"[^"]*"|'[^']*'|[\w.-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""", line):
            path = [*table, *_keys(key[1])]
        else:
            continue
        common = 0
        while common < min(len(path), len(names)) and path[common] == names[common]:
            common += 1
        if common > best:
            best, found = common, number
    return found


def _keys(text: str) -> list[str]:
    """A dotted key of TOML, quoted parts whole."""
    return [part.strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.\s]+', text)]
