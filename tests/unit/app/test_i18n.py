"""Texts of an app: by language, with plural forms, and never an exception for a missing one."""

import pytest

from carservices.app import BundleError
from carservices.app.i18n import Strings
from carservices.app.words import WORDS

ENGLISH = """\
hello = "Hello {name}"
only = "only English"

[tyres]
one = "{n} tyre"
other = "{n} tyres"

[menu]
title = "Menu"
"""
POLISH = """\
hello = "Cześć {name}"

[tyres]
one = "{n} opona"
few = "{n} opony"
many = "{n} opon"
other = "{n} opony"
"""


@pytest.fixture
def strings(tmp_path):
    (tmp_path / "strings.en.toml").write_text(ENGLISH)
    (tmp_path / "strings.pl.toml").write_text(POLISH)
    return Strings.load(tmp_path)


@pytest.mark.parametrize(
    ("language", "key", "values", "text"),
    [
        ("en", "hello", {"name": "Ada"}, "Hello Ada"),
        ("pl", "hello", {"name": "Ada"}, "Cześć Ada"),
        ("fr", "hello", {"name": "Ada"}, "Hello Ada"),
        ("pl", "only", {}, "only English"),
        ("en", "menu.title", {}, "Menu"),
        ("en", "tyres", {"n": 1}, "1 tyre"),
        ("en", "tyres", {"n": 0}, "0 tyres"),
        ("en", "tyres", {"n": 1.5}, "1.5 tyres"),
        ("pl", "tyres", {"n": 1}, "1 opona"),
        ("pl", "tyres", {"n": 22}, "22 opony"),
        ("pl", "tyres", {"n": 12}, "12 opon"),
        ("pl", "tyres", {"n": 5}, "5 opon"),
    ],
)
def test_texts(strings, language, key, values, text):
    assert strings.say(language, key, **values) == text


def test_what_is_missing_is_shown_as_it_is_and_logged(strings, caplog):
    assert strings.say("pl", "nothing") == "nothing"
    assert "no text 'nothing' in strings.pl.toml or strings.en.toml" in caplog.text
    assert strings.say("en", "hello") == "Hello {name}"
    assert "cannot fill 'Hello {name}'" in caplog.text


@pytest.mark.parametrize("text", ["hello = ", "hello = 3", 'a = ["x"]'])
def test_a_file_that_cannot_be_used_is_named(tmp_path, text):
    (tmp_path / "strings.de.toml").write_text(text)
    with pytest.raises(BundleError, match=r"strings\.de\.toml: "):
        Strings.load(tmp_path)


def test_the_sdk_has_all_its_words_in_each_language():
    assert len({frozenset(words) for words in WORDS.values()}) == 1
