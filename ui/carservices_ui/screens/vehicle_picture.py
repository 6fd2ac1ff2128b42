"""The car from above, drawn as vectors: what is open, shines, is flat or plugged in shows where it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Canvas, Color, Mesh, Rectangle, SmoothLine
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from carservices_ui.look import color, theme
from carservices_ui.screens import vehicle_light as light
from carservices_ui.screens import vehicle_shape as shape
from carservices_ui.screens.vehicle_shape import Point
from carservices_ui.tokens import rgb
from carservices_ui.widgets.shapes import plate

ROOM = 0.38
"""Metres left free before and behind the car, for beams and an open tailgate."""
BLINK = 0.4
"""Seconds on and seconds off: 75 a minute (UN R48 asks for 60 to 120)."""

PAINT = {
    "night": {
        "edge": "#4A5561",
        "shoulder": "#B9C3CE",
        "middle": "#98A4B1",
        "seam": "#56616D",
        "outline": "#5F6B77",
        "glass": "#131A22",
        "inside": "#05080B",
        "tyre": "#1B2129",
        "rim": "#6A7581",
        "lens": "#D5DDE5",
        "tail": "#7A2A2C",
        "shadow": "#000000",
    },
    "day": {
        "edge": "#8793A0",
        "shoulder": "#F6F9FC",
        "middle": "#D9E0E8",
        "seam": "#97A3B0",
        "outline": "#76828F",
        "glass": "#2B3642",
        "inside": "#10161D",
        "tyre": "#232A32",
        "rim": "#8A96A3",
        "lens": "#FFFFFF",
        "tail": "#A8494A",
        "shadow": "#3A4653",
    },
}
"""The car's own colours; whatever says something about it is drawn in tokens."""
LAMPLIGHT, HIGHLIGHT, RED, AMBER = "#FFF1CF", "#A9CDFF", "#FF3B36", "#FFA726"


@dataclass(frozen=True)
class CarState:
    """What the picture shows; doors, windows and tyres by ``Row1.Left``, mirrors by ``Left``."""

    opened: frozenset[str] = frozenset()
    """Doors, ``hood``, ``trunk`` and ``flap``."""
    windows: dict[str, float] = field(default_factory=dict)
    """Percent open."""
    lamps: frozenset[str] = frozenset()
    """low, high, running, parking, brake, backup, fog_front, fog_rear, left, right."""
    flat: frozenset[str] = frozenset()
    folded: frozenset[str] = frozenset()
    cable: bool = False
    charging: bool = False


SIDES = {"Left": -1, "Right": 1}


class CarPicture(FloatLayout):
    """Shows `state`; as large as its height allows."""

    state = ObjectProperty(CarState())
    lit = BooleanProperty(True)
    """Whether the indicators, if on, are in their bright half."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._paint = {name: (*rgb(value), 1.0) for name, value in PAINT[theme().name].items()}
        self._indicators = Canvas()
        """A part of the picture that blinks alone: all of it takes 50 ms."""
        draw, blink = Clock.create_trigger(self._draw, -1), Clock.create_trigger(self._draw_indicators, -1)
        self.bind(state=draw, lit=blink, pos=draw, size=draw)
        self._blinker = Clock.schedule_interval(self._blink, BLINK)

    def close(self) -> None:
        """Stop blinking."""
        self._blinker.cancel()

    @property
    def scale(self) -> float:
        """Pixels a metre."""
        return float(self.height / (shape.LENGTH + 2 * ROOM))

    def spot(self, point: Point) -> Point:
        """Where on the glass a point of the car is."""
        return self.center_x + point[0] * self.scale, self.center_y + point[1] * self.scale

    def _blink(self, _: float) -> None:
        self.lit = not self.lit if self.state.lamps & {"left", "right"} else True

    def _draw(self, *_: Any) -> None:
        self.canvas.before.clear()
        with self.canvas.before:
            self._draw_ground()
            for side in SIDES.values():
                for row, y in shape.AXLES.items():
                    self._draw_wheel(row, side, y)
            self._draw_body()
            for name, side in SIDES.items():
                self._draw_side(name, side)
            self._draw_lamps()
            self.canvas.before.add(self._indicators)
            self._draw_indicators()
            self._draw_port()

    def _draw_ground(self) -> None:
        lamps = self.state.lamps
        self._tint("shadow", 0.55 if theme().name == "night" else 0.38)
        self._soft(light.shadow(), (0.0, -0.02), (2.5, 4.9))
        for side in SIDES.values():
            if "fog_front" in lamps:
                self._shine(light.beam(), LAMPLIGHT, 0.5, (0.62 * side, 1.9), (2.4, 0.5))
            if "low" in lamps:
                self._shine(light.beam(), LAMPLIGHT, 0.9, (0.66 * side, 1.80), (1.5, 1.15))
            if "high" in lamps:
                self._shine(light.beam(), HIGHLIGHT, 1.0, (0.66 * side, 1.80), (0.9, 1.45))
            if "backup" in lamps:
                self._shine(light.beam(), LAMPLIGHT, 0.7, (0.45 * side, -1.98), (0.9, -0.6))

    def _draw_wheel(self, row: str, side: int, y: float) -> None:
        flat = f"{row}.{_name(side)}" in self.state.flat
        width, length = shape.WHEEL
        for tone, grow in (("alert" if flat else "rim", 0.03), ("tyre", 0.0)):
            Color(*(color(tone) if tone == "alert" else self._paint[tone]))
            self._plate((shape.TRACK * side, y), (width + grow, length + grow), 0.08)
        if flat:
            Color(*color("alert", 0.5))
            self._soft(light.glow(), (shape.TRACK * side, y), (0.9, 1.3))

    def _draw_body(self) -> None:
        opened, metal = self.state.opened, light.lacquer(*(self._paint[n][:3] for n in ("edge", "shoulder", "middle")))
        self._panel(shape.BODY, metal)
        self._panel(shape.HOOD, metal, outline="seam")
        if "hood" in opened:
            self._raised(shape.HOOD)
        self._panel(shape.TAILGATE, metal, outline="seam")
        self._panel(shape.GREENHOUSE, None, fill="glass", outline="seam")
        self._panel(shape.ROOF, metal, outline="seam")
        self._panel(shape.PANORAMA, None, fill="glass", outline="seam")
        self._tint("seam", 0.55)
        for side in SIDES.values():
            for fold in shape.CREASES:
                self._line(shape.smooth(tuple(shape.flipped(fold, side))))
        if "trunk" in opened:
            self._raised(shape.TAILGATE)
        for side in SIDES.values():
            for ends in shape.PILLARS:
                self._tint("middle")
                self._line(shape.flipped(ends, side), 0.028)

    def _draw_side(self, name: str, side: int) -> None:
        state = self.state
        for row in shape.DOORS:
            door = f"{row}.{name}"
            self._draw_window(row, side, state.windows.get(door, 0.0) / 100)
            closed = shape.door_leaf(row, side, opened=False)
            if door in state.opened:
                self._fill(closed, self._paint["inside"])
                leaf = shape.door_leaf(row, side, opened=True)
                self._fill(leaf, self._paint["middle"])
                Color(*color("heat"))
                self._line([*leaf, leaf[0]], 0.014)
            else:
                self._tint("seam")
                self._line([closed[1], closed[0]])
                self._line([closed[2], closed[3]])
        mirror = shape.flipped(shape.MIRROR_FOLDED if name in state.folded else shape.MIRROR, side)
        self._fill(mirror, self._paint["middle"])
        Color(*(color("accent") if name in state.folded else self._paint["outline"]))
        self._line([*mirror, mirror[0]])

    def _draw_window(self, row: str, side: int, share: float) -> None:
        if share <= 0.0:
            return
        pairs = shape.WINDOWS[row]
        gap = [(sill + (roof - sill) * (1 - share), y0 + (y1 - y0) * (1 - share)) for (sill, y0), (roof, y1) in pairs]
        outline = [roof for _, roof in pairs] + gap[::-1]
        Color(*color("accent"))
        self._mesh([p for pair in zip([r for _, r in pairs], gap, strict=True) for p in pair], side, "triangle_strip")
        edge = shape.flipped(tuple(outline), side)
        self._line([*edge, edge[0]])

    def _draw_lamps(self) -> None:
        lamps = self.state.lamps
        front = bool(lamps & {"low", "high", "running", "parking"})
        brake, rear = "brake" in lamps, bool(lamps & {"parking", "low", "fog_rear"})
        for side in SIDES.values():
            self._fill(shape.flipped(shape.HEADLAMP, side), self._paint["lens"] if front else self._paint["rim"])
            if front:
                self._shine(light.glow(), LAMPLIGHT, 0.9, (0.70 * side, 1.80), (0.5, 0.5))
            lamp = (*rgb(RED), 1.0) if brake or rear else self._paint["tail"]
            self._fill(shape.flipped(shape.TAILLAMP, side), lamp)
            if brake or rear:
                self._shine(light.glow(), RED, 0.9 if brake else 0.4, (0.68 * side, -2.0), (1.0, 0.9))
            if "fog_rear" in lamps:
                self._shine(light.glow(), RED, 0.8, (0.40 * side, -2.06), (0.5, 0.5))

    def _draw_indicators(self, *_: Any) -> None:
        self._indicators.clear()
        with self._indicators:
            for side in [side for name, side in SIDES.items() if self.lit and name.lower() in self.state.lamps]:
                for x, y in shape.INDICATORS:
                    self._shine(light.glow(), AMBER, 1.0, (x * side, y), (0.85, 0.85))
                    self._plate((x * side, y), (0.08, 0.26), 0.04)

    def _draw_port(self) -> None:
        state = self.state
        if "flap" in state.opened or state.cable:
            Color(*color("energy"))
            self._plate((shape.PORT[0] - 0.02, shape.PORT[1]), (0.06, 0.16), 0.03)
        if state.cable:
            Color(*color("energy", 1.0 if state.charging else 0.7))
            self._line(shape.smooth(shape.CABLE), 0.022)

    def _raised(self, half: shape.Half) -> None:
        """A lid that stands open."""
        Color(*color("heat", 0.28))
        pairs = shape.mirrored(half)
        self._mesh([p for pair in pairs for p in pair], 1, "triangle_strip")
        Color(*color("heat"))
        self._line(_round(pairs), 0.016)

    def _panel(self, half: shape.Half, metal: Any, *, fill: str | None = None, outline: str = "outline") -> None:
        """A symmetric surface with a fine edge; the edge hides that the surface itself is not smoothed."""
        pairs = shape.mirrored(half)
        Color(*(self._paint[fill] if fill else (1, 1, 1, 1)))
        self._mesh([p for pair in pairs for p in pair], 1, "triangle_strip", metal)
        self._tint(outline)
        self._line(_round(pairs))

    def _fill(self, points: Sequence[Point], paint: Sequence[float]) -> None:
        """A small convex surface with a smooth edge of its own colour."""
        Color(*paint)
        self._mesh(points, 1, "triangle_fan")
        self._line([*points, points[0]], 0.004)

    def _mesh(self, points: Sequence[Point], side: int, mode: str, texture: Any = None) -> None:
        vertices: list[float] = []
        for x, y in points:
            vertices += [*self.spot((x * side, y)), 0.5 + x / shape.WIDTH, 0.5]
        Mesh(vertices=vertices, indices=list(range(len(points))), mode=mode, texture=texture)

    def _line(self, points: Sequence[Point], half_width: float = 0.0) -> None:
        flat = [c for point in points for c in self.spot(point)]
        SmoothLine(points=flat, width=max(dp(1.0), half_width * self.scale), joint="round", cap="round")

    def _plate(self, center: Point, size: Point, radius: float) -> None:
        x, y = self.spot(center)
        shape_of = plate(max(2.0, radius * self.scale))
        shape_of.size = (size[0] * self.scale, size[1] * self.scale)
        shape_of.pos = (x - shape_of.size[0] / 2, y - shape_of.size[1] / 2)

    def _shine(self, texture: Any, tone: str, alpha: float, foot: Point, size: Point) -> None:
        """Light: a beam from its foot (downwards when its height is negative), a glow around it."""
        Color(*rgb(tone), alpha * (1.0 if theme().name == "night" else 0.8))
        center = (foot[0], foot[1] + size[1] / 2) if texture is light.beam() else foot
        self._soft(texture, center, size)

    def _soft(self, texture: Any, center: Point, size: Point) -> None:
        x, y = self.spot(center)
        width, height = size[0] * self.scale, size[1] * self.scale
        Rectangle(texture=texture, pos=(x - width / 2, y - height / 2), size=(width, height))

    def _tint(self, name: str, alpha: float = 1.0) -> None:
        Color(*self._paint[name][:3], alpha)


def _name(side: int) -> str:
    return "Left" if side < 0 else "Right"


def _round(pairs: Sequence[tuple[Point, Point]]) -> list[Point]:
    """The closed outline of pairs (left, right)."""
    ring = [left for left, _ in pairs] + [right for _, right in reversed(pairs)]
    return [*ring, ring[0]]
