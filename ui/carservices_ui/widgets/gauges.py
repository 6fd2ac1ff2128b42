"""Pictures of numbers: arc gauge, progress bar, sparkline."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from kivy.graphics import Color, Mesh, Rectangle, RenderContext, SmoothLine
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import ListProperty, NumericProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices_ui.look import color
from carservices_ui.widgets.shapes import VERTEX, disc, plate

# An arc of 270° open at the bottom: signed distance to the nearest point of the ring between two angles.
_ARC = """
$HEADER$
uniform float side;
uniform float stroke;
uniform float share;
uniform vec4 from_color;
uniform vec4 to_color;
uniform vec4 track;
uniform vec4 knob;
const float GAP = 0.7853982;
const float SWEEP = 4.7123890;
vec2 on_ring(float angle, float radius) { return radius * vec2(-sin(angle), -cos(angle)); }
void main(void) {
    vec2 p = (tex_coord0 - 0.5) * side;
    float radius = side * 0.5 - stroke;
    float angle = atan(-p.x, -p.y);
    if (angle < 0.0) angle += 6.2831853;
    float end = GAP + SWEEP * share;
    float d_track = length(p - on_ring(clamp(angle, GAP, GAP + SWEEP), radius)) - stroke * 0.5;
    float d_value = length(p - on_ring(clamp(angle, GAP, end), radius)) - stroke * 0.5;
    float d_knob = length(p - on_ring(end, radius));
    vec4 paint = mix(from_color, to_color, clamp((angle - GAP) / SWEEP, 0.0, 1.0));
    vec4 result = vec4(track.rgb, clamp(0.5 - d_track, 0.0, 1.0) * track.a);
    float glow = smoothstep(stroke * 1.2, stroke * 0.2, d_knob) * 0.35 * knob.a;
    result = vec4(mix(result.rgb, to_color.rgb, glow), max(result.a, glow));
    float value_alpha = clamp(0.5 - d_value, 0.0, 1.0) * knob.a;
    result = vec4(mix(result.rgb, paint.rgb, value_alpha), max(result.a, value_alpha));
    float knob_alpha = clamp(0.5 - (d_knob - stroke * 0.36), 0.0, 1.0) * knob.a;
    gl_FragColor = vec4(mix(result.rgb, knob.rgb, knob_alpha), max(result.a, knob_alpha)) * frag_color;
}
"""


class ArcGauge(FloatLayout):
    """A ring of 270° filled to `share` (0 to 1); children lie in its middle. None of it is drawn without a value."""

    share = NumericProperty(0.0)

    def __init__(self, *, stroke: float = 16, tones: tuple[str, str] = ("energy2", "energy"), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._arc = RenderContext(vs=VERTEX, fs=_ARC, use_parent_projection=True, use_parent_modelview=True)
        self._arc["stroke"] = float(dp(stroke))
        self.paint(*tones)
        self._arc["track"] = color("track", 0.75)
        self._arc["knob"] = color("on_accent")
        with self._arc:
            Color(1, 1, 1, 1)
            self._rectangle = Rectangle()
        self.canvas.before.add(self._arc)
        self.bind(pos=self._place, size=self._place, share=self._place)
        self._place()

    def paint(self, first: str, last: str) -> None:
        """The colours at its two ends."""
        self.tones = first, last
        self._arc["from_color"], self._arc["to_color"] = color(first), color(last)

    def show(self, value: float | None) -> None:
        """The share to fill, None when unknown."""
        known = value is not None
        self._arc["knob"] = color("on_accent", 1.0 if known else 0.0)
        self.share = min(1.0, max(0.0, float(value))) if value is not None else 0.0

    def _place(self, *_: Any) -> None:
        side = float(min(self.size))
        self._arc["side"] = side
        self._arc["share"] = float(self.share)
        self._rectangle.size = (side, side)
        self._rectangle.pos = (self.center_x - side / 2, self.center_y - side / 2)


class Bar(Widget):
    """A bar filled to `share` (0 to 1); `start` moves the zero: less fills to the left of it, nothing is not filled."""

    share = NumericProperty(0.0)

    def __init__(self, *, tone: str = "accent", below: str = "energy", start: float = 0.0, **kwargs: Any) -> None:
        kwargs.setdefault("size_hint_y", None)
        kwargs.setdefault("height", dp(8))
        super().__init__(**kwargs)
        self._tones, self._start = (tone, below), start
        with self.canvas:
            Color(*color("track"))
            self._track = plate(self.height / 2)
            self._paint = Color(*color(tone))
            self._fill = plate(self.height / 2)
            Color(*color("control", 1.0 if start else 0.0))
            self._zero = Rectangle()
        self.bind(pos=self._place, size=self._place, share=self._place)
        self._place()

    @property
    def filled(self) -> bool:
        """Whether there is something to show; a bar that starts at its end always shows where."""
        return not self._start or self.share != self._start

    def _place(self, *_: Any) -> None:
        share = min(1.0, max(0.0, self.share))
        low, high = sorted((share, self._start))
        tone = self._tones[0] if share >= self._start else self._tones[1]
        self._paint.rgba = color(tone, 1.0 if self.filled else 0.0)
        self._track.pos, self._track.size = self.pos, self.size
        width = max(self.height, self.width * (high - low))
        self._fill.pos = (self.x + min(self.width * low, self.width - width), self.y)
        self._fill.size = (width, self.height)
        self._zero.pos = (round(self.x + self.width * self._start) - dp(1), self.y - dp(4))
        self._zero.size = (dp(2), self.height + dp(8))


class Sparkline(Widget):
    """A curve of recent values with a filled area to its zero line: above in `tone`, below in `below`."""

    points = ListProperty([])

    def __init__(self, *, tone: str = "accent", below: str = "energy", floor: float = 10.0, **kwargs: Any) -> None:
        """`floor` is the smallest full height in the values' unit, so that noise stays small."""
        super().__init__(**kwargs)
        self._floor = floor
        with self.canvas:
            Color(*color("control", 0.5))
            self._zero = Rectangle()
            self._areas = []
            for name in (tone, below):
                Color(*color(name, 0.55))
                area = Mesh(mode="triangle_strip", texture=_fade())
                Color(*color(name))
                self._areas.append((area, SmoothLine(width=dp(1.6), joint="round", cap="round")))
            self._halo_paint, self._halo = Color(), disc(dp(24))
            self._now_paint, self._now = Color(), disc(dp(10))
        self._tones = (tone, below)
        self.bind(points=self._place, pos=self._place, size=self._place)

    def _place(self, *_: Any) -> None:
        values: Sequence[float] = self.points
        top = max(self._floor, *values, 0.0) if values else self._floor
        bottom = min(-self._floor * 0.4, *values, 0.0) if values else -self._floor * 0.4
        scale = self.height / (top - bottom)
        zero = round(self.y - bottom * scale)
        self._zero.pos, self._zero.size = (self.x, zero), (self.width, 1)
        step = self.width / max(1, len(values) - 1)
        xs = [self.x + index * step for index in range(len(values))]
        for (area, line), sign in zip(self._areas, (1, -1), strict=True):
            ys = [zero + scale * (max(0.0, value * sign) * sign) for value in values]
            depths = [abs(y - zero) / max(1.0, self.height) for y in ys]
            flat = [c for x, y, v in zip(xs, ys, depths, strict=True) for c in (x, y, 0.5, v, x, zero, 0.5, 0)]
            area.vertices, area.indices = flat, list(range(2 * len(values)))
            line.points = _runs(xs, ys, zero)
        self._mark_now(values[-1] if values else 0.0, zero, scale)

    def _mark_now(self, value: float, zero: float, scale: float) -> None:
        """A dot at the newest value; none at rest."""
        shown = abs(value) * scale > dp(1)
        paint = color(self._tones[0 if value > 0 else 1])
        x, y = self.x + self.width, zero + value * scale
        for colour, mark, alpha in ((self._halo_paint, self._halo, 0.25), (self._now_paint, self._now, 1.0)):
            colour.rgba = (*paint[:3], alpha if shown else 0.0)
            side = dp(24) if mark is self._halo else dp(10)
            mark.pos, mark.size = (x - side / 2, y - side / 2), (side, side)


@cache
def _fade() -> Texture:
    """White, from hardly to fully opaque upwards."""
    texture = Texture.create(size=(1, 64), colorfmt="rgba")
    texture.blit_buffer(bytes(c for row in range(64) for c in (255, 255, 255, 30 + row * 225 // 63)), colorfmt="rgba")
    texture.wrap = "clamp_to_edge"
    return texture


def _runs(xs: Sequence[float], ys: Sequence[float], zero: float) -> list[float]:
    """The curve without its flat stretches at both ends on the zero line."""
    off = [index for index, y in enumerate(ys) if abs(y - zero) > 0.5]
    if not off:
        return []
    first, last = max(0, off[0] - 1), min(len(xs) - 1, off[-1] + 1)
    return [c for index in range(first, last + 1) for c in (xs[index], ys[index])]
