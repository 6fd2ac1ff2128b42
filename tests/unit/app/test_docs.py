"""The tutorial is so: its bundle stands at each step, its programs run, its tables name what exists."""

import re
from pathlib import Path

import pytest

from carservices.app import App
from carservices.app.car import PARTS, Car
from carservices.app.manifest import ON_SIGNALS, load
from carservices.app.signal import Signal
from carservices.cli.main import main

PAGE = (Path(__file__).parents[3] / "docs" / "apps.md").read_text(encoding="utf-8")
FILE = re.compile(r"`([\w./]+)`, (first|complete|added):\n\n```(?:toml|python)\n(.*?)```", re.DOTALL)
FILES = FILE.findall(PAGE)
PROGRAMS = re.findall(r"```python\n(.*?)```", FILE.sub("", PAGE), re.DOTALL)


def bundle(root, *steps):
    """The bundle as it is with the files of these steps."""
    folder = root / "org.example.tyres"
    for name, step, text in FILES:
        if (name, step) in steps or step in steps:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.read_text() if step == "added" else ""
            file.write_text(before + text)
    return folder


def functions_in(code):
    names = {"__name__": "block"}
    exec(code, names)
    return [test for name, test in names.items() if name.startswith("test_")]


@pytest.fixture
def step_tests(app_car, monkeypatch):
    """The tests of a step, for a bundle in the place where they would lie."""

    def step_tests(step, folder):
        start = app_car.start
        monkeypatch.setattr(app_car, "start", lambda: start(folder))
        return functions_in(next(text for name, when, text in FILES if (name, when) == ("tests/test_tyres.py", step)))

    return step_tests


def test_the_first_step(app_car, tmp_path, step_tests):
    folder = bundle(tmp_path, "first", ("app.toml", "complete"))
    assert load(folder).id == folder.name
    (test,) = step_tests("first", folder)
    test(app_car)


@pytest.mark.parametrize("number", [0, 1])
def test_the_complete_app(app_car, tmp_path, step_tests, number):
    folder = bundle(tmp_path, "complete", "added")
    assert load(folder).settings["low_kpa"].default == 200
    tests = step_tests("complete", folder)
    assert len(tests) == 2
    tests[number](app_car)


@pytest.mark.parametrize("code", PROGRAMS, ids=lambda code: re.search(r"class (\w+)\(App\)", code)[1])
def test_programs_run(app_car, code):
    (test,) = functions_in(code)
    test(app_car)


def test_every_block_is_used():
    assert len(PAGE.split("```python\n")) - 1 == len(PROGRAMS) + sum(name.endswith(".py") for name, _, _ in FILES)
    assert len(PAGE.split("```toml\n")) - 1 == sum(name.endswith(".toml") for name, _, _ in FILES)


@pytest.mark.parametrize("command", re.findall(r"^carservices (\w+ \w+)", PAGE, re.MULTILINE))
def test_commands_exist(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([*command.split(), "--help"])
    assert (end.value.code, command.split()[-1] in capsys.readouterr().out) == (0, True)


def test_what_the_tables_name_exists():
    for name in re.findall(r"self\.car\.(\w+)\(", PAGE):
        assert hasattr(Car, name), name
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    for name in re.findall(r"self\.(\w+)\(", prose):
        assert hasattr(App, name), name
    for name in re.findall(r'self\.car\["Vehicle\.Speed"\]\.(\w+)', PAGE):
        assert hasattr(Signal, name), name
    assert {"doors", "windows", "seat_heating", "tyres"} == PARTS.keys()
    assert set(re.findall(r"`(\w+):GLOB`", PAGE)) == set(ON_SIGNALS)
