"""A framebuffer that is drawn before the window begins its picture, instead of in the middle of it."""

from typing import Any

from kivy.core.window import Window
from kivy.graphics import Fbo


class FboAhead(Fbo):
    """Software GL draws what the window had already by itself, and keeps two pictures of all that is drawn here."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        Window.bind(on_draw=self._draw_ahead)

    def _draw_ahead(self, *_: object) -> None:
        if self.needs_redraw:
            self.draw()
