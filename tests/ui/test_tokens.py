"""Colours are readable and controls visible in both themes."""

from pathlib import Path

import pytest

import carservices.app
from carservices_ui.icons import ICONS
from carservices_ui.tokens import READABLE, THEMES, TYPE, VISIBLE, contrast


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize(("pairs", "least"), [(READABLE, 4.5), (VISIBLE, 3.0)], ids=["text", "controls"])
def test_contrast(theme, pairs, least):
    too_low = {pair: contrast(*(theme.colors[token] for token in pair)) for pair in pairs}
    assert {pair: ratio for pair, ratio in too_low.items() if ratio < least} == {}


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_themes_have_the_same_tokens():
    names = {frozenset(theme.colors) for theme in THEMES.values()}
    assert len(names) == 1


def test_body_text_is_large_enough():
    assert [size for role, size in TYPE.items() if role != "caption" and size < 24] == []


def test_apps_are_told_of_exactly_the_icons_there_are():
    names = (Path(carservices.app.__path__[0]) / "icons.txt").read_text().split()
    assert set(names) == ICONS.keys()
