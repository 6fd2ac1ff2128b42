"""Light and shade around the car: soft textures made once, tinted where they are drawn."""

from functools import cache

import numpy as np
from kivy.graphics.texture import Texture
from numpy.typing import NDArray

Grid = NDArray[np.float64]
SIDE = 128


@cache
def beam() -> Texture:
    """A cone of light that starts in the middle of the lower edge and fades out upwards."""
    u, v = _grid()
    spread = 0.13 + 0.34 * v
    return _alpha(np.exp(-(((u - 0.5) / spread) ** 2) * 2.2) * np.clip(1 - v, 0, 1) ** 1.6 * np.clip(v / 0.03, 0, 1))


@cache
def glow() -> Texture:
    """A round light."""
    u, v = _grid()
    return _alpha(np.clip(1 - np.hypot(u - 0.5, v - 0.5) * 2, 0, 1) ** 2)


@cache
def shadow() -> Texture:
    """A soft rounded rectangle, solid in its inner two thirds."""
    u, v = _grid()
    x, y = np.abs(u - 0.5) * 2, np.abs(v - 0.5) * 2
    reach = np.hypot(np.clip(x - 0.45, 0, 1), np.clip(y - 0.70, 0, 1) * 1.8) / 0.55
    return _alpha(np.clip(1 - reach, 0, 1) ** 1.7)


@cache
def lacquer(edge: tuple[float, ...], shoulder: tuple[float, ...], middle: tuple[float, ...]) -> Texture:
    """Painted metal across the car: dark at both edges, bright on the shoulders."""
    stops = (0.0, 0.07, 0.2, 0.5, 0.8, 0.93, 1.0)
    colors = (edge, middle, shoulder, middle, shoulder, middle, edge)
    across = np.linspace(0, 1, SIDE)
    rgb = np.stack([np.interp(across, stops, [c[i] for c in colors]) for i in range(3)], axis=-1)
    return _texture(np.concatenate([rgb, np.ones((SIDE, 1))], axis=-1)[np.newaxis])


def _grid() -> tuple[Grid, Grid]:
    along = (np.arange(SIDE) + 0.5) / SIDE
    u, v = np.meshgrid(along, along)
    return u, v


def _alpha(alpha: Grid) -> Texture:
    return _texture(np.dstack([np.ones((*alpha.shape, 3)), alpha]))


def _texture(rgba: Grid) -> Texture:
    height, width = rgba.shape[:2]
    texture = Texture.create(size=(width, height), colorfmt="rgba")
    texture.blit_buffer((rgba * 255).astype(np.uint8).tobytes(), colorfmt="rgba")
    return texture
