"""The shell's words: one table per language in `assets/i18n`, with `t()` to look one up."""

import json
from functools import cache
from importlib.resources import files

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
"""Languages by the name they call themselves."""

_current = "en"


@cache
def table(language: str) -> dict[str, str]:
    """All words of one language by key."""
    text = (files("carservices_ui") / "assets" / "i18n" / f"{language}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words


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


def number(value: float, digits: int = 0) -> str:
    """A number with the decimal mark of the language and a true minus sign."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", "−").replace(".", table(_current)["format.decimal"])
