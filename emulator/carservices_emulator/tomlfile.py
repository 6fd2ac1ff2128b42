"""TOML files of the package or of the user, validated: one-line errors that name file, key and cure."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from carservices.hal.registry import BadOptions

Model = TypeVar("Model", bound=BaseModel)

DATA = Path(str(files("carservices_emulator"))) / "data"
"""Package data: profiles, scenarios, trips, the WLTC trace."""


def names(folder: str, suffix: str = ".toml") -> list[str]:
    """What the package ships in one of its data folders, without suffix."""
    return sorted(file.stem for file in (DATA / folder).glob(f"*{suffix}"))


def find(folder: str, name: str, suffix: str = ".toml") -> Path:
    """The file of a shipped name, or a user's own by path. Raises BadOptions naming what there is."""
    own = Path(name)
    choice = f"take one of {', '.join(names(folder, suffix))} or the path of a {suffix} file"
    if own.suffix == suffix:
        if own.is_file():
            return own
        raise BadOptions(f"{name}: no such file; {choice}")
    shipped = DATA / folder / f"{name}{suffix}"
    if re.fullmatch(r"[\w-]+", name) and shipped.is_file():
        return shipped
    raise BadOptions(f"there is no {folder.removesuffix('s')} '{name[:80]}'; {choice}")


def load(path: Path, model: type[Model]) -> Model:
    """Read and validate one file. Raises BadOptions: ``file:line: key: what is wrong``."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise BadOptions(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from None
    except (ValueError, RecursionError) as error:  # also digits and brackets without end
        raise BadOptions(f"{path}: not valid TOML, {error}; correct that place") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise BadOptions(_first(path, text, error)) from None


def _first(path: Path, text: str, error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    keys = [str(part) for part in problem["loc"]]
    more = error.error_count() - 1
    what = problem["msg"].removeprefix("Value error, ")
    cure = {
        "missing": "add this key",
        "extra_forbidden": "remove it or correct its name",
    }.get(problem["type"], f"got {problem['input']!r:.60}")
    also = f" (and {more} more)" if more else ""
    return f"{path}:{_line(text, keys)}: {'.'.join(keys) or 'file'}: {what}; {cure}{also}"


def _line(text: str, keys: list[str]) -> int:
    """The line of the deepest key that occurs, searched from its table downwards; 1 if none does."""
    lines = text.splitlines()
    at = 0
    names_only = [key for key in keys if not key.isdigit()]
    skips = {keys[i - 1]: int(key) for i, key in enumerate(keys) if key.isdigit() and i}
    for key in names_only:
        pattern = re.compile(rf"^\s*(\[\[?[\w.\-\"]*\b{re.escape(key)}\]\]?|\"?{re.escape(key)}\"?\s*[=.])")
        hits = [i for i in range(at, len(lines)) if pattern.match(lines[i])]
        if not hits:
            break
        at = hits[min(skips.get(key, 0), len(hits) - 1)]
    return at + 1
