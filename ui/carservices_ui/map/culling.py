"""Which boxes can be in view."""

import numpy as np


def touches(center: np.ndarray, half: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Boxes, (n, 2) centres and half sizes, that are not beyond a side of a convex counter-clockwise (m, 2) polygon."""
    side = np.roll(polygon, -1, axis=0) - polygon
    outward = np.column_stack((side[:, 1], -side[:, 0]))
    nearest = center @ outward.T - (polygon * outward).sum(axis=1) - half @ np.abs(outward).T
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    apart = (nearest > 0).any(axis=1) | (center + half < low).any(axis=1) | (center - half > high).any(axis=1)
    inside: np.ndarray = ~apart
    return inside
