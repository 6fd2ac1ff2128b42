"""What is wrong with an app is told with its place, in a sentence, with the cure."""

import json
import struct
import zlib

import pytest

from carservices.apptools import contents
from carservices.apptools.check import check, run
from carservices.apptools.imports import check_imports
from carservices.apptools.scopes import check_scopes
from carservices.cli.main import FAILED, OK, main

TYRES = {"read:Vehicle.Chassis.Axle.**": "Shows the tyres"}
OUTSIDE = {"read:Vehicle.Exterior.*": "Shows the weather"}


def one(findings):
    """The only finding, as (level, place, problem and cure)."""
    (finding,) = findings
    return finding.level, finding.place, f"{finding.problem}: {finding.cure}"


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"min_sdk": 99}, "app.toml:4", "the app needs SDK 99, this car has"),
        ({"entry": None}, "app.toml:1", "'entry' is missing"),
        ({"permissions": {"fly:me": "why"}}, "app.toml:7", "'fly:me' is no permission"),
        ({"version": "one"}, "app.toml:3", "write three numbers"),
    ],
)
def test_a_broken_manifest_is_told_before_all_else(bundle, change, place, words):
    level, where, said = one(check(bundle(**change)))
    assert (level, where, words in said) == ("error", place, True)


def test_a_folder_without_a_manifest(tmp_path):
    assert one(check(tmp_path))[:2] == ("error", "app.toml")


@pytest.mark.parametrize(
    ("line", "level", "words"),
    [
        ("import subprocess", "error", "'subprocess' is of no use in an app: an app has one process"),
        ("from ctypes import cdll", "error", "'ctypes' is of no use in an app"),
        ("import socket", "error", "use self.http"),
        ("import urllib.request", "error", "'urllib.request' is of no use"),
        ("from kivy.app import App", "error", "an app does not draw"),
        ("from carservices.bus import Car", "error", "'carservices.bus' is not for apps"),
        ("import numpy", "error", "add its library"),
    ],
)
def test_imports_that_cannot_work(parts, line, level, words):
    app = parts(code=f"import json, PIL.Image, urllib.parse\nfrom carservices.api.energy import Energy\n\n{line}\n")
    found, place, said = one(check_imports(app.source, app.manifest, app.folder))
    assert (found, place, words in said) == (level, "main.py:4", True)


@pytest.mark.parametrize("file", ["helper.py", "helper/__init__.py", "lib/helper.py"])
def test_its_own_modules_and_libraries_may_be_imported(parts, file):
    app = parts(code="import helper", files={file: ""})
    assert list(check_imports(app.source, app.manifest, app.folder)) == []


@pytest.mark.parametrize(
    ("line", "permissions", "words"),
    [
        ('self.car["Vehicle.Speed"]', TYRES, "the permission read:Vehicle.Speed is missing"),
        ("self.car.tyres()", {}, "read:Vehicle.Chassis.Axle.*.Wheel.*.Tire.Pressure is missing"),
        ('self.car["Vehicle.Sped"]', {}, "the car has no signal Vehicle.Sped: signal 'Vehicle.Sped' is unknown; did"),
        ("self.car.set(HEAT, 1)", {"read:Vehicle.Cabin.**": "why"}, "the permission actuate:Vehicle.Cabin.Seat"),
        ("self.car.state(Energy.trip)", {}, "the permission read:energy.trip is missing"),
        ("self.car.service(Energy).reset()", {}, "the permission call:energy.reset is missing"),
        ('self.car.call("energy", "reset")', {}, "the permission call:energy.reset is missing"),
        ("self.audio.play(x)", {}, "the permission call:audio.play is missing"),
        ("self.speech.say(x)", {}, "the permission call:speech.say is missing"),
        ("self.speech.state", {}, "the permission read:speech.state is missing"),
        ("self.start_navigation()", {}, "the permission call:apps.navigate is missing"),
        ('self.car.provide("Vehicle.Exterior.Humidity", 1)', OUTSIDE, "provide:Vehicle.Exterior.Humidity is missing"),
        ('self.folder("music")', {}, "the permission files:music is missing"),
        ('self.http.get("https://api.example.org/a")', {}, 'hosts = ["api.example.org"]'),
    ],
)
def test_what_is_used_has_to_be_asked_for(parts, line, permissions, words):
    code = 'from carservices.api.energy import Energy\nHEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling"\n'
    app = parts(code=f"{code}\ndef view(self):\n    {line}\n", permissions=permissions)
    found = [f for f in check_scopes(app.source, app.manifest, permissions) if f.place == "main.py:5"]
    level, _, said = one(found)
    assert (level, words in said) == ("error", True)


@pytest.mark.parametrize(
    ("scope", "level", "words"),
    [
        ("read:Vehicle.Sped", "error", "no app can have this permission: signal 'Vehicle.Sped' is unknown"),
        ("call:energy.explode", "error", "no app can have this permission"),
        ("read:Vehicle.Speed", "warning", "was not seen using it"),
    ],
)
def test_what_is_asked_for_has_to_exist_and_be_used(parts, scope, level, words):
    app = parts(permissions={scope: "why"})
    place, said = next((f.place, str(f)) for f in check_scopes(app.source, app.manifest, ()) if f.level == level)
    assert (place, words in said) == (f"app.toml {scope}", True)


EN, DE = "strings.en.toml", "strings.de.toml"


@pytest.mark.parametrize(
    ("files", "place", "words"),
    [
        ({EN: "a = 1"}, EN, "'a' has to be a text"),
        ({EN: 'b = "B"', DE: 'b = "B"'}, "main.py:2", "there is no text 'a'"),
        ({EN: 'a = "A"', DE: ""}, DE, "'a' is missing: translate it"),
        ({EN: 'a = "A {n}"', DE: 'a = "A"'}, DE, "do not have the same {n}"),
        ({EN: 'a = "A"', DE: 'a = "A"\nb = "B"'}, DE, "'b' has no English text"),
        ({EN: 'a = {other = "A"}', DE: 'a = "A"'}, EN, "'a' has no form 'one'"),
    ],
)
def test_texts_are_complete_in_every_language(parts, files, place, words):
    app = parts(code='def view(self):\n    self.t("a")\n', files=files, name={"en": "One", "de": "Eins"})
    _, where, said = one(contents.check_texts(app.source, app.manifest, app.folder))
    assert (where, words in said) == (place, True)


def test_what_the_manifest_says_is_complete_in_every_language(parts):
    reasons = {"files:music": {"en": "Plays it", "de": "Spielt es"}, "files:calendar": "Reads it"}
    app = parts(permissions=reasons, name={"en": "One", "de": "Eins", "fr": "Un"})
    _, place, said = one(contents.check_texts(app.source, app.manifest, app.folder))
    assert (place, "not said in 'fr'" in said) == ("app.toml permissions.files:music", True)


def png(width, height):
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0),
        b"IDAT": zlib.compress(bytes((width * 4 + 1) * height)),
    }
    data = [struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c)) for n, c in chunks.items()]
    return b"\x89PNG\r\n\x1a\n" + b"".join(data)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"GIF89a", "not a PNG file"), (png(96, 97), "96 × 97"), (png(24, 24), "24 × 24")],
)
def test_an_icon_that_cannot_be_shown(parts, content, words):
    app = parts(icon="icon.png", files={} if content is None else {"icon.png": content})
    level, place, said = one(contents.check_icon(app.manifest, app.folder))
    assert (level, place, words in said) == ("error", "icon.png", True)


def test_icon_licence_and_folder_may_be_missing_but_it_is_told(parts):
    app = parts(licence="")
    assert one(contents.check_icon(app.manifest, app.folder))[0] == "warning"
    assert one(contents.check_licence(app.manifest, app.folder))[0] == "warning"
    assert "no assistant" in one(contents.check_intents(app.manifest.model_copy(update={"intents": ("call",)})))[2]
    other = app.folder.rename(app.folder.with_name("other"))
    assert "call it org.example.one" in one(contents.check_folder(app.manifest, other))[2]


def test_the_weight_of_a_bundle(bundle, monkeypatch):
    folder = bundle(files={"big.bin": bytes(5000)})
    assert list(contents.check_size(folder)) == []
    monkeypatch.setattr(contents, "LARGE", 4000)
    assert one(contents.check_size(folder))[:2] == ("warning", "big.bin")
    (folder / "link").symlink_to("/etc/passwd")
    assert "is a link" in one(contents.check_size(folder))[2]


WRONG = """
from carservices.app import *
class Main(App):
    def view(self):
        titles = ("nonsense", "rule", "denied", "deeper")
        return ListTemplate("One", [Row(title, on_click=lambda title=title: self.go(title)) for title in titles])
    def go(self, title):
        self.push(getattr(self, title))
    def nonsense(self):
        return 42
    def rule(self):
        return ListTemplate("", [Row("a")])
    def denied(self):
        return PaneTemplate("Three", [Row(str(self.car["Vehicle.Speed"].value))])
    def deeper(self):
        return PaneTemplate("Four", [Row("a", image=Icon("tyre_repair"))], [Action("break", self.broken)])
    def broken(self):
        return 1 / 0
"""
FOUND = [
    ("view()", "42 cannot stand here", "after a tap on 'nonsense'"),
    ("ListTemplate", "give it a title", "after a tap on 'rule'"),
    ("main.py:14", "Vehicle.Speed needs the permission read:Vehicle.Speed", "after a tap on 'denied'"),
    ("Icon tyre_repair", "the car has no such icon", "after a tap on 'deeper'"),
    ("main.py:18", "ZeroDivisionError: division by zero", "after a tap on 'break'"),
]


def test_it_is_run_and_whatever_can_be_tapped_is_tapped(bundle):
    findings = run(bundle(code=WRONG), seconds=60).findings
    assert [finding.place for finding in findings] == [place for place, _, _ in FOUND]
    for finding, (_, problem, when) in zip(findings, FOUND, strict=True):
        assert problem in finding.problem
        assert when in finding.problem


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"view": 'raise ValueError("no")'}, "main.py:5", "ValueError: no (at its start)"),
        ({"view": "import time; time.sleep(90)"}, "main.py:5", "view() has not returned for 1 s: load in on_start"),
        ({"view": "import os; os._exit(3)"}, "app.toml", "the app ended its process"),
        ({"view": "self.x = b'x' * (300 << 20); return PaneTemplate('x', [Row('a')])"}, "app.toml", "MB of memory"),
        ({"entry": "main:Other"}, "app.toml entry", "has no attribute 'Other'"),
    ],
    ids=["raises", "blocks", "exits", "hoards", "entry"],
)
def test_it_cannot_be_run(bundle, changes, place, words):
    seconds = 1 if "time.sleep" in str(changes) else 60
    level, where, said = one(run(bundle(**changes), seconds).findings)
    assert (level, where, words in said) == ("error", place, True)


@pytest.mark.parametrize(
    ("code", "place", "words"),
    [
        (b"a = (\n", "main.py:1", "'(' was never closed"),
        (b"a = '\xe9'\n", "main.py:1", "utf-8"),
        (b"\0", "main.py:1", "null bytes"),
        (b"a = " + b"-" * 100_000 + b"1", "main.py", "nested too deeply"),
        (b"a = " + b"1+" * 900 + b"1", "main.py", "nested too deeply"),
    ],
    ids=["syntax", "latin1", "null", "deep", "deep to walk"],
)
def test_what_python_cannot_read(parts, code, place, words):
    level, where, said = one(parts(files={"main.py": code}).source.broken)
    assert (level, where, words in said) == ("error", place, True)


def test_what_is_asked_in_vain_is_told_although_the_app_deals_with_it(bundle):
    view = 'path = ".".join(("Vehicle", "Speed")); return ListTemplate("One", [Row(self.car[path].text())])'
    errors = [finding for finding in check(bundle(view=view), seconds=60) if finding.level == "error"]
    assert one(errors)[2].startswith("the permission read:Vehicle.Speed is missing: add to [permissions]")


def test_what_cannot_be_run_is_told_before_a_car_starts(bundle, capsys, tmp_path):
    folder = bundle(min_sdk=99)
    assert main(["app", "run", str(folder), "--run-dir", str(tmp_path / "run")]) == FAILED
    assert "the app needs SDK 99" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_command(bundle, capsys):
    folder = bundle(code="def view(self:\n")
    assert main(["app", "check", str(folder)]) == FAILED
    said = capsys.readouterr().out
    assert "error: main.py:1: '(' was never closed" in said
    assert said.endswith("1 error, 1 warning\n")
    (folder / "main.py").write_text(
        "from carservices.app import *\nclass Main(App):\n def view(self): return ListTemplate('a')"
    )
    assert main(["app", "check", str(folder), "--json"]) == OK
    assert [finding["level"] for finding in json.loads(capsys.readouterr().out)] == ["warning"]
