"""Which boxes can be in view."""

import numpy as np

UPRIGHT = np.array(((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)))


class Footprint:
    """A convex polygon, (m, 2) counter-clockwise, as half planes: made once, asked for many boxes."""

    def __init__(self, polygon: np.ndarray) -> None:
        side = np.roll(polygon, -1, axis=0) - polygon
        outward = np.column_stack((side[:, 1], -side[:, 0]))
        reach = (polygon * outward).sum(axis=1), (polygon @ UPRIGHT.T).max(axis=0)
        self._normals = np.vstack((outward, UPRIGHT)).T
        self._widths = np.abs(self._normals)
        self._reach = np.concatenate(reach)

    def touches(self, center: np.ndarray, half: np.ndarray) -> np.ndarray:
        """Boxes, (n, 2) centres and half sizes, that are beyond no side of the polygon, nor of the box around it."""
        inside: np.ndarray = (center @ self._normals - half @ self._widths <= self._reach).all(axis=1)
        return inside
