"""Puts the finished map on the glass as a card: round corners above and below, plain pixels between."""

from kivy.graphics import Callback, InstructionGroup, Rectangle, RenderContext
from kivy.graphics.opengl import GL_BLEND, glDisable, glEnable
from kivy.graphics.texture import Texture

from carservices_ui.map import shaders

Point = tuple[float, float]


class Frame(InstructionGroup):
    """Only the two strips with corners are cut out pixel by pixel and blended; the rest is copied, at a fifth of it."""

    def __init__(self) -> None:
        super().__init__()
        self._round, self._plain = (
            RenderContext(vs=shaders.CARD_VS, fs=source, use_parent_modelview=True, use_parent_projection=True)
            for source in (shaders.CARD_FS, shaders.COPY_FS)
        )
        self._strips = Rectangle(), Rectangle()
        self._middle = Rectangle()
        self._opaque = True
        for strip in self._strips:
            self._round.add(strip)
        self._plain.add(Callback(lambda _: glDisable(GL_BLEND) if self._opaque else None))
        self._plain.add(self._middle)
        self._plain.add(Callback(lambda _: glEnable(GL_BLEND)))
        self.add(self._round)
        self.add(self._plain)

    def place(self, picture: Texture, pos: Point, radius: float, opacity: float) -> None:
        """Show `picture`, one pixel for one of the glass, with its lower left corner at `pos`."""
        picture.min_filter = picture.mag_filter = "nearest"
        width, height = picture.size
        x, y = round(pos[0]), round(pos[1])
        edge = round(min(radius, width / 2, height / 2))
        self._opaque = opacity >= 1.0
        for context in (self._round, self._plain):
            context["size"] = (float(width), float(height))
            context["radius"], context["opacity"] = float(edge), float(opacity)
        parts = (
            (self._strips[0], 0, edge),
            (self._middle, edge, height - edge),
            (self._strips[1], height - edge, height),
        )
        for part, low, high in parts:
            part.texture = picture
            part.pos, part.size = (x, y + low), (width, high - low)
            v, w = low / height, high / height
            part.tex_coords = (0, v, 1, v, 1, w, 0, w)
