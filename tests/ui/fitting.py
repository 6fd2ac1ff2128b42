"""Whether what is on a card fits it: shared by the tests of the screens."""

import pytest

from carservices_ui.screens.settings_display import SIZES
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Control, Text

LARGEST = SIZES[-1][0]
LAYOUTS = pytest.mark.parametrize(
    "layout",
    [
        {"size": (1280, 720), "language": "en"},
        {"size": (1280, 720), "language": "de", "scale": LARGEST},
        {"size": (1280, 720), "language": "fr", "scale": LARGEST},
        {"size": (1920, 1080), "language": "de"},
    ],
    ids=lambda layout: "-".join(map(str, layout.values())),
)
"""Ways to open a cockpit, for ``drive(**layout)``."""


def of_kind(card, kind):
    return [widget for widget in card.walk(restrict=True) if isinstance(widget, kind)]


def fits(card):
    """Every control is large enough and inside, every text inside and whole."""
    for control in of_kind(card, Control):
        assert control.width >= TARGET - 1
        assert control.height >= TARGET - 1
        assert card.x <= control.x <= control.x + control.width <= card.x + card.width
        assert card.y <= control.y <= control.y + control.height <= card.y + card.height
    for text in of_kind(card, Text):
        left, bottom = text.to_window(*text.pos)
        width, height = text.texture_size
        assert not text.is_shortened, text.text
        assert card.x - 1 <= left <= left + width <= card.x + card.width + 1, text.text
        assert card.y - 1 <= bottom <= bottom + height <= card.y + card.height + 1, text.text


def controls_keep_apart(card):
    """No two controls overlap, unless one holds the other."""
    controls = of_kind(card, Control)
    leaves = [control for control in controls if len(of_kind(control, Control)) == 1]
    for index, one in enumerate(leaves):
        for other in leaves[:index]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            along = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert min(across, along) <= 1
