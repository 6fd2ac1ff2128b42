"""How everything looks now: theme, colours as kivy wants them, fonts; one per process, as there is one window."""

from importlib.resources import files

from kivy.core.text import LabelBase
from kivy.metrics import Metrics

from carservices_ui.tokens import NIGHT, THEMES, Theme, rgb

MEDIUM, SEMIBOLD, ICONS, ICONS_FILLED = "Inter-Medium", "Inter-SemiBold", "Icons", "Icons-Filled"

_FONT_FILES = {
    MEDIUM: "Inter-Medium.ttf",
    SEMIBOLD: "Inter-SemiBold.ttf",
    ICONS: "MaterialSymbolsRounded-Outline.ttf",
    ICONS_FILLED: "MaterialSymbolsRounded-Filled.ttf",
}

_theme = NIGHT

for _name, _file in _FONT_FILES.items():
    LabelBase.register(_name, str(files("carservices_ui") / "assets" / "fonts" / _file))


def theme() -> Theme:
    """The theme in use."""
    return _theme


def set_theme(name: str) -> None:
    """Use ``day`` or ``night``; widgets built from now on have its colours."""
    global _theme
    _theme = THEMES[name]


def set_scale(scale: float, words: float = 1.0) -> None:
    """Pixels per dp for widgets built from now on; `words` makes text larger than its surroundings."""
    if (Metrics.density, Metrics.fontscale) != (scale, words):
        Metrics.density, Metrics.fontscale = scale, words  # whereupon kivy goes through all widgets there are


def scale() -> float:
    """Pixels per dp."""
    return float(Metrics.density)


def color(token: str, alpha: float = 1.0) -> tuple[float, float, float, float]:
    """A colour token as the RGBA that kivy takes."""
    return (*rgb(_theme.colors[token]), alpha)
