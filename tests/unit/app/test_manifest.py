"""A manifest is read, or refused with the line and the cure."""

import pytest

from carservices.app.manifest import ManifestError, load

GOOD = """\
id = "org.example.tyres"
version = "1.2.0"
min_sdk = 1
entry = "tyres:Tyres"
category = "utility"
icon = "icon.png"
hosts = ["api.example.org", "*.example.net:8443"]

[name]
en = "Tyres"
de = "Reifen"

[permissions]
"read:Vehicle.Chassis.Axle.**" = "Shows the pressure of each tyre"
"call:navigation.navigate_to" = "Leads to a workshop"
"files:music" = "Plays it"

[settings.warn]
title = "Warn me"
type = "switch"
default = true
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / "app.toml").write_text(text)
        return load(tmp_path)

    return read


def test_a_manifest_is_read(read):
    manifest = read(GOOD)
    assert manifest.name == {"en": "Tyres", "de": "Reifen"}
    assert manifest.permissions["files:music"] == {"en": "Plays it"}
    assert manifest.settings["warn"].default is True
    assert read(GOOD.replace("[name]\nen =", "[x]\n").split("[x]")[0] + 'name = "T"\n').name == {"en": "T"}


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('id = "org.example.tyres"', 'id = "Tyres"', 1, "write it like a domain, reversed: org.example.tyres"),
        ('version = "1.2.0"', 'version = "1.2"', 2, "version: '1.2': write three numbers: 1.2.0"),
        ('version = "1.2.0"', "version = 1.2", 2, "version: input should be a valid string, not 1.2"),
        ("min_sdk = 1", "min_sdk = 7", 3, "the app needs SDK 7, this car has 1: update the car"),
        ('entry = "tyres:Tyres"', 'entry = "tyres.py"', 4, "write module:Class, such as tyres:Tyres"),
        ('entry = "tyres:Tyres"\n', "", 1, "'entry' is missing"),
        ("utility", "toys", 5, "'media'"),
        ("icon.png", "../icon.png", 6, "name a PNG file inside the bundle"),
        (
            'category = "utility"',
            'category = "news"\nintents = ["sing"]',
            6,
            "'sing' is no intent: use one of navigate,",
        ),
        ('category = "utility"', 'category = "news"\nintents = ["call"]', 6, "apps of the category news: read_news"),
        ("api.example.org", "https://api.example.org/", 7, "a host name without scheme and path"),
        ("category =", "categorie =", 5, "'categorie' is no key of a manifest: use one of id, name"),
        ('en = "Tyres"\n', "", 9, "English is one of them"),
        ("Shows the pressure of each tyre", " ", 13, "needs a reason that the person reads"),
        ("read:Vehicle.Chassis.Axle.**", "raed:Vehicle.Speed", 13, "is no permission: write one of read, actuate"),
        ("read:Vehicle.Chassis.Axle.**", "read:Vehicle..Speed", 13, "write names with * or **"),
        ("files:music", "network:x.org", 13, 'network hosts stand in hosts = ["x.org"]'),
        ("default = true", 'default = "yes"', 18, "the default of a switch cannot be 'yes'"),
        (
            'type = "switch"\ndefault = true',
            'type = "number"\ndefault = 60\nminimum = 5\nmaximum = 50',
            18,
            "the default 60 is not between minimum and maximum (5 to 50)",
        ),
        ("default = true", "default = true\nmaximum = 5", 18, "minimum and maximum belong to type = 'number'"),
        ('title = "Warn me"', 'titel = "Warn me"', 18, "'settings.warn.title' is missing"),
        ("min_sdk = 1", "min_sdk = = 1", 3, "this is not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_cure(read, old, new, line, said):
    assert old in GOOD
    with pytest.raises(ManifestError) as caught:
        read(GOOD.replace(old, new, 1))
    text = str(caught.value)
    assert f"app.toml:{line}: " in text
    assert said in text
    assert "\n" not in text


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(ManifestError, match="No such file or directory: a bundle has this file"):
        load(tmp_path)
    (tmp_path / "app.toml").write_bytes(b"\xff")
    with pytest.raises(ManifestError, match="not UTF-8"):
        load(tmp_path)
