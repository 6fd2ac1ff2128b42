"""An app's texts by language: ``strings.<language>.toml`` in the bundle, with plural forms."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from carservices.app.errors import BundleError

log = logging.getLogger(__name__)
FALLBACK: Final = "en"


def _slavic_east(n: float) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def _polish(n: float) -> str:
    if n == 1:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def _czech(n: float) -> str:
    return "one" if n == 1 else "few" if n in (2, 3, 4) else "other"


def _zero_too(n: float) -> str:
    return "one" if 0 <= n < 2 else "other"


def _common(n: float) -> str:
    return "one" if n == 1 else "other"


PLURALS: Final[dict[str, Callable[[float], str]]] = {
    "fr": _zero_too,
    "pt": _zero_too,
    "pl": _polish,
    "cs": _czech,
    "sk": _czech,
    "ru": _slavic_east,
    "uk": _slavic_east,
    **dict.fromkeys(("ja", "ko", "zh", "th", "vi", "id"), lambda _n: "other"),
}
"""CLDR's cardinal rules for whole numbers; languages that are not listed have ``one`` for 1 and ``other``."""

Text = str | Mapping[str, str]


def forms_of(language: str) -> set[str]:
    """The plural forms that whole numbers have in a language, and ``other``."""
    return {"other", *map(PLURALS.get(language, _common), range(1, 30))}


class Strings:
    """Texts by language and key; a text with plural forms is a table of them (``one``, ``few``, ``other``)."""

    def __init__(self, texts: Mapping[str, Mapping[str, Text]]) -> None:
        self.by_language = texts

    @classmethod
    def load(cls, bundle: Path) -> "Strings":
        """All ``strings.*.toml`` of a bundle. Raises BundleError for one that cannot be read."""
        import tomllib  # costs 3 ms that an app without texts need not spend

        texts: dict[str, Mapping[str, Text]] = {}
        for file in sorted(bundle.glob("strings.*.toml")):
            try:
                texts[file.name.split(".")[1]] = _flat(tomllib.loads(file.read_text(encoding="utf-8")))
            except (OSError, ValueError, RecursionError) as error:
                raise BundleError(f"{file.name}: {error}") from None
        return cls(texts)

    def say(self, language: str, key: str, **values: Any) -> str:
        """The text with its ``{names}`` filled; ``n`` chooses the plural form.

        English when the language has no such text, the key itself when English has none either.
        """
        for code in (language, FALLBACK):
            text = self.by_language.get(code, {}).get(key)
            if text is not None:
                return _fill(_form(text, code, values.get("n")), values)
        log.warning("no text '%s' in strings.%s.toml or strings.%s.toml", key, language, FALLBACK)
        return key


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Text]:
    """Tables become dotted keys, but for those of plural forms."""
    flat: dict[str, Text] = {}
    for name, value in table.items():
        if isinstance(value, str) or (isinstance(value, dict) and "other" in value):
            flat[f"{prefix}{name}"] = value
        elif isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            raise ValueError(f"'{prefix}{name}' has to be a text or a table of plural forms")
    return flat


def _form(text: Text, language: str, n: object) -> str:
    if isinstance(text, str):
        return text
    form = PLURALS.get(language, _common)(n) if isinstance(n, int | float) else "other"
    return text.get(form, text["other"])


def _fill(text: str, values: Mapping[str, Any]) -> str:
    try:
        return text.format_map(values) if "{" in text else text
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        log.warning("cannot fill %r with %s: %s", text, ", ".join(values) or "nothing", error)
        return text
