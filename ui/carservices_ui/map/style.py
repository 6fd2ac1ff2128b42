"""How the map looks: colours for night and day, widths by zoom, what shows from which zoom on."""

import itertools
import math
from dataclasses import dataclass

from carservices_ui.map.data import AreaKind, LabelKind, RoadClass

Color = tuple[float, float, float, float]


def rgb(text: str, alpha: float = 1.0) -> Color:
    """``#RRGGBB`` to 0..1 components."""
    r, g, b = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return r, g, b, alpha


@dataclass(frozen=True)
class MapStyle:
    """One theme of the map."""

    fog: Color
    ground: Color
    areas: dict[AreaKind, Color]
    roads: dict[RoadClass, Color]
    casings: dict[RoadClass, Color]
    wall: Color
    roof: Color
    route: Color
    route_core: Color
    route_glow: Color
    travelled: Color
    alternate: Color
    alternate_edge: Color
    reach: tuple[Color, Color]
    """What can be reached, and from where one can return."""
    track: Color
    puck: Color
    puck_shade: Color
    puck_disc: Color
    puck_rim: Color
    grid: Color
    text: Color
    text_quiet: Color
    text_halo: Color
    marker: Color


NIGHT = MapStyle(
    fog=rgb("#070B10"),
    ground=rgb("#0A0F15"),
    areas={
        AreaKind.SETTLEMENT: rgb("#10171F"),
        AreaKind.INDUSTRY: rgb("#121821"),
        AreaKind.GREEN: rgb("#0E1D1C"),
        AreaKind.WOOD: rgb("#0D211D"),
        AreaKind.WATER: rgb("#0C2636"),
    },
    roads={
        RoadClass.MOTORWAY: rgb("#E0AE62"),
        RoadClass.PRIMARY: rgb("#64788F"),
        RoadClass.SECONDARY: rgb("#536578"),
        RoadClass.TERTIARY: rgb("#475769"),
        RoadClass.RESIDENTIAL: rgb("#344252"),
        RoadClass.SERVICE: rgb("#242F3B"),
        RoadClass.PATH: rgb("#1C2630"),
        RoadClass.RAIL: rgb("#2A323C"),
        RoadClass.RIVER: rgb("#0C2636"),
    },
    casings={
        RoadClass.MOTORWAY: rgb("#6A5231"),
        RoadClass.PRIMARY: rgb("#2B3643"),
        RoadClass.SECONDARY: rgb("#252F3A"),
        RoadClass.TERTIARY: rgb("#1F2832"),
        RoadClass.RESIDENTIAL: rgb("#182029"),
    },
    wall=rgb("#161D26"),
    roof=rgb("#343E4A"),
    route=rgb("#2F74F2"),
    route_core=rgb("#6AABFF"),
    route_glow=rgb("#2E6FF0", 0.70),
    travelled=rgb("#7D8B9C"),
    alternate=rgb("#8A9DB5"),
    alternate_edge=rgb("#1B232E"),
    reach=(rgb("#7FB8FF", 0.8), rgb("#6BE8B4", 0.8)),
    track=rgb("#AEBBCB", 0.85),
    puck=rgb("#FFFFFF"),
    puck_shade=rgb("#B4CEF5"),
    puck_disc=rgb("#3D7BF5", 0.34),
    puck_rim=rgb("#7FB8FF", 0.55),
    grid=rgb("#1B2530"),
    text=rgb("#E4EAF0"),
    text_quiet=rgb("#9AA5B1"),
    text_halo=rgb("#0A0F15"),
    marker=rgb("#141B24", 0.96),
)
DAY = MapStyle(
    fog=rgb("#EFF3F7"),
    ground=rgb("#E9EDF0"),
    areas={
        AreaKind.SETTLEMENT: rgb("#E2E6EB"),
        AreaKind.INDUSTRY: rgb("#E3E2E6"),
        AreaKind.GREEN: rgb("#D6E8D3"),
        AreaKind.WOOD: rgb("#C3DEC4"),
        AreaKind.WATER: rgb("#A9D2EE"),
    },
    roads={
        RoadClass.MOTORWAY: rgb("#F6C46E"),
        RoadClass.PRIMARY: rgb("#FFE6AE"),
        RoadClass.SECONDARY: rgb("#FFF3D2"),
        RoadClass.TERTIARY: rgb("#FFFFFF"),
        RoadClass.RESIDENTIAL: rgb("#FFFFFF"),
        RoadClass.SERVICE: rgb("#F7F9FA"),
        RoadClass.PATH: rgb("#F2F0EA"),
        RoadClass.RAIL: rgb("#BCC4CC"),
        RoadClass.RIVER: rgb("#A9D2EE"),
    },
    casings={
        RoadClass.MOTORWAY: rgb("#D39A3F"),
        RoadClass.PRIMARY: rgb("#D9B667"),
        RoadClass.SECONDARY: rgb("#D8C79A"),
        RoadClass.TERTIARY: rgb("#C3CBD3"),
        RoadClass.RESIDENTIAL: rgb("#CBD2D9"),
    },
    wall=rgb("#AEB7C2"),
    roof=rgb("#F3F5F8"),
    route=rgb("#1E5BE6"),
    route_core=rgb("#4E97FF"),
    route_glow=rgb("#3F7BF0", 0.40),
    travelled=rgb("#8796A8"),
    alternate=rgb("#9AA7B5"),
    alternate_edge=rgb("#FFFFFF"),
    reach=(rgb("#0B55CC", 0.8), rgb("#00694A", 0.8)),
    track=rgb("#6C7F97", 0.90),
    puck=rgb("#FFFFFF"),
    puck_shade=rgb("#C3D8F8"),
    puck_disc=rgb("#2F6FEF", 0.40),
    puck_rim=rgb("#FFFFFF", 0.85),
    grid=rgb("#D3DAE1"),
    text=rgb("#1C2530"),
    text_quiet=rgb("#4C5866"),
    text_halo=rgb("#F7F9FB"),
    marker=rgb("#FFFFFF", 0.97),
)
STYLES = {"night": NIGHT, "day": DAY}

# Half widths in dp at 2^k pixels per metre for k = -10, -4, -2, 0, 2 (straight lines between); 0 = not shown.
WIDTH_STOPS = (-10.0, -4.0, -2.0, 0.0, 2.0)
HALF_WIDTHS = {
    RoadClass.MOTORWAY: (0.5, 1.6, 2.6, 5.0, 15.0),
    RoadClass.PRIMARY: (0.22, 1.4, 2.1, 4.2, 14.0),
    RoadClass.SECONDARY: (0.0, 0.9, 1.5, 3.6, 12.0),
    RoadClass.TERTIARY: (0.0, 0.7, 1.2, 3.2, 11.0),
    RoadClass.RESIDENTIAL: (0.0, 0.0, 0.7, 2.6, 9.5),
    RoadClass.SERVICE: (0.0, 0.0, 0.0, 1.4, 6.0),
    RoadClass.PATH: (0.0, 0.0, 0.0, 0.7, 2.4),
    RoadClass.RAIL: (0.0, 0.5, 0.7, 1.1, 2.6),
    RoadClass.RIVER: (0.0, 0.8, 1.2, 3.5, 16.0),
}
CASING_DP = 1.1
ROUTE_HALF = (2.2, 3.2, 4.4, 6.2, 13.0)
TRACK_HALF = (1.2, 1.8, 2.4, 4.4, 9.0)
GLOW = (2.0, 5.0, 9.0, 14.0, 20.0)

HOUSES_FROM_PXM = 0.5
LABELS_FROM_PXM = {
    LabelKind.TOWN: 0.0,
    LabelKind.VILLAGE: 0.0,
    LabelKind.SUBURB: 0.07,
    LabelKind.WATER: 0.05,
    LabelKind.MAIN_ROAD: 0.30,
    LabelKind.ROAD: 0.60,
}
LABELS_UP_TO_PXM = {LabelKind.TOWN: 0.5, LabelKind.VILLAGE: 2.0, LabelKind.SUBURB: 2.0, LabelKind.WATER: 3.0}
LABEL_SP = {
    LabelKind.TOWN: 26,
    LabelKind.VILLAGE: 22,
    LabelKind.SUBURB: 20,
    LabelKind.WATER: 20,
    LabelKind.MAIN_ROAD: 18,
    LabelKind.ROAD: 18,
}
FOG = (1.75, 3.0)  # depth in focal lengths where it begins and where nothing is left
FLAT_FOG = (6.0, 8.0)


def half_width(stops: tuple[float, ...], pxm: float) -> float:
    """Half a line's width in dp at a scale in pixels per metre."""
    k = min(WIDTH_STOPS[-1], max(WIDTH_STOPS[0], math.log2(pxm)))
    for (k0, w0), (k1, w1) in itertools.pairwise(zip(WIDTH_STOPS, stops, strict=True)):
        if k <= k1:
            return w0 + (w1 - w0) * (k - k0) / (k1 - k0)
    raise ValueError(f"no width at {pxm} pixels per metre: the scale must be positive and finite")
