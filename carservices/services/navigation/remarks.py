"""What the driver is told in writing, said in the language of the car when it is shown."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

FOLDER = Path(__file__).with_name("guide") / "languages"
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence of the table ``remark`` of each language; ``str`` says it in English, for logs."""

    key: str
    words: tuple[tuple[str, "str | int | float | Remark"], ...] = ()

    @classmethod
    def of(cls, key: str, **words: "str | int | float | Remark") -> Self:
        """With what is to be filled in: names, whole numbers, measures, or other remarks."""
        return cls(key, tuple(words.items()))

    def text(self, language: str) -> str:
        """In the language, English where there is none."""
        document = table(language)
        decimal = document["form"]["decimal"]
        return document["remark"][self.key].format(
            **{
                name: word.text(language) if isinstance(word, Remark) else _said(word, decimal)
                for name, word in self.words
            }
        )

    def __str__(self) -> str:
        return self.text(FALLBACK)


def languages() -> list[str]:
    """Which there are."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def file_of(language: str) -> Path:
    """The tables of a language, English where there are none."""
    path = FOLDER / f"{language[:2].lower()}.toml"
    return path if path.exists() else FOLDER / f"{FALLBACK}.toml"


@cache
def table(language: str) -> dict[str, dict[str, str]]:
    """All tables of a language."""
    return tomllib.loads(file_of(language).read_text(encoding="utf-8"))


def _said(word: str | float, decimal: str) -> str:
    """A measure has one decimal below ten, and none above."""
    if isinstance(word, float):
        return f"{word:.1f}".replace(".", decimal) if word < 9.95 else f"{word:.0f}"
    return str(word)
