"""The car's outlines from above, in metres: x to the right, y to the front, the origin in the middle of the car."""

import math

Point = tuple[float, float]
Half = tuple[Point, ...]
"""The right half of a symmetric outline, from the front to the rear."""

LENGTH, WIDTH = 4.22, 1.78
"""A compact car: the proportions are those of the class, not of one model."""

BODY: Half = (
    (0.0, 2.10),
    (0.34, 2.085),
    (0.60, 2.02),
    (0.76, 1.87),
    (0.835, 1.62),
    (0.87, 1.30),
    (0.87, 0.95),
    (0.862, 0.45),
    (0.866, -0.40),
    (0.882, -1.20),
    (0.872, -1.62),
    (0.82, -1.90),
    (0.69, -2.06),
    (0.42, -2.105),
    (0.0, -2.115),
)
HOOD: Half = (
    (0.0, 1.93),
    (0.34, 1.90),
    (0.58, 1.80),
    (0.69, 1.55),
    (0.715, 1.15),
    (0.69, 0.98),
    (0.36, 1.05),
    (0.0, 1.07),
)
GREENHOUSE: Half = (
    (0.0, 1.00),
    (0.36, 0.97),
    (0.60, 0.88),
    (0.715, 0.70),
    (0.742, 0.30),
    (0.745, -0.60),
    (0.73, -1.20),
    (0.66, -1.62),
    (0.45, -1.75),
    (0.0, -1.79),
)
ROOF: Half = (
    (0.0, 0.34),
    (0.38, 0.31),
    (0.53, 0.21),
    (0.572, 0.0),
    (0.58, -0.60),
    (0.565, -1.08),
    (0.49, -1.30),
    (0.28, -1.37),
    (0.0, -1.385),
)
PANORAMA: Half = (
    (0.0, 0.20),
    (0.34, 0.175),
    (0.455, 0.10),
    (0.485, -0.05),
    (0.49, -0.60),
    (0.475, -1.02),
    (0.41, -1.16),
    (0.24, -1.21),
    (0.0, -1.22),
)
CREASES: tuple[tuple[Point, ...], ...] = (
    ((0.30, 1.86), (0.36, 1.50), (0.40, 1.16)),
    ((0.795, 1.25), (0.790, 0.40), (0.800, -0.40), (0.812, -1.40)),
)
"""Folds of the metal on the right side: hood and shoulder."""
TAILGATE: Half = ((0.0, -1.70), (0.45, -1.68), (0.64, -1.62), (0.68, -1.85), (0.60, -2.02), (0.36, -2.06), (0.0, -2.07))

PILLARS: tuple[tuple[Point, Point], ...] = (
    ((0.715, 0.72), (0.545, 0.22)),
    ((0.745, -0.32), (0.578, -0.32)),
    ((0.715, -1.36), (0.535, -1.22)),
)
"""Both ends of the pillars on the right side."""

WINDOWS: dict[str, tuple[tuple[Point, Point], ...]] = {
    "Row1": (((0.722, 0.60), (0.562, 0.12)), ((0.742, 0.25), (0.577, -0.05)), ((0.743, -0.285), (0.580, -0.285))),
    "Row2": (((0.744, -0.355), (0.580, -0.355)), ((0.738, -0.95), (0.572, -0.90)), ((0.722, -1.28), (0.545, -1.18))),
}
"""Side windows as pairs from sill to roof: the glass lowers towards the sill."""

DOORS: dict[str, tuple[float, float]] = {"Row1": (0.60, -0.33), "Row2": (-0.35, -1.16)}
"""Where along the car each door hangs (its front edge) and where it ends."""
DOOR_SILL, DOOR_SKIN = 0.752, 0.868
DOOR_ANGLE = 58.0
"""Degrees that an open door stands off."""

AXLES: dict[str, float] = {"Row1": 1.33, "Row2": -1.36}
WHEEL = (0.235, 0.66)
"""Width and length of a tyre."""
TRACK = 0.80

MIRROR: tuple[Point, ...] = ((0.855, 0.60), (0.90, 0.66), (1.02, 0.63), (1.045, 0.55), (1.01, 0.50), (0.87, 0.535))
MIRROR_FOLDED: tuple[Point, ...] = (
    (0.855, 0.56),
    (0.895, 0.57),
    (0.93, 0.50),
    (0.925, 0.36),
    (0.89, 0.33),
    (0.865, 0.38),
)

HEADLAMP: tuple[Point, ...] = ((0.50, 1.985), (0.66, 1.91), (0.765, 1.76), (0.795, 1.58), (0.75, 1.66), (0.64, 1.82))
TAILLAMP: tuple[Point, ...] = (
    (0.34, -2.065),
    (0.66, -2.02),
    (0.80, -1.84),
    (0.835, -1.62),
    (0.775, -1.80),
    (0.64, -1.955),
)
INDICATORS: tuple[Point, Point] = ((0.805, 1.62), (0.835, -1.68))
"""Front and rear, on the right."""

PORT: Point = (0.862, 0.86)
CABLE: tuple[Point, ...] = ((0.87, 0.86), (1.10, 0.90), (1.32, 0.80), (1.55, 0.80), (2.1, 0.86), (2.74, 0.84))
"""The charging port on the right front wing, and the cable that leaves it."""


def smooth(points: tuple[Point, ...], steps: int = 8) -> list[Point]:
    """A Catmull-Rom curve through `points`."""
    curve: list[Point] = []
    padded = (points[0], *points, points[-1])
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            s = step / steps
            curve.append((_spline(a[0], b[0], c[0], d[0], s), _spline(a[1], b[1], c[1], d[1], s)))
    return [*curve, points[-1]]


def mirrored(half: Half) -> list[tuple[Point, Point]]:
    """A symmetric outline as pairs (left, right) from the front to the rear."""
    return [((-x, y), (x, y)) for x, y in smooth(half)]


def flipped(points: tuple[Point, ...], side: int) -> list[Point]:
    """Points of the right side, on the left when `side` is -1."""
    return [(x * side, y) for x, y in points]


def door_leaf(row: str, side: int, *, opened: bool) -> list[Point]:
    """A door's outline, seen from above: its inner corner at the front first."""
    front, rear = DOORS[row]
    if not opened:
        skin = ((DOOR_SILL, front), (DOOR_SKIN, front), (DOOR_SKIN + 0.004, rear), (DOOR_SILL, rear))
        return flipped(skin, side)
    turn = math.radians(DOOR_ANGLE)
    along, across = (math.sin(turn), -math.cos(turn)), (math.cos(turn), math.sin(turn))
    length, thick = front - rear, 0.085
    hinge = (DOOR_SKIN - 0.02, front - 0.02)
    corners = ((0.0, 0.0), (0.0, thick), (0.25, thick * 1.15), (0.85, thick * 1.05), (1.0, thick * 0.6), (1.0, 0.0))
    leaf = tuple(
        (hinge[0] + s * length * along[0] + t * across[0], hinge[1] + s * length * along[1] + t * across[1])
        for s, t in corners
    )
    return flipped(leaf, side)


def _spline(a: float, b: float, c: float, d: float, s: float) -> float:
    return 0.5 * (2 * b + (c - a) * s + (2 * a - 5 * b + 4 * c - d) * s * s + (3 * b - a - 3 * c + d) * s**3)
