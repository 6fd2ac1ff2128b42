"""How the lines that change lie on the map: the route, its alternates, the track and the edge of what is in reach."""

from collections.abc import Sequence

import numpy as np
from kivy.graphics import ChangeState, Mesh

from carservices_ui.map.culling import Footprint
from carservices_ui.map.geometry import LINE_FORMAT, path_pieces
from carservices_ui.map.layers import Budget, CellLayer, Program
from carservices_ui.map.style import CASING_DP, GLOW, ROUTE_HALF, TRACK_HALF, MapStyle, half_width

ALWAYS = -1.0  # `passed` of a line nothing has been travelled of
TRAVELLED_PART, CORE_PART = 0.75, 0.55  # what lies behind is drawn narrower; the bright middle of what lies ahead
ABOVE_ROOFS, ABOVE_PART = 0.55, 0.7  # how much of the route shows through buildings, and of its width
REACH_EDGE_DP = 1.4  # half the width
Stroke = tuple[ChangeState, CellLayer]
Paths = Sequence[np.ndarray]


class Strokes:
    """Lines on the ground in the order they are drawn in, and the route once more `over` the roofs."""

    def __init__(self, ground: Program, over: Program, density: float) -> None:
        self._density = density
        self._budget = Budget()
        self._new_track: np.ndarray | None = None

        def stroke(program: Program, glow: float = 0.0) -> Stroke:
            state = program.state(halfw=0.0, tint=(0.0, 0.0, 0.0, 0.0), glow=glow, passed=ALWAYS, fades=1.0)
            return state, CellLayer(program, LINE_FORMAT, self._budget)

        self._edges = stroke(ground), stroke(ground)
        self._track = stroke(ground)
        self._alternates = stroke(ground), stroke(ground)
        self._travelled = stroke(ground)
        self._ahead = stroke(ground, 1.0), stroke(ground), stroke(ground), stroke(over)
        self._all = *self._edges, self._track, *self._alternates, self._travelled, *self._ahead
        self.changed = True
        """Whether there are other lines than those last shown."""

    def load_track(self, xy: np.ndarray) -> None:
        """The travelled path, (n, 2) metres; drawn with the next camera, as every change costs a picture."""
        self._new_track = xy

    def load_route(self, xy: np.ndarray) -> None:
        """The way ahead, (n, 2) metres."""
        self._lay([xy], self._travelled, *self._ahead)

    def load_alternates(self, routes: Paths) -> None:
        """Other ways, each (n, 2) metres."""
        self._lay(routes, *self._alternates)

    def load_edges(self, kind: int, rings: Paths) -> None:
        """The outline of what can be reached, or (1) from where one can also return: rings of (n, 2) metres."""
        self._lay([np.vstack((ring, ring[:1])) for ring in rings if len(ring) > 2], self._edges[kind])

    def _lay(self, paths: Paths, *strokes: Stroke) -> None:
        """Replace lines that are drawn several times, each time in another look."""
        pieces = [piece for xy in paths for piece in path_pieces(xy)]
        meshes: dict[int, Mesh] = {}
        for _, layer in strokes:
            layer.load(pieces, meshes)
        self.changed = True

    def advance(self, passed: float) -> None:
        """The metres of the route behind the car."""
        for state, _ in self._ahead:
            state.changes["passed"] = passed
        if self._new_track is not None:
            self._lay([self._new_track], self._track)
            self._new_track = None

    def dress(self, pxm: float, style: MapStyle) -> None:
        """Widths and colours at a scale in pixels per metre."""
        half = half_width(ROUTE_HALF, pxm)
        looks = (
            *((REACH_EDGE_DP, tint) for tint in style.reach),
            (half_width(TRACK_HALF, pxm), style.track),
            (half + CASING_DP, style.alternate_edge), (half, style.alternate),
            (half * TRAVELLED_PART, style.travelled),
            (half + half_width(GLOW, pxm), style.route_glow),
            (half, style.route),
            (half * CORE_PART, style.route_core),
            (half * ABOVE_PART, (*style.route_core[:3], ABOVE_ROOFS)),
        )  # fmt: skip
        for (state, _), (wide, tint) in zip(self._all, looks, strict=True):
            state.changes.update(halfw=wide * self._density, tint=tint)

    def show(self, ground: Footprint) -> bool:
        """Draw what is in view; whether there is more than came along."""
        self._budget.renew()
        for _, layer in self._all:
            layer.show(ground)
        self.changed = False
        return self._budget.exceeded
