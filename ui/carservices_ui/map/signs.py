"""Draws names and markers upright over the map, moved with the camera every frame."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from kivy.core.text import Label as CoreLabel
from kivy.graphics import (
    Color,
    InstructionGroup,
    PopMatrix,
    PushMatrix,
    Rectangle,
    SmoothEllipse,
    SmoothLine,
    Translate,
)

from carservices_ui.map.camera import Camera
from carservices_ui.map.data import LabelKind
from carservices_ui.map.labels import Placed, Rect, overlap
from carservices_ui.map.style import LABEL_SP, MapStyle, rgb

MARKER_DP, MARKER_LIFT_DP, DOT_DP = 19.0, 31.0, 3.0
CHOSEN_SCALE = 1.15
TAP_DP = 38.0  # half of the smallest target
MARKER_TEXT_SP, GLYPH_SP = 20, 22
CACHE = 400
HIDDEN = (-10_000.0, -10_000.0)


@dataclass(frozen=True)
class Marker:
    """A place on the map: a glyph of an icon font (or a letter) in a ring, and a name beside it."""

    lat: float
    lon: float
    glyph: str
    name: str = ""
    tint: str = "#7FB8FF"
    glyph_font: str = ""
    chosen: bool = False
    """Filled and larger."""
    key: str = ""
    """For whoever is told that it was tapped."""
    yields: bool = False
    """Not drawn where it would touch another one: those that do not yield come first, then the earlier ones."""


@dataclass(frozen=True)
class _Sign:
    xy: tuple[float, float]
    move: Translate
    rect: Rect
    disc: float = 0.0
    """How far a marker's own picture reaches to the right; its name is the rest."""
    name: Color | None = None
    yields: bool = False

    def box(self, left: float, right: float) -> Rect:
        """A part of it where it is now, in pixels."""
        x, y = self.move.x, self.move.y
        return x + left, y + self.rect[1], x + right, y + self.rect[3]


class Signs:
    """The drawing instructions of all names and markers."""

    def __init__(self, group: InstructionGroup, density: float, font: str) -> None:
        self._group = group
        self._density = density
        self.font = font
        self._textures: dict[tuple[Any, ...], Any] = {}
        self._labels: list[_Sign] = []
        self._markers: list[_Sign] = []
        self.covered: Sequence[Rect] = ()
        """Pixels under other widgets, where no marker is drawn and no name of one."""
        self._layers = (InstructionGroup(), InstructionGroup())
        for layer in self._layers:
            group.add(layer)

    def _text(self, text: str, size: float, color: tuple[float, ...], halo: tuple[float, ...] | None, font: str) -> Any:
        key = (text, size, color, font)
        if key not in self._textures:
            if len(self._textures) >= CACHE:
                self._textures.clear()
            outline = {"outline_width": round(2 * self._density), "outline_color": halo[:3]} if halo else {}
            label = CoreLabel(
                text=text, font_size=size * self._density, font_name=font, color=color, font_hinting=None, **outline
            )
            label.refresh()
            label.texture.min_filter = label.texture.mag_filter = "nearest"  # pixel on pixel: at half the cost
            self._textures[key] = label.texture
        return self._textures[key]

    def label_texture(self, text: str, kind: LabelKind, style: MapStyle) -> Any:
        """The texture of a name."""
        color = style.text if kind in (LabelKind.TOWN, LabelKind.VILLAGE) else style.text_quiet
        return self._text(text, LABEL_SP[kind], color, style.text_halo, self.font)

    def show_labels(self, placed: Sequence[Placed], style: MapStyle) -> None:
        """Replace the names."""
        layer = self._layers[0]
        layer.clear()
        self._labels = []
        for label in placed:
            texture = self.label_texture(label.text, label.kind, style)
            width, height = texture.size
            rect = (-width / 2, -height / 2, width / 2, height / 2)
            move = self._open(layer)
            layer.add(Color(1, 1, 1, 1))
            layer.add(Rectangle(texture=texture, size=texture.size, pos=(round(rect[0]), round(rect[1]))))
            layer.add(PopMatrix())
            self._labels.append(_Sign(label.xy, move, rect))

    def show_markers(self, markers: Sequence[tuple[Marker, tuple[float, float]]], style: MapStyle) -> None:
        """Replace the markers, each with its place in map metres."""
        layer = self._layers[1]
        layer.clear()
        self._markers = [self._marker(layer, marker, xy, style) for marker, xy in markers]

    def _marker(self, layer: InstructionGroup, marker: Marker, xy: tuple[float, float], style: MapStyle) -> _Sign:
        scale = self._density * (CHOSEN_SCALE if marker.chosen else 1.0)
        r, lift, dot = MARKER_DP * scale, MARKER_LIFT_DP * scale, DOT_DP * self._density
        tint = rgb(marker.tint)
        move = self._open(layer)
        layer.add(Color(*tint))
        layer.add(SmoothEllipse(pos=(-dot, -dot), size=(2 * dot, 2 * dot)))
        layer.add(Color(*(tint if marker.chosen else style.marker)))
        layer.add(SmoothEllipse(pos=(-r, lift - r), size=(2 * r, 2 * r)))
        layer.add(Color(*tint[:3], 0.9))
        layer.add(SmoothLine(circle=(0, lift, r - 0.5), width=0.8 * self._density))
        ink = style.marker if marker.chosen else tint
        glyph = self._text(marker.glyph, GLYPH_SP * scale / self._density, ink, None, marker.glyph_font or self.font)
        layer.add(Color(1, 1, 1, 1))
        place = (round(-glyph.width / 2), round(lift - glyph.height / 2))
        layer.add(Rectangle(texture=glyph, size=glyph.size, pos=place))
        right, shown = r, None
        if marker.name:
            shown = Color(1, 1, 1, 1)
            layer.add(shown)
            name = self._text(marker.name, MARKER_TEXT_SP, style.text, style.text_halo, self.font)
            layer.add(Rectangle(texture=name, size=name.size, pos=(round(r + 8), round(lift - name.height / 2))))
            right = r + 8 + name.width
        layer.add(PopMatrix())
        return _Sign(xy, move, (-r, -dot, right, lift + r), r, shown, marker.yields)

    def marker_at(self, at: tuple[float, float]) -> int | None:
        """The number of the marker nearest to a pixel, within a finger's reach of its disc."""
        best: tuple[float, int] | None = None
        for index, sign in enumerate(self._markers):
            left, _, _, top = sign.rect
            far = math.dist(at, (sign.move.x, sign.move.y + top + left))  # the middle of the disc
            if far <= TAP_DP * self._density and (best is None or far < best[0]):
                best = far, index
        return best[1] if best else None

    @staticmethod
    def _open(layer: InstructionGroup) -> Translate:
        move = Translate(*HIDDEN)
        layer.add(PushMatrix())
        layer.add(move)
        return move

    def follow(self, camera: Camera) -> list[Rect]:
        """Move everything to its place for a camera; returns the rectangles that markers take, in pixels."""
        signs = self._labels + self._markers
        if not signs:
            return []
        screen, _ = camera.project(np.array([sign.xy for sign in signs]))
        screen[np.isnan(screen)] = HIDDEN[0]
        for sign, (x, y) in zip(signs, screen.tolist(), strict=True):
            sign.move.x, sign.move.y = round(x), round(y)
        self._hide()
        self._part()
        return [sign.box(sign.rect[0], sign.rect[2]) for sign in self._markers]

    def _hide(self) -> None:
        """Nothing is seen of a marker that another widget or marker lies on."""
        seen: list[Rect] = []
        for sign in sorted(self._markers, key=lambda sign: sign.yields):
            x, y, half = sign.move.x, sign.move.y, sign.disc / 2
            middle = y + sign.rect[3] - sign.disc
            parts = (x - half, middle - half, x + half, middle + half), (x, y, x, y)  # of its picture, and its foot
            covered = any(overlap(part, other) for part in parts for other in self.covered)
            disc = sign.box(sign.rect[0], sign.disc)
            if covered or (sign.yields and any(overlap(disc, one) for one in seen)):
                sign.move.x, sign.move.y = HIDDEN
            else:
                seen.append(disc)

    def _part(self) -> None:
        """A marker's name gives way to other markers, and to what covers it."""
        if all(sign.name is None for sign in self._markers):
            return
        discs = [(sign, sign.box(sign.rect[0], sign.disc)) for sign in self._markers]
        for sign in self._markers:
            if sign.name is None:
                continue
            words = sign.box(sign.disc, sign.rect[2])
            others = [*self.covered, *(disc for one, disc in discs if one is not sign)]
            free = not any(overlap(words, one) for one in others)
            if sign.name.a != float(free):
                sign.name.a = float(free)
