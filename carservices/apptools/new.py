"""Begins an app: a folder that passes `app check` and its own tests at once, in one of three kinds."""

import keyword
import re
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

from carservices.app.manifest import ID

KINDS = ("list", "map", "media")
DOMAIN = "org.example"
"""Before a name that has none of its own."""
SCAFFOLD = {
    "app.toml": "$kind/app.toml.tmpl",
    "$module.py": "$kind/main.py.tmpl",
    "strings.en.toml": "$kind/strings.en.toml.tmpl",
    "strings.de.toml": "$kind/strings.de.toml.tmpl",
    "tests/test_$module.py": "$kind/test_main.py.tmpl",
    "README.md": "README.md.tmpl",
}
"""File of a new app → its template."""
ICON = "icon.png"
TAKEN = frozenset({"carservices", "lib", "tests", "test"})
"""Names beside the standard library's that a module of an app would hide."""


class NewAppError(ValueError):
    """No app can be begun so; one sentence with the cure."""


def new(name: str, kind: str = "list", folder: Path | None = None) -> list[Path]:
    """Begin an app called ``name``, alone or with its domain (``org.example.tyres``); the files it wrote.

    ``folder`` is a new or empty one, by default the id. Raises `NewAppError`.
    """
    words = _words(name, kind)
    folder = folder or Path(words["id"])
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise NewAppError(f"{folder} exists and is not an empty directory: name another")
    home = files("carservices.apptools") / "scaffold"
    try:
        written = [
            _write(folder / _filled(target, words), _filled((home / _filled(source, words)).read_text("utf-8"), words))
            for target, source in SCAFFOLD.items()
        ]
        (folder / ICON).write_bytes((home / ICON).read_bytes())
    except OSError as error:
        raise NewAppError(f"{folder} cannot be written ({error.strerror}): name another directory") from None
    return [*written, folder / ICON]


def _words(name: str, kind: str) -> dict[str, str]:
    if kind not in KINDS:
        raise NewAppError(f"no kind of app '{kind}': there are {', '.join(KINDS)}")
    full = name if "." in name else f"{DOMAIN}.{name}"
    if not ID.fullmatch(full):
        raise NewAppError(f"'{name}' cannot name an app: write a-z, 0-9 and _, such as tyres or org.example.tyres")
    module = full.rpartition(".")[2]
    if keyword.iskeyword(module) or module in sys.stdlib_module_names or module in TAKEN:
        raise NewAppError(f"'{module}' is a module of Python's own: name the app my_{module} or the like")
    parts = re.split("_+", module.strip("_"))
    return {
        "id": full,
        "kind": kind,
        "module": module,
        "Class": "".join(part.capitalize() for part in parts),
        "title": " ".join(parts).capitalize(),
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    return Template(text).substitute(words)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
