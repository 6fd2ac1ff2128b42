"""The building blocks of the map's scene: shader programs, and culled groups of meshes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from kivy.graphics import ChangeState, InstructionGroup, Mesh, RenderContext
from kivy.graphics.transformation import Matrix

from carservices_ui.map.camera import Camera
from carservices_ui.map.culling import Footprint
from carservices_ui.map.geometry import Piece

VertexFormat = list[tuple[bytes, int, str]]
UPLOAD_BYTES, UPLOAD_COST = 1_200_000, 12_000  # a picture; what a mesh costs beside its vertices, in bytes
KEPT = 300  # meshes of a layer kept on the graphics card
SLACK_M = 30.0  # roads are wider than their points, and roofs lean into view
MOVE_M = 20.0  # so far the view may move before it is asked anew what is in it


def mesh(piece: Piece, fmt: VertexFormat) -> Mesh:
    """A piece on the GPU."""
    return Mesh(vertices=piece.vertices, indices=piece.indices, fmt=fmt, mode="triangles")


class Program:
    """One shader program and what is drawn with it."""

    def __init__(self, vertex: str, fragment: str) -> None:
        self.context = RenderContext(vs=vertex, fs=fragment)

    def add(self, instruction: Any) -> None:
        """Draw an instruction with this program, after those added before."""
        self.context.add(instruction)

    def state(self, **uniforms: Any) -> ChangeState:
        """From here on in the order of drawing, these uniforms; returned to be changed later."""
        change = ChangeState(**uniforms)
        self.context.add(change)
        return change

    def look(self, camera: Camera, matrix: Matrix, fog: tuple[float, float]) -> None:
        """Set the camera's uniforms, its `matrix` as kivy has it; marks the scene for drawing."""
        self.context["cam"] = matrix
        self.context["viewport"] = (float(camera.size[0]), float(camera.size[1]))
        self.context["focal"] = float(camera.focal)
        self.context["pxm"] = float(camera.pxm)
        self.context["fog_range"] = fog

    def set(self, **uniforms: Any) -> None:
        """Set uniforms that hold for everything in this program."""
        for name, value in uniforms.items():
            self.context[name] = value


class Budget:
    """How much may be brought to the graphics card with one picture, so that a new part of the map stops nothing."""

    def __init__(self) -> None:
        self._left = 0
        self.exceeded = False
        """Whether something had to wait for the next picture."""

    def renew(self) -> None:
        """The next picture."""
        self._left, self.exceeded = UPLOAD_BYTES, False

    def take(self, piece: Piece) -> bool:
        """Whether a piece may still come along; the first of a picture always may."""
        if self._left <= 0:
            self.exceeded = True
            return False
        self._left -= piece.vertices.nbytes + UPLOAD_COST
        return True


class CellLayer:
    """Pieces of one look; only those in view are on the drawing list, and each is uploaded when first seen.

    Of those out of view the ones seen last are kept.
    """

    def __init__(self, program: Program, fmt: VertexFormat, budget: Budget) -> None:
        self.group = InstructionGroup()
        program.add(self.group)
        self._fmt = fmt
        self._budget = budget
        self._pieces: Sequence[Piece] = ()
        self._center = self._half = np.empty((0, 2))
        self._meshes: dict[int, Mesh] = {}
        self._shown: list[int] = []

    def load(self, pieces: Sequence[Piece], meshes: dict[int, Mesh]) -> None:
        """Replace the content; layers of the same pieces share their `meshes`, empty at first."""
        self.group.clear()
        self._pieces, self._meshes, self._shown = pieces, meshes, []
        boxes = np.array([piece.box for piece in pieces]).reshape(-1, 2, 2)
        self._center, self._half = boxes.mean(axis=1), (boxes[:, 1] - boxes[:, 0]) / 2 + SLACK_M + MOVE_M

    def show(self, footprint: Footprint | None) -> None:
        """Draw the pieces that touch the ground in view; None = nothing."""
        wanted = [] if footprint is None else np.flatnonzero(footprint.touches(self._center, self._half)).tolist()
        wanted = [index for index in wanted if index in self._meshes or self._budget.take(self._pieces[index])]
        if wanted == self._shown:
            return
        self._shown = wanted
        self.group.clear()
        for index in wanted:
            drawn = self._meshes.pop(index, None) or mesh(self._pieces[index], self._fmt)
            self._meshes[index] = drawn  # the ones seen last come last
            self.group.add(drawn)
        for index in list(self._meshes)[: max(0, len(self._meshes) - max(KEPT, len(wanted)))]:
            del self._meshes[index]
