"""The picture of the map: what is drawn in which order, with which colours and widths, into one framebuffer."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from kivy.graphics import Callback, ChangeState, ClearBuffers, ClearColor, Fbo, InstructionGroup, Mesh
from kivy.graphics.opengl import GL_BLEND, GL_CULL_FACE, GL_DEPTH_TEST, glDisable, glEnable
from kivy.graphics.transformation import Matrix

from carservices_ui.map import shaders
from carservices_ui.map.camera import TILT_DEG, Camera
from carservices_ui.map.culling import Footprint
from carservices_ui.map.data import AreaKind, RoadClass
from carservices_ui.map.geometry import (
    AREA_FORMAT,
    HOUSE_FORMAT,
    LINE_FORMAT,
    OUTLINED,
    MapGeometry,
    Piece,
    line_piece,
    outline_pieces,
)
from carservices_ui.map.layers import Budget, CellLayer, PathLayer, Program, mesh
from carservices_ui.map.style import (
    CASING_DP,
    FLAT_FOG,
    FOG,
    GLOW,
    HALF_WIDTHS,
    HOUSES_FROM_PXM,
    ROUTE_HALF,
    TRACK_HALF,
    MapStyle,
    half_width,
)

GRID_STEP_M, GRID_LINES = 100.0, 30
PUCK_FAR, PUCK_SHRINK = 0.55, 0.12  # far out the arrow shrinks, by that much with each octave below 0.1 px per metre
SHORE_PX = 0.6  # half the width of the soft edge of areas
PUCK_DP, PUCK_STRETCH = 46.0, 0.3  # the arrow is drawn longer when seen at an angle
ALWAYS = -1.0  # `passed` of a line nothing has been travelled of
HOUSES_UP_TO = 0.917  # of the depth at which fog swallows the ground: far buildings are many and hardly to be seen
TRAVELLED_PART = 0.75  # what lies behind is drawn narrower
REACH_FILL, REACH_EDGE_DP = 0.13, 1.4  # opacity and half width of the edge of what can be reached
ABOVE_ROOFS, ABOVE_PART = 0.55, 0.7  # how much of the route shows through buildings, and of its width
DRAW_ORDER = tuple(reversed(RoadClass))


def _quad(half: float) -> Piece:
    corners = np.array((-half, -half, half, -half, -half, half, half, half), np.float32)
    return Piece((-half, -half, half, half), corners, np.array((0, 1, 2, 1, 3, 2), np.uint16))


def _grid() -> Piece:
    reach = GRID_STEP_M * GRID_LINES
    at = np.arange(-GRID_LINES, GRID_LINES + 1) * GRID_STEP_M
    ends = np.array([[(v, -reach), (v, reach)] for v in at] + [[(-reach, v), (reach, v)] for v in at])
    return line_piece(ends.reshape(-1, 2), np.arange(0, 2 * len(ends) + 1, 2))


def _blend(on: bool) -> None:
    """What is opaque is drawn at half the cost when it is not mixed with what lies below."""
    (glEnable if on else glDisable)(GL_BLEND)


def _solids(on: bool) -> None:
    """Nearer walls hide what is behind them, and those turned away are left out."""
    for ability in (GL_DEPTH_TEST, GL_CULL_FACE):
        (glEnable if on else glDisable)(ability)
    _blend(not on)


class Scene:
    """All drawing instructions of the map; `draw` brings them up to date for one camera."""

    def __init__(self, fbo: Fbo, density: float) -> None:
        self._density = density
        self._budget = Budget()
        self._areas = Program(shaders.AREA_VS, shaders.AREA_FS)
        self._roads = Program(shaders.LINE_VS, shaders.ROAD_FS)
        self._ways = Program(shaders.LINE_VS, shaders.WAY_FS)
        self._fog = Program(shaders.FOG_VS, shaders.FOG_FS)
        self._houses = Program(shaders.HOUSE_VS, shaders.HOUSE_FS)
        self._over = Program(shaders.LINE_VS, shaders.OVER_FS)
        self._puck = Program(shaders.PUCK_VS, shaders.PUCK_FS)
        self.labels = InstructionGroup()
        self._clear = ClearColor(0, 0, 0, 1)
        fbo.add(self._clear)
        fbo.add(ClearBuffers(clear_depth=True))
        for program in (self._areas, self._roads, self._ways, self._fog):
            fbo.add(program.context)
        fbo.add(Callback(lambda _: _solids(True)))
        fbo.add(self._houses.context)
        fbo.add(Callback(lambda _: _solids(False)))
        for program in (self._over, self._puck):
            fbo.add(program.context)
        fbo.add(self.labels)
        self._build_ground()
        self._build_roads()
        self._build_ways()
        self._house_layer = CellLayer(self._houses, HOUSE_FORMAT, self._budget)
        self._unit = mesh(_quad(1.0), AREA_FORMAT)
        self._fog_body, self._puck_body = InstructionGroup(), InstructionGroup()
        self._fog.add(self._fog_body)
        self._puck.add(self._puck_body)

    def _build_ground(self) -> None:
        self._areas.add(Callback(lambda _: _blend(False)))
        self._area_layers: dict[AreaKind, tuple[ChangeState, CellLayer]] = {}
        for kind in AreaKind:
            state = self._areas.state(tint=(0.0, 0.0, 0.0, 1.0))
            self._area_layers[kind] = (state, CellLayer(self._areas, AREA_FORMAT, self._budget))
        self._areas.add(Callback(lambda _: _blend(True)))

        self._reach: list[tuple[ChangeState, InstructionGroup]] = []
        for _ in range(2):
            state, group = self._areas.state(tint=(0.0, 0.0, 0.0, 0.0)), InstructionGroup()
            self._areas.add(group)
            self._reach.append((state, group))

    def _build_roads(self) -> None:
        self._shore_layers: dict[AreaKind, tuple[ChangeState, CellLayer]] = {}
        for area in OUTLINED:
            state = self._roads.state(halfw=SHORE_PX, tint=(0.0, 0.0, 0.0, 1.0))
            self._shore_layers[area] = (state, CellLayer(self._roads, LINE_FORMAT, self._budget))
        self._passes: list[tuple[RoadClass, float, ChangeState, CellLayer]] = []
        for casing in (CASING_DP, 0.0):
            for kind in DRAW_ORDER:
                state = self._roads.state(halfw=0.0, tint=(0.0, 0.0, 0.0, 1.0))
                self._passes.append((kind, casing, state, CellLayer(self._roads, LINE_FORMAT, self._budget)))
        self._grid_state = self._roads.state(halfw=0.0, tint=(0.0, 0.0, 0.0, 1.0))
        self._grid = InstructionGroup()
        self._roads.add(self._grid)
        self._grid_mesh = mesh(_grid(), LINE_FORMAT)

    def _build_ways(self) -> None:
        def way(program: Program, glow: float) -> tuple[ChangeState, PathLayer]:
            return program.state(halfw=0.0, tint=(0.0, 0.0, 0.0, 0.0), glow=glow, passed=ALWAYS), PathLayer(program)

        self._new_track: np.ndarray | None = None
        self._edges = [way(self._ways, 0.0), way(self._ways, 0.0)]
        self._track = way(self._ways, 0.0)
        self._alternates = [way(self._ways, 0.0), way(self._ways, 0.0)]
        self._travelled = way(self._ways, 0.0)
        self._route = [way(self._ways, 1.0), way(self._ways, 0.0), way(self._ways, 0.0)]
        self._route_over = [way(self._over, 0.0)]

    def load(self, geometry: MapGeometry | None) -> None:
        """Show a map; None shows the plain grid."""
        for kind, (_, areas) in self._area_layers.items():
            areas.load(geometry.areas[kind] if geometry else [], {})
        for kind, (_, shores) in self._shore_layers.items():
            shores.load(geometry.shores[kind] if geometry else [], {})
        meshes: dict[RoadClass, dict[int, Mesh]] = {kind: {} for kind in RoadClass}
        for road, _, _, roads in self._passes:
            roads.load(geometry.roads[road] if geometry else [], meshes[road])
        self._house_layer.load(geometry.houses if geometry else [], {})
        self._grid.clear()
        if geometry is None:
            self._grid.add(self._grid_mesh)

    def load_track(self, xy: np.ndarray) -> None:
        """The travelled path, (n, 2) metres; drawn with the next camera, as every change costs a picture."""
        self._new_track = xy

    def load_route(self, xy: np.ndarray) -> None:
        """The way ahead, (n, 2) metres."""
        for _, path in (self._travelled, *self._route, *self._route_over):
            path.load([xy])

    def load_alternates(self, routes: Sequence[np.ndarray]) -> None:
        """Other ways, each (n, 2) metres."""
        for _, path in self._alternates:
            path.load(routes)

    def load_areas(self, *kinds: Sequence[np.ndarray]) -> None:
        """What can be reached, and from where one can also return: rings of (n, 2) metres."""
        for (_, group), (_, edge), rings in zip(self._reach, self._edges, kinds, strict=True):
            group.clear()
            for piece in outline_pieces(rings):
                group.add(mesh(piece, AREA_FORMAT))
            edge.load([np.vstack((ring, ring[:1])) for ring in rings if len(ring) > 2])

    def draw(self, camera: Camera, style: MapStyle, car: tuple[float, float, float] | None, passed: float) -> bool:
        """Update everything that depends on the camera and the style; whether there is more to draw than came along.

        car: x, y in metres and heading in degrees, None = not known yet; passed: metres of the route behind the car.
        """
        self._budget.renew()
        tilted = min(1.0, camera.tilt / 50.0)
        near, far = (flat + (steep - flat) * tilted for steep, flat in zip(FOG, FLAT_FOG, strict=True))
        matrix = Matrix()
        matrix.set(flat=camera.matrix.T.ravel().tolist())
        for program in (self._areas, self._roads, self._ways, self._over, self._puck):
            program.look(camera, matrix, (near, far))
        self._houses.look(camera, matrix, (near, far * HOUSES_UP_TO))
        self._clear.rgba = style.ground
        self._draw_ground(camera, style, Footprint(camera.footprint(far)))
        self._draw_ways(camera, style, passed)
        self._draw_fog(camera, style, (near, far))
        rise = min(1.0, max(0.0, math.log2(camera.pxm / HOUSES_FROM_PXM)))
        self._house_layer.show(Footprint(camera.footprint(far * HOUSES_UP_TO)) if rise > 0 else None)
        self._houses.set(rise=rise, wall=style.wall, roof=style.roof, haze=style.fog)
        self._draw_puck(camera, style, car)
        return self._budget.exceeded

    def _draw_ground(self, camera: Camera, style: MapStyle, ground: Footprint) -> None:
        for kind, (state, layer) in self._area_layers.items():
            state.changes["tint"] = style.areas[kind]
            layer.show(ground)
        for kind, (state, layer) in self._shore_layers.items():
            state.changes["tint"] = style.areas[kind]
            layer.show(ground)
        for (state, _), tint in zip(self._reach, style.reach, strict=True):
            state.changes["tint"] = (*tint[:3], REACH_FILL)
        for road, casing, state, roads in self._passes:
            half = half_width(HALF_WIDTHS[road], camera.pxm)
            colors = style.casings if casing else style.roads
            shown = half > 0 and road in colors
            if shown:
                state.changes.update(halfw=(half + min(casing, half)) * self._density, tint=colors[road])
            roads.show(ground if shown else None)
        self._grid_state.changes.update(halfw=self._density, tint=style.grid)

    def _draw_fog(self, camera: Camera, style: MapStyle, reach: tuple[float, float]) -> None:
        low = max(0.0, camera.height_of(reach[0]))
        self._fog_body.clear()
        if low < 1.0:
            self._fog_body.add(self._unit)
            self._fog.set(low=low, focus=float(camera.focus), slope=camera.slope, fog_range=reach, tint=style.fog)

    def _draw_ways(self, camera: Camera, style: MapStyle, passed: float) -> None:
        def paint(state: ChangeState, half: float, tint: tuple[float, ...], behind: float) -> None:
            state.changes.update(halfw=half * self._density, tint=tint, passed=behind)

        glow = half_width(GLOW, camera.pxm)
        if self._new_track is not None:
            self._track[1].load([self._new_track])
            self._new_track = None
        for (state, _), tint in zip(self._edges, style.reach, strict=True):
            paint(state, REACH_EDGE_DP, tint, ALWAYS)
        paint(self._track[0], half_width(TRACK_HALF, camera.pxm), style.track, ALWAYS)
        half = half_width(ROUTE_HALF, camera.pxm)
        paint(self._alternates[0][0], half + CASING_DP, style.alternate_edge, ALWAYS)
        paint(self._alternates[1][0], half, style.alternate, ALWAYS)
        paint(self._travelled[0], half * TRAVELLED_PART, style.travelled, ALWAYS)
        paint(self._route[0][0], half + glow, style.route_glow, passed)
        paint(self._route[1][0], half, style.route, passed)
        paint(self._route[2][0], half * 0.55, style.route_core, passed)
        paint(self._route_over[0][0], half * ABOVE_PART, (*style.route_core[:3], ABOVE_ROOFS), passed)

    def _draw_puck(self, camera: Camera, style: MapStyle, car: tuple[float, float, float] | None) -> None:
        if car is None:
            self._puck_body.clear()
            return
        if not self._puck_body.length():
            self._puck_body.add(self._unit)
        x, y, heading = car
        angle = math.radians(heading)
        radius = PUCK_DP * self._density * min(1.0, max(PUCK_FAR, 1.0 + PUCK_SHRINK * math.log2(camera.pxm / 0.1)))
        uniforms: dict[str, Any] = {
            "at": (x, y), "ahead": (math.sin(angle), math.cos(angle)), "radius": radius / camera.pxm, "pixels": radius,
            "stretch": 1.0 + PUCK_STRETCH * camera.tilt / TILT_DEG,
            "body": style.puck, "shade": style.puck_shade, "disc": style.puck_disc, "rim": style.puck_rim,
        }  # fmt: skip
        self._puck.set(**uniforms)
