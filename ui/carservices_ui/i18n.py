"""The shell's words: one file per topic in `assets/i18n`, every language side by side, and `t()` to look one up."""

import json
from functools import cache
from importlib.resources import files

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
"""Languages by the name they call themselves."""

_current = "en"


@cache
def table(language: str) -> dict[str, str]:
    """All words of one language by key."""
    return {key: words[language] for topic in topics().values() for key, words in topic.items()}


@cache
def topics() -> dict[str, dict[str, dict[str, str]]]:
    """Every file: words by language by key."""
    folder = files("carservices_ui") / "assets" / "i18n"
    return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in folder.iterdir()}


def language() -> str:
    """The language in use."""
    return _current


def set_language(code: str) -> None:
    """Use another language; raises ValueError for one without a table."""
    global _current
    if code not in LANGUAGES:
        raise ValueError(f"no words for language '{code}'; there are {', '.join(LANGUAGES)}")
    _current = code


def t(key: str, **values: object) -> str:
    """The words for `key` with ``{name}`` places filled in; KeyError names a key without words."""
    return table(_current)[key].format(**values)


def words(key: str, otherwise: str) -> str:
    """The words for `key`, or `otherwise` for a key without any: for names that somebody else makes up."""
    return table(_current).get(key, otherwise)


def number(value: float, digits: int = 0) -> str:
    """A number with the marks of the language (decimals, thousands; CLDR) and a true minus sign."""
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.removeprefix("-")
    marks = table(_current)
    return text.translate(str.maketrans("-.,", f"−{marks['format.decimal']}{marks['format.thousands']}"))


def brief(value: float) -> str:
    """A number with the decimals it has, and no more: ``0.25``, ``10``."""
    return number(value, len(f"{value:g}".partition(".")[2]))
