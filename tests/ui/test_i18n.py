"""Every word exists in every language."""

import re
from importlib.resources import files

import pytest

from carservices_ui import i18n
from carservices_ui.screens import SCREENS


def places(words):
    return set(re.findall(r"{(\w+)}", words))


@pytest.fixture(autouse=True)
def english():
    yield
    i18n.set_language("en")


WORDS = {key: words for topic in i18n.topics().values() for key, words in topic.items()}


@pytest.mark.parametrize("key", WORDS)
def test_every_language_has_the_words_and_their_places(key):
    words = WORDS[key]
    assert words.keys() == i18n.LANGUAGES.keys()
    assert all(words.values())
    assert {frozenset(places(text)) for text in words.values()} == {frozenset(places(words["en"]))}


def test_no_key_is_in_two_files():
    assert sum(len(topic) for topic in i18n.topics().values()) == len(WORDS)


def test_every_key_used_in_the_sources_has_words():
    used = set()
    for source in files("carservices_ui").rglob("*.py"):
        used |= set(re.findall(r"""\bt\(\s*"([a-z_.0-9]+)"[,)]""", source.read_text(encoding="utf-8")))
    used |= {info.title for info in SCREENS}
    assert len(used) > 10
    assert used - i18n.table("en").keys() == set()


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no words for language 'xx'"):
        i18n.set_language("xx")


@pytest.mark.parametrize(
    ("language", "value", "digits", "text"),
    [
        ("en", -1.25, 1, "−1.2"),
        ("de", 16.24, 1, "16,2"),
        ("fr", -0.04, 1, "0,0"),
        ("en", 312.4, 0, "312"),
        ("en", 12_345.6, 1, "12,345.6"),
        ("de", -1_234_567, 0, "−1.234.567"),
        ("fr", 1234, 0, "1\u00a0234"),
    ],
)
def test_numbers(language, value, digits, text):
    i18n.set_language(language)
    assert i18n.number(value, digits) == text


@pytest.mark.parametrize(("value", "text"), [(0.25, "0,25"), (2.3, "2,3"), (10.0, "10"), (200, "200")])
def test_a_number_is_as_short_as_it_can_be(value, text):
    i18n.set_language("de")
    assert i18n.brief(value) == text
