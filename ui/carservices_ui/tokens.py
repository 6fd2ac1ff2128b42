"""Design tokens: colours for night and day, type scale, spacing, radii and sizes, as data without kivy."""

from dataclasses import dataclass

TARGET = 76
"""Smallest touch target in dp (AAOS design guidelines)."""

TYPE = {"display": 52, "title": 40, "primary": 32, "body": 24, "caption": 18}
"""Text sizes in dp. AAOS asks for 24 or more; `caption` is for what stands by something larger: units, notes."""

ICON = {"large": 44, "medium": 36, "small": 24}
SPACE = {"xs": 4, "s": 8, "m": 16, "l": 24, "xl": 32}
RADIUS = {"card": 32, "overlay": 28, "tile": 20}

MOTION = {"press": 0.08, "release": 0.25, "value": 0.15, "screen": 0.2, "confirmed": 0.6}
"""Durations in seconds."""


@dataclass(frozen=True)
class Theme:
    """One set of colours; `colors` maps a token to ``#RRGGBB``."""

    name: str
    colors: dict[str, str]
    edge: float
    """Opacity of the one pixel border of cards."""
    shadow: float
    """Opacity of the shadow of what floats, where it is darkest."""


NIGHT = Theme(
    "night",
    {
        "bg": "#070A0E",
        "surface": "#12161C",
        "surface2": "#1A2028",
        "surface3": "#252C36",
        "overlay": "#141B24",
        "text": "#F3F6F9",
        "text2": "#9AA5B1",
        "text3": "#8A96A3",
        "control": "#788492",
        "track": "#2E3743",
        "accent": "#7FB8FF",
        "accent_fill": "#1F5FE0",
        "on_accent": "#FFFFFF",
        "accent_tint": "#1B2A40",
        "alert_tint": "#33181B",
        "energy": "#6BE8B4",
        "energy2": "#2FA8D8",
        "heat": "#FFB057",
        "alert": "#FF7069",
        "focus": "#FFFFFF",
        "inverse": "#F3F6F9",
        "on_inverse": "#0B0F14",
        "edge": "#FFFFFF",
        "scrim": "#000000",
    },
    edge=0.09,
    shadow=0.7,
)

DAY = Theme(
    "day",
    {
        "bg": "#E3E8EE",
        "surface": "#FAFBFD",
        "surface2": "#EFF2F6",
        "surface3": "#E3E8EF",
        "overlay": "#FFFFFF",
        "text": "#0E141B",
        "text2": "#47525E",
        "text3": "#525D69",
        "control": "#6F7B88",
        "track": "#CBD3DC",
        "accent": "#0B55CC",
        "accent_fill": "#1F5FE0",
        "on_accent": "#FFFFFF",
        "accent_tint": "#D6E4FB",
        "alert_tint": "#FBE4E1",
        "energy": "#00694A",
        "energy2": "#0A76A8",
        "heat": "#8A4800",
        "alert": "#B3261E",
        "focus": "#0E141B",
        "inverse": "#10161D",
        "on_inverse": "#FFFFFF",
        "edge": "#0E141B",
        "scrim": "#0E141B",
    },
    edge=0.08,
    shadow=0.3,
)

THEMES = {theme.name: theme for theme in (NIGHT, DAY)}

SURFACES = ("bg", "surface", "surface2", "surface3", "overlay")

READABLE = [
    *((front, back) for front in ("text", "text2", "accent", "energy", "heat", "alert") for back in SURFACES),
    *(("text3", back) for back in ("bg", "surface", "surface2", "overlay")),
    ("accent", "accent_tint"),
    ("text", "accent_tint"),
    *((front, "alert_tint") for front in ("text", "text2", "alert")),
    ("on_accent", "accent_fill"),
    *(("on_inverse", back) for back in ("inverse", "heat", "accent", "energy", "energy2")),
]
"""Pairs of text or icon on background that the shell uses: at least 4.5:1 (WCAG 2.2, 1.4.3)."""

VISIBLE = [(front, back) for front in ("control", "focus", "accent", "energy") for back in SURFACES]
"""Pairs of control outline on background: at least 3:1 (WCAG 2.2, 1.4.11)."""


def rgb(color: str) -> tuple[float, float, float]:
    """``#RRGGBB`` as three numbers 0 to 1."""
    return int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours, 1 to 21 (WCAG 2.2, relative luminance of sRGB)."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
