"""The map's camera: one matrix from map metres to the screen, and back again for fingers."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FOCAL = 1.6  # distance of the eye from the focus, in heights of the view
NEAR, FAR = 0.15, 40.0  # clip planes in focal lengths
MIN_PXM, MAX_PXM = 0.03, 6.0
FLAT_PXM, TILTED_PXM = 0.02, 0.11  # below the first the map is seen from above, from the second on fully tilted
TILT_DEG = 56.0


def zoom_tilt(pxm: float) -> float:
    """Tilt in degrees for a scale: city overviews are flat, streets are seen from behind the car."""
    t = (math.log2(pxm) - math.log2(FLAT_PXM)) / (math.log2(TILTED_PXM) - math.log2(FLAT_PXM))
    t = min(1.0, max(0.0, t))
    return TILT_DEG * t * t * (3 - 2 * t)


@dataclass(frozen=True)
class Camera:
    """Where the map is seen from.

    x, y: the focus in map metres; bearing: degrees clockwise from north that point up; pxm: pixels per metre at the
    focus; tilt: degrees from straight down; focus: height of the focus in the view, 0 bottom to 1 top; size: pixels.
    """

    x: float
    y: float
    bearing: float
    pxm: float
    tilt: float
    focus: float
    size: tuple[float, float]

    @property
    def focal(self) -> float:
        """Distance of the eye from the focus in pixels = clip-space w at the focus."""
        return FOCAL * self.size[1]

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """4x4 from (x, y, z, 1) in metres to clip space; float64, so that a focus far from the origin stays exact."""
        return self.clipped(FAR)

    def clipped(self, far: float) -> NDArray[np.float64]:
        """The matrix that lets nothing further off than a depth in focal lengths be drawn."""
        sin_b, cos_b = math.sin(math.radians(self.bearing)), math.cos(math.radians(self.bearing))
        sin_t, cos_t = math.sin(math.radians(self.tilt)), math.cos(math.radians(self.tilt))
        k, f = self.pxm, self.focal
        # View space in pixels: right, up on the ground, height.
        right = np.array((k * cos_b, -k * sin_b, 0, -k * (cos_b * self.x - sin_b * self.y)))
        ahead = np.array((k * sin_b, k * cos_b, 0, -k * (sin_b * self.x + cos_b * self.y)))
        above = np.array((0, 0, k, 0.0))
        unit = np.array((0, 0, 0, 1.0))
        up = ahead * cos_t + above * sin_t
        depth = ahead * sin_t - above * cos_t + unit * f
        width, height = self.size
        near, far = NEAR * f, far * f
        return np.array(
            (
                right * (2 * f / width),
                up * (2 * f / height) + depth * (2 * self.focus - 1),
                depth * ((far + near) / (far - near)) - unit * (2 * far * near / (far - near)),
                depth,
            )
        )

    def project(self, points: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n, 2) metres to (n, 2) pixels from the bottom left, and their (n,) depth in focal lengths, 1 at the focus.

        Pixels are NaN behind the eye.
        """
        clip = points.astype(np.float64) @ self.matrix[:, :2].T + self.matrix[:, 3]
        w = clip[:, 3]
        safe = np.where(w > NEAR * self.focal, w, np.nan)
        return (clip[:, :2] / safe[:, None] + 1) / 2 * np.array(self.size), w / self.focal

    @property
    def slope(self) -> float:
        """By how much the inverse of the ground's depth in focal lengths falls over the height of the view."""
        return math.tan(math.radians(self.tilt)) / FOCAL

    def height_of(self, depth: float) -> float:
        """Where in the view ground at a depth in focal lengths is seen, 0 bottom to 1 top; infinite from above."""
        return self.focus + (1 - 1 / depth) / self.slope if self.slope > 0 else math.inf

    def ground(self, px: float, py: float) -> tuple[float, float] | None:
        """The map metres under a pixel, None above the horizon."""
        m = self.matrix[np.ix_((0, 1, 3), (0, 1, 3))]
        target = np.array((2 * px / self.size[0] - 1, 2 * py / self.size[1] - 1))
        system = m[:2, :2] - np.outer(target, m[2, :2])
        x, y = np.linalg.solve(system, target * m[2, 2] - m[:2, 2])
        if m[2] @ np.array((x, y, 1.0)) < NEAR * self.focal:
            return None
        return float(x), float(y)

    def footprint(self, depth: float) -> NDArray[np.float64]:
        """The (4, 2) corners in metres, counter-clockwise, of all ground in view up to a depth in focal lengths."""
        sin_t, cos_t = math.sin(math.radians(self.tilt)), math.cos(math.radians(self.tilt))
        f, (width, height) = self.focal, self.size
        corners = []
        for pixels in (-self.focus * height, (1 - self.focus) * height):
            steep = f * cos_t - pixels * sin_t
            ahead = pixels * f / steep if steep > 1e-6 * f else math.inf
            if sin_t > 1e-6:
                ahead = min(ahead, (depth - 1) * f / sin_t)
            half = width / 2 * (f + ahead * sin_t) / f
            corners += [(-half, ahead), (half, ahead)]
        corners[2:] = corners[:1:-1]
        right, up = np.array(corners).T / self.pxm
        sin_b, cos_b = math.sin(math.radians(self.bearing)), math.cos(math.radians(self.bearing))
        return np.column_stack((self.x + right * cos_b + up * sin_b, self.y - right * sin_b + up * cos_b))
