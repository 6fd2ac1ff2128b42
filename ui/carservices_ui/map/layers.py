"""The building blocks of the map's scene: shader programs, culled groups of meshes and lines that change."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from kivy.graphics import ChangeState, InstructionGroup, Mesh, RenderContext
from kivy.graphics.transformation import Matrix

from carservices_ui.map.camera import Camera
from carservices_ui.map.culling import touches
from carservices_ui.map.geometry import LINE_FORMAT, Piece, line_piece

VertexFormat = list[tuple[bytes, int, str]]
SLACK_M = 30.0  # roads are wider than their points, and roofs lean into view


def mesh(piece: Piece, fmt: VertexFormat) -> Mesh:
    """A piece on the GPU."""
    return Mesh(vertices=piece.vertices, indices=piece.indices, fmt=fmt, mode="triangles")


class Program:
    """One shader program and what is drawn with it."""

    def __init__(self, vertex: str, fragment: str) -> None:
        self.context = RenderContext(vs=vertex, fs=fragment)
        self._matrix = Matrix()

    def add(self, instruction: Any) -> None:
        """Draw an instruction with this program, after those added before."""
        self.context.add(instruction)

    def state(self, **uniforms: Any) -> ChangeState:
        """From here on in the order of drawing, these uniforms; returned to be changed later."""
        change = ChangeState(**uniforms)
        self.context.add(change)
        return change

    def look(self, camera: Camera, fog: tuple[float, float]) -> None:
        """Set the camera's uniforms; marks the scene for drawing."""
        self._matrix = Matrix()
        self._matrix.set(flat=[float(v) for v in camera.matrix().T.ravel()])
        self.context["cam"] = self._matrix
        self.context["viewport"] = (float(camera.size[0]), float(camera.size[1]))
        self.context["focal"] = float(camera.focal)
        self.context["pxm"] = float(camera.pxm)
        self.context["fog_range"] = fog

    def set(self, **uniforms: Any) -> None:
        """Set uniforms that hold for everything in this program."""
        for name, value in uniforms.items():
            self.context[name] = value


class CellLayer:
    """Pieces of one look; only those in view are on the drawing list, and each is uploaded when first seen."""

    def __init__(self, program: Program, fmt: VertexFormat) -> None:
        self.group = InstructionGroup()
        program.add(self.group)
        self._fmt = fmt
        self._pieces: Sequence[Piece] = ()
        self._center = self._half = np.empty((0, 2))
        self._meshes: dict[int, Mesh] = {}
        self._shown: list[int] = []

    def load(self, pieces: Sequence[Piece]) -> None:
        """Replace the content."""
        self.group.clear()
        self._pieces, self._meshes, self._shown = pieces, {}, []
        boxes = np.array([piece.box for piece in pieces]).reshape(-1, 2, 2)
        self._center, self._half = boxes.mean(axis=1), (boxes[:, 1] - boxes[:, 0]) / 2 + SLACK_M

    def show(self, footprint: np.ndarray | None) -> None:
        """Draw the pieces that touch a convex polygon, (n, 2) metres counter-clockwise; None = nothing."""
        wanted = [] if footprint is None else np.flatnonzero(touches(self._center, self._half, footprint)).tolist()
        if wanted == self._shown:
            return
        self._shown = wanted
        self.group.clear()
        for index in wanted:
            if index not in self._meshes:
                self._meshes[index] = mesh(self._pieces[index], self._fmt)
            self.group.add(self._meshes[index])


class PathLayer:
    """One polyline that changes, such as the route."""

    def __init__(self, program: Program) -> None:
        self.group = InstructionGroup()
        program.add(self.group)

    def load(self, xy: np.ndarray) -> None:
        """Replace the line by (n, 2) metres; fewer than two different points draw nothing."""
        self.group.clear()
        points = xy[np.concatenate(([True], np.any(np.diff(xy, axis=0) != 0, axis=1)))] if len(xy) else xy
        if len(points) > 1:
            self.group.add(mesh(line_piece(points, np.array((0, len(points)))), LINE_FORMAT))
