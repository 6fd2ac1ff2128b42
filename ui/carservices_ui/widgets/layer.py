"""A layer of the window kept as a picture: drawn again only when something in it changes."""

from typing import Any

from kivy.graphics import Callback, Canvas, ClearBuffers, ClearColor, Color, Rectangle, Translate
from kivy.graphics.opengl import GL_BLEND, glDisable, glEnable
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices_ui.look import color
from carservices_ui.widgets.ahead import FboAhead


class Layer(FloatLayout):
    """An opaque part of the window in the colour of the background; its children lie in a framebuffer."""

    def __init__(self, **kwargs: Any) -> None:
        self.canvas = Canvas()
        with self.canvas:
            self._fbo = FboAhead(size=(1, 1), with_stencilbuffer=True)
            Callback(lambda _: glDisable(GL_BLEND))
            Color(1, 1, 1, 1)
            self._picture = Rectangle()
            Callback(lambda _: glEnable(GL_BLEND))
        with self._fbo:
            ClearColor(*color("bg"))
            ClearBuffers(clear_stencil=True)
            self._shift = Translate()
        super().__init__(**kwargs)
        self.bind(pos=self._place, size=self._place)

    def add_widget(self, widget: Widget, *args: Any, **kwargs: Any) -> None:
        own, self.canvas = self.canvas, self._fbo
        super().add_widget(widget, *args, **kwargs)
        self.canvas = own

    def remove_widget(self, widget: Widget, *args: Any, **kwargs: Any) -> None:
        own, self.canvas = self.canvas, self._fbo
        super().remove_widget(widget, *args, **kwargs)
        self.canvas = own

    def _place(self, *_: Any) -> None:
        x, y, size = round(self.x), round(self.y), (max(1, round(self.width)), max(1, round(self.height)))
        self._shift.xy = (-x, -y)
        if tuple(self._fbo.size) != size:
            self._fbo.size = size
        self._fbo.texture.min_filter = self._fbo.texture.mag_filter = "nearest"
        self._picture.texture = self._fbo.texture
        self._picture.pos, self._picture.size = (x, y), size
