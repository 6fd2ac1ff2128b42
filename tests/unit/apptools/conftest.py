"""A bundle that is right, with whatever a test makes wrong in it."""

import json
from types import SimpleNamespace

import pytest

from carservices.app.manifest import load
from carservices.apptools.source import Source

CODE = """
from carservices.app import *
class Main(App):
    def view(self):
        {view}
"""


@pytest.fixture
def bundle(tmp_path):
    """``bundle(view=…, code=…, files={…}, key=value…)`` writes one; its folder, source and manifest."""

    def write(view='return ListTemplate("One", [Row("a")])', code=None, files={}, permissions={}, **manifest):  # noqa: B006
        facts = {"id": "org.example.one", "name": "One", "version": "1.0.0", "min_sdk": 1, "entry": "main:Main"}
        facts |= {"licence": "MIT", **manifest}
        folder = tmp_path / "org.example.one"
        folder.mkdir()
        lines = [f"{key} = {_toml(value)}" for key, value in facts.items() if value is not None]
        lines += ["[permissions]", *(f'"{scope}" = {_toml(why)}' for scope, why in permissions.items())]
        (folder / "app.toml").write_text("\n".join(lines))
        (folder / "main.py").write_text(code or CODE.format(view=view))
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write


@pytest.fixture
def parts(bundle):
    """The same as what the single checks take: ``source``, ``manifest`` and ``folder``."""

    def read(**changes):
        folder = bundle(**changes)
        return SimpleNamespace(folder=folder, source=Source.read(folder), manifest=load(folder))

    return read


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {json.dumps(text)}" for key, text in value.items()) + "}"
    return json.dumps(value)
