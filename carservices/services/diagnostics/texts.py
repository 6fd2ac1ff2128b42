"""The words of the tables, by section, key and language, from the data files beside."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
LANGUAGES = FOLDER / "languages"


def table(name: str) -> dict[str, Any]:
    """A data file of this folder."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def by_language() -> dict[str, dict[str, Any]]:
    """Each language's file."""
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(LANGUAGES.glob("*.toml"))}


def words(section: str, key: str) -> dict[str, Any]:
    """What every language has there; nothing where it has nothing."""
    found = {language: file.get(section, {}).get(key) for language, file in by_language().items()}
    return {language: word for language, word in found.items() if word is not None}
