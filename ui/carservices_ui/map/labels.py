"""Names on the map: which labels show, upright and without overlap, nearest and most important first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carservices_ui.map.camera import Camera
from carservices_ui.map.data import LabelKind, MapData
from carservices_ui.map.style import LABELS_FROM_PXM, LABELS_UP_TO_PXM

MOST = 40
MOST_ROADS = 14
GAP = 14.0  # pixels kept free around a label
SAME_NAME_GAP = 300.0  # pixels between two labels of the same street
DEPTHS = {  # furthest depth in focal lengths at which a kind still shows
    LabelKind.TOWN: 2.6, LabelKind.VILLAGE: 2.5, LabelKind.SUBURB: 2.3, LabelKind.WATER: 2.2,
    LabelKind.MAIN_ROAD: 1.9, LabelKind.ROAD: 1.55,
}  # fmt: skip
Measure = Callable[[str, LabelKind], tuple[float, float]]
Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Placed:
    """A label to draw: what, and its centre in map metres."""

    index: int
    text: str
    kind: LabelKind
    xy: tuple[float, float]


def overlap(a: Rect, b: Rect) -> bool:
    """Whether two rectangles share a pixel."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


class Labeller:
    """Chooses labels for a camera; what was shown before is preferred, so that names do not flicker."""

    def __init__(self, data: MapData) -> None:
        self._data = data
        self._xy: NDArray[np.float64] = data.label_xy.astype(np.float64)
        self._kind = data.label_kind
        self._shown: set[int] = set()

    def forget(self) -> None:
        """Prefer nothing of what was shown before."""
        self._shown = set()

    def place(self, camera: Camera, measure: Measure, taken: Iterable[Rect] = ()) -> list[Placed]:
        """At most 40 labels that overlap neither each other nor the taken rectangles (pixels: x0, y0, x1, y1)."""
        candidates = self._candidates(camera)
        boxes: list[Rect] = list(taken)
        names: dict[str, list[tuple[float, float]]] = {}
        placed: list[Placed] = []
        roads = 0
        for index, x, y in candidates:
            kind, text = LabelKind(int(self._kind[index])), self._data.names[self._data.label_name[index]]
            is_road = kind >= LabelKind.MAIN_ROAD
            if is_road and roads == MOST_ROADS:
                continue
            if any(abs(x - u) + abs(y - v) < SAME_NAME_GAP for u, v in names.get(text, ())):
                continue
            width, height = measure(text, kind)
            box = (x - width / 2 - GAP, y - height / 2 - GAP / 2, x + width / 2 + GAP, y + height / 2 + GAP / 2)
            inside = box[0] > 0 and box[1] > 0 and box[2] < camera.size[0] and box[3] < camera.size[1]
            if not inside or any(overlap(box, other) for other in boxes):
                continue
            boxes.append(box)
            names.setdefault(text, []).append((x, y))
            placed.append(Placed(index, text, kind, (float(self._xy[index, 0]), float(self._xy[index, 1]))))
            roads += is_road
            if len(placed) == MOST:
                break
        self._shown = {label.index for label in placed}
        return placed

    def _candidates(self, camera: Camera) -> list[tuple[int, float, float]]:
        if not len(self._xy):
            return []
        screen, depth = camera.project(self._xy)
        shown = np.zeros(len(depth), bool)
        for kind, furthest in DEPTHS.items():
            if LABELS_FROM_PXM[kind] <= camera.pxm <= LABELS_UP_TO_PXM.get(kind, np.inf):
                shown |= (self._kind == kind) & (depth < furthest)
        with np.errstate(invalid="ignore"):
            shown &= np.all((screen > 0) & (screen < np.array(camera.size)), axis=1)
        found = np.flatnonzero(shown)
        before = np.array([0.3 if index in self._shown else 0.0 for index in found.tolist()])
        order = np.lexsort((depth[found] - before, self._kind[found]))
        return [(int(i), float(screen[i, 0]), float(screen[i, 1])) for i in found[order]]
