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
from carservices_ui.map.layers import MOVE_M, Budget, CellLayer, Program, mesh
from carservices_ui.map.strokes import Strokes
from carservices_ui.map.style import (
    CASING_DP,
    FLAT_FOG,
    FOG,
    HALF_WIDTHS,
    HOUSES_FROM_PXM,
    MapStyle,
    half_width,
)

GRID_STEP_M, GRID_LINES = 100.0, 30
PUCK_FAR, PUCK_SHRINK = 0.55, 0.12  # far out the arrow shrinks, by that much with each octave below 0.1 px per metre
SHORE_PX = 0.6  # half the width of the soft edge of areas
PUCK_DP, PUCK_STRETCH = 46.0, 0.3  # the arrow is drawn longer when seen at an angle
HOUSES_UP_TO = 0.917  # of the depth at which fog swallows the ground: far buildings are many and hardly to be seen
DETAIL_FADES = 0.4  # casings, paths and yards end so far into the fog: too fine there to be seen, but most of all lines
DETAILS = (RoadClass.SERVICE, RoadClass.PATH)
REACH_FILL = 0.13  # opacity of what can be reached
DRAW_ORDER = tuple(reversed(RoadClass))


def _quad(half: float) -> Piece:
    corners = np.array((-half, -half, half, -half, -half, half, half, half), np.float32)
    return Piece((-half, -half, half, half), corners, np.array((0, 1, 2, 1, 3, 2), np.uint16))


def _grid() -> Piece:
    reach = GRID_STEP_M * GRID_LINES
    at = np.arange(-GRID_LINES, GRID_LINES + 1) * GRID_STEP_M
    ends = np.array([[(v, -reach), (v, reach)] for v in at] + [[(-reach, v), (reach, v)] for v in at])
    return line_piece(ends.reshape(-1, 2), np.arange(0, 2 * len(ends) + 1, 2))


def _matrix(camera: Camera, far: float) -> Matrix:
    matrix = Matrix()
    matrix.set(flat=camera.clipped(far).T.ravel().tolist())
    return matrix


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
        self._dressed: tuple[float, MapStyle] | None = None
        self._shown: list[bool] = []
        """Whether houses are, and each pass of the roads."""
        self._chosen: np.ndarray | None = None
        """The corners of the ground for which the drawing list was made."""
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
        self.strokes = Strokes(self._ways, self._over, density)
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
            state = self._roads.state(halfw=SHORE_PX, tint=(0.0, 0.0, 0.0, 1.0), fades=1.0)
            self._shore_layers[area] = (state, CellLayer(self._roads, LINE_FORMAT, self._budget))
        self._passes: list[tuple[RoadClass, float, ChangeState, CellLayer]] = []
        for casing in (CASING_DP, 0.0):
            for kind in DRAW_ORDER:
                fades = DETAIL_FADES if casing or kind in DETAILS else 1.0
                state = self._roads.state(halfw=0.0, tint=(0.0, 0.0, 0.0, 1.0), fades=fades)
                self._passes.append((kind, casing, state, CellLayer(self._roads, LINE_FORMAT, self._budget)))
        self._grid_state = self._roads.state(halfw=0.0, tint=(0.0, 0.0, 0.0, 1.0), fades=1.0)
        self._grid = InstructionGroup()
        self._roads.add(self._grid)
        self._grid_mesh = mesh(_grid(), LINE_FORMAT)

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
        self._chosen = None

    def load_areas(self, *kinds: Sequence[np.ndarray]) -> None:
        """What can be reached, and from where one can also return: rings of (n, 2) metres."""
        for kind, ((_, group), rings) in enumerate(zip(self._reach, kinds, strict=True)):
            group.clear()
            for piece in outline_pieces(rings):
                group.add(mesh(piece, AREA_FORMAT))
            self.strokes.load_edges(kind, rings)

    def draw(self, camera: Camera, style: MapStyle, car: tuple[float, float, float] | None, passed: float) -> bool:
        """Update everything that depends on the camera and the style; whether there is more to draw than came along.

        car: x, y in metres and heading in degrees, None = not known yet; passed: metres of the route behind the car.
        """
        tilted = min(1.0, camera.tilt / 50.0)
        near, far = (flat + (steep - flat) * tilted for steep, flat in zip(FOG, FLAT_FOG, strict=True))
        matrix, house_matrix = _matrix(camera, far), _matrix(camera, far * HOUSES_UP_TO)
        for program in (self._areas, self._roads, self._ways, self._over, self._puck):
            program.look(camera, matrix, (near, far))
        self._houses.look(camera, house_matrix, (near, far * HOUSES_UP_TO))
        if self._dressed != (camera.pxm, style):
            self._dress(camera.pxm, style)
        self.strokes.advance(passed)
        self._draw_fog(camera, style, (near, far))
        self._draw_puck(camera, style, car)
        return self._choose(camera, far)

    def _choose(self, camera: Camera, far: float) -> bool:
        """Put on the drawing list what is in view, if that has moved; whether there is more than came along."""
        corners = camera.footprint(far)
        stays = self._chosen is not None and np.abs(corners - self._chosen).max() < MOVE_M
        if stays and not self.strokes.changed:
            return False
        self._budget.renew()
        ground, near = Footprint(corners), Footprint(camera.footprint(far * HOUSES_UP_TO))
        for _, layer in (*self._area_layers.values(), *self._shore_layers.values()):
            layer.show(ground)
        houses, *roads = self._shown
        self._house_layer.show(near if houses else None)
        for (_, _, _, layer), shown in zip(self._passes, roads, strict=True):
            layer.show(ground if shown else None)
        unfinished = self.strokes.show(ground) or self._budget.exceeded
        self._chosen = None if unfinished else corners
        return unfinished

    def _dress(self, pxm: float, style: MapStyle) -> None:
        """Widths and colours, and which roads show, at a scale in pixels per metre."""
        self._dressed = pxm, style
        self._clear.rgba = style.ground
        for kind, (state, _) in (*self._area_layers.items(), *self._shore_layers.items()):
            state.changes["tint"] = style.areas[kind]
        for (state, _), tint in zip(self._reach, style.reach, strict=True):
            state.changes["tint"] = (*tint[:3], REACH_FILL)
        self._grid_state.changes.update(halfw=self._density, tint=style.grid)
        self.strokes.dress(pxm, style)
        rise = min(1.0, max(0.0, math.log2(pxm / HOUSES_FROM_PXM)))
        self._houses.set(rise=rise, wall=style.wall, roof=style.roof, haze=style.fog)
        shown = [rise > 0]
        for road, casing, state, _ in self._passes:
            half = half_width(HALF_WIDTHS[road], pxm)
            colors = style.casings if casing else style.roads
            shown.append(half > 0 and road in colors)
            if shown[-1]:
                state.changes.update(halfw=(half + min(casing, half)) * self._density, tint=colors[road])
        if shown != self._shown:
            self._shown, self._chosen = shown, None

    def _draw_fog(self, camera: Camera, style: MapStyle, reach: tuple[float, float]) -> None:
        low = max(0.0, camera.height_of(reach[0]))
        if low >= 1.0:
            self._fog_body.clear()
        else:
            if not self._fog_body.length():
                self._fog_body.add(self._unit)
            self._fog.set(low=low, focus=float(camera.focus), slope=camera.slope, fog_range=reach, tint=style.fog)

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
