"""The kinds of places: which OSM tags they are, and the words for them in the languages of the car."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from carservices.services.navigation.search.folding import fold

FILE = Path(__file__).with_name("categories.toml")
LANGUAGES = ("en", "de", "fr")
SHORTEST_PREFIX = 3


@dataclass(frozen=True)
class Kind:
    """One kind: ``words`` by language, the first is its name."""

    key: str
    weight: float
    tags: tuple[tuple[str, str], ...]
    words: Mapping[str, tuple[str, ...]]

    def name(self, language: str) -> str:
        """In the language, or in English."""
        return self.words.get(language, self.words["en"])[0]


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by key, in their order."""
    return {
        key: Kind(
            key,
            row["weight"],
            tuple((tag, value) for tag, _, value in (text.partition("=") for text in row["tags"])),
            {language: tuple(row[language]) for language in LANGUAGES},
        )
        for key, row in tomllib.loads(FILE.read_text(encoding="utf-8")).items()
    }


@cache
def _by_tag() -> dict[tuple[str, str], str]:
    return {tag: kind.key for kind in kinds().values() for tag in kind.tags}


@cache
def keys_of_tags() -> frozenset[str]:
    """The OSM keys that make a place of some kind."""
    return frozenset(key for key, _ in _by_tag())


def kind_of(tags: Mapping[str, str]) -> str | None:
    """The kind of an OSM object, None for those of no kind."""
    return next((found for tag in tags.items() if (found := _by_tag().get(tag))), None)


@cache
def _by_word() -> tuple[tuple[str, str], ...]:
    words = {(fold(word), kind.key) for kind in kinds().values() for all_ in kind.words.values() for word in all_}
    return tuple(sorted(words, key=lambda pair: (len(pair[0]), pair)))


def names_kind(text: str) -> bool:
    """Whether a folded text is the whole word for a kind in some language, and not only its beginning."""
    return any(word == text for word, _ in _by_word())


def kinds_meant(text: str) -> list[str]:
    """The kinds a folded text names in any language; where it names none, those it is the beginning of."""
    whole = [key for word, key in _by_word() if word == text]
    begun = [key for word, key in _by_word() if len(text) >= SHORTEST_PREFIX and word.startswith(text)]
    return list(dict.fromkeys(whole or begun))
