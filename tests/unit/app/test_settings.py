"""Settings: declared in app.toml, shown by the SDK, kept, and read by views."""

import pytest

from carservices.app import Action, PaneTemplate

MANIFEST = """\
id = "org.example.choosy"
name = "Choosy"
version = "1.0.0"
min_sdk = 1
entry = "choosy:Choosy"
[settings.loud]
title = { en = "Loud", de = "Laut" }
type = "switch"
default = false
[settings.colour]
title = "Colour"
type = "choice"
choices = ["red", "green"]
default = "red"
[settings.limit]
title = "Limit"
type = "number"
default = 95
minimum = 0
maximum = 100
[settings.name]
title = "Name"
type = "text"
default = "car"
"""
CODE = """\
from carservices.app import Action, App, ListTemplate, Row


class Choosy(App):
    def view(self):
        text = " ".join(f"{value}" for value in self.settings.values())
        change = Action("Set", lambda: self.push_settings("Settings"))
        return ListTemplate("Choosy", [Row("now", text)], actions=[change])
"""


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "org.example.choosy"
    folder.mkdir()
    (folder / "app.toml").write_text(MANIFEST)
    (folder / "choosy.py").write_text(CODE)
    return folder


def test_settings_are_changed_by_the_person_and_kept(app_car, bundle):
    app = app_car.start(bundle)
    assert app_car.rows == [("now", "False red 95 car")]
    app_car.tap("Set")
    assert app_car.rows == [("Loud", ""), ("Colour", "red"), ("Limit", "95"), ("Name", "car")]
    app_car.tap("Loud")
    app_car.tap("Colour")
    app_car.tap("green")
    app_car.tap("Limit")
    assert isinstance(app_car.screen, PaneTemplate)
    app_car.tap("+ 5")
    assert app_car.rows == [("Limit", "100")]
    assert [button.enabled for button in app_car.find(Action)] == [True, False]
    app_car.back()
    app_car.tap("Name")
    app_car.type("Ada")
    assert app_car.rows == [("Loud", ""), ("Colour", "green"), ("Limit", "100"), ("Name", "Ada")]
    app_car.back()
    assert app_car.rows == [("now", "True green 100.0 Ada")]
    app_car.context(settings={"loud": False, "colour": "red"}, language="de")
    assert app_car.rows == [("now", "True green 100.0 Ada")]
    with pytest.raises(KeyError, match=r"declare \[settings\.loudness\] in app\.toml"):
        _ = app.settings["loudness"]
    assert (app.files / "settings.json").exists()
