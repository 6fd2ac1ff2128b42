"""Texts are cut where a voice pauses: at the ends of sentences, which abbreviations and ordinals are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api.sentences import LONGEST, speakable, split


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("In 300 m, turn left. Then stop!", ["In 300 m, turn left.", "Then stop!"]),
        ("Am 3. Mai kam Dr. Weiß z. B. um 8.30 Uhr.", ["Am 3. Mai kam Dr. Weiß z. B. um 8.30 Uhr."]),
        ("Es war 1990. Dann kam 2026.", ["Es war 1990.", "Dann kam 2026."]),
        ("« Tournez à droite ! » Puis tout droit…", ["« Tournez à droite ! »", "Puis tout droit…"]),
        ("„Halt!“ rief sie. „Nein?” Doch", ["„Halt!“ rief sie.", "„Nein?”", "Doch"]),
        ("A title\n\n• one\n• two", ["A title", "one", "two"]),
        ("Tab\tand\0zero \ud800", ["Tab and zero"]),
        (" \n. … ! •", []),
        ("", []),
    ],
)
def test_where_sentences_end(text, sentences):
    assert split(text) == sentences


@given(st.text(st.sampled_from("ab1. ,;:!?\n–[]äé€") | st.characters(), max_size=3 * LONGEST))
def test_nothing_is_lost_and_nothing_is_long(text):
    sentences = split(text)
    assert all(0 < len(one) <= LONGEST and one == " ".join(one.split()) for one in sentences)
    assert [c for one in sentences for c in one if c.isalnum()] == [c for c in speakable(text) if c.isalnum()]
