"""The one shader of rounded rectangles, rendered once per size and style into a texture that every card shares."""

from functools import cache, lru_cache

from kivy.graphics import BorderImage, Callback, Color, Fbo, Rectangle
from kivy.graphics.opengl import GL_BLEND, glDisable, glEnable
from kivy.graphics.texture import Texture

from carservices_ui.look import color, theme

VERTEX = """
$HEADER$
void main(void) {
    frag_color = color * vec4(1.0, 1.0, 1.0, opacity);
    tex_coord0 = vec2(vTexCoords0.x, 1.0 - vTexCoords0.y);  // kivy counts from the top
    gl_Position = projection_mat * modelview_mat * vec4(vPosition.xy, 0.0, 1.0);
}
"""

# Signed distance of a rounded box: Inigo Quilez, "2D distance functions". Straight alpha, so blending is off here.
_ROUNDED = """
$HEADER$
uniform vec2 box;
uniform float radius;
uniform vec4 top;
uniform vec4 bottom;
uniform vec4 edge;
uniform float soft;
void main(void) {
    vec2 half_box = box * 0.5;
    vec2 q = abs(tex_coord0 * box - half_box) - half_box + radius;
    float d = min(max(q.x, q.y), 0.0) + length(max(q, 0.0)) - radius;
    vec4 fill = mix(bottom, top, tex_coord0.y);
    float line = clamp(1.0 - abs(d + 0.75), 0.0, 1.0) * edge.a * (0.5 + 0.5 * tex_coord0.y);
    float inside = soft > 0.0 ? smoothstep(0.0, soft, -d) : clamp(0.5 - d, 0.0, 1.0);
    gl_FragColor = vec4(mix(fill.rgb, edge.rgb, line), max(fill.a, line) * inside);
}
"""

Rgba = tuple[float, float, float, float]
_WHITE: Rgba = (1.0, 1.0, 1.0, 1.0)


def rounded(
    size: tuple[float, float],
    radius: float,
    fill: Rgba,
    *,
    edged: bool = True,
    bottom: Rgba | None = None,
    stretched: bool = False,
) -> Texture:
    """A rounded rectangle of `size` pixels; 2 % lighter at the top unless `bottom` gives the lower colour.

    Its pixels are taken as they are, which software GL does a third faster, unless it is to be `stretched`.
    """
    width, height = max(1, round(size[0])), max(1, round(size[1]))
    edge = color("edge", theme().edge if edged else 0.0)
    lower = bottom or fill
    upper = fill if bottom else (*(min(1.0, c + 0.018) for c in fill[:3]), fill[3])
    return _render(width, height, float(min(radius, width / 2, height / 2)), upper, lower, edge, stretched, 0.0)


def shadow(size: tuple[float, float], radius: float, soft: float) -> Texture:
    """Of a rounded rectangle of `size` pixels; it reaches `soft` pixels further on each side and fades over twice that.

    Less than half of it is to be seen beside what casts it.
    """
    width, height = max(1, round(size[0] + 2 * soft)), max(1, round(size[1] + 2 * soft))
    dark, none = color("scrim", theme().shadow), color("edge", 0.0)
    return _render(width, height, float(min(radius + soft, width / 2, height / 2)), dark, dark, none, False, 2 * soft)


def plate(radius: float) -> BorderImage:
    """A rounded rectangle of any size in the colour set before it; unlike kivy's it may be translucent."""
    corner = max(1, round(radius))
    return BorderImage(
        texture=rounded((2 * corner + 2,) * 2, corner, _WHITE, edged=False, bottom=_WHITE, stretched=True),
        border=(corner,) * 4,
    )


def disc(diameter: float) -> Rectangle:
    """A disc in the colour set before it, sharpest at this diameter."""
    return Rectangle(texture=rounded((diameter,) * 2, diameter / 2, _WHITE, edged=False, bottom=_WHITE, stretched=True))


@lru_cache(maxsize=96)
def _render(
    width: int, height: int, radius: float, top: Rgba, bottom: Rgba, edge: Rgba, stretched: bool, soft: float
) -> Texture:
    fbo, rectangle = _stamp()
    fbo.size = (width + 1, 1)  # a texture is new only where the size is: the last one belongs to somebody
    fbo.size = rectangle.size = (width, height)
    fbo["box"] = (float(width), float(height))
    fbo["radius"], fbo["soft"] = radius, float(soft)
    fbo["top"], fbo["bottom"], fbo["edge"] = top, bottom, edge
    fbo.draw()
    texture = fbo.texture
    texture.min_filter = texture.mag_filter = "linear" if stretched else "nearest"
    return texture


@cache
def _stamp() -> tuple[Fbo, Rectangle]:
    """What renders them all, one after the other: each framebuffer costs a compiled program, 1 MB in software GL."""
    fbo = Fbo(size=(1, 1), vs=VERTEX, fs=_ROUNDED)
    with fbo:
        Callback(lambda _: glDisable(GL_BLEND))
        Color(1, 1, 1, 1)
        rectangle = Rectangle()
        Callback(lambda _: glEnable(GL_BLEND))
    return fbo, rectangle
