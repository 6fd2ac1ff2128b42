"""Surfaces: the rounded card that everything lies on."""

from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices_ui.look import color
from carservices_ui.tokens import ICON, RADIUS
from carservices_ui.widgets.shapes import rounded, shadow
from carservices_ui.widgets.text import Icon

SHADOW = 20
"""How far a shadow reaches, in dp; it falls a quarter of that down."""


class Card(FloatLayout):
    """A surface; `tone` is a colour token, `radius` a radius token, ``pill`` or dp; `afloat` it has a shadow."""

    def __init__(
        self,
        *,
        tone: str = "surface",
        radius: str | float = "card",
        alpha: float = 1.0,
        edged: bool = True,
        afloat: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._fill = color(tone, alpha)
        self._edged = edged
        self._radius = None if radius == "pill" else dp(RADIUS[radius] if isinstance(radius, str) else radius)
        self._shadow: Rectangle | None = None
        with self.canvas.before:
            if afloat:
                Color(1, 1, 1, 1)
                self._shadow = Rectangle()
            self._veil = Color(1, 1, 1, 1)
            self._rectangle = Rectangle()
        self.bind(pos=self._place, size=self._place)
        self._place()

    @property
    def corner(self) -> float:
        """The corner radius in pixels."""
        return float(self.height / 2 if self._radius is None else self._radius)

    def paint(self, tone: str) -> None:
        """Change the surface's colour."""
        self._fill = color(tone, self._fill[3])
        self._place()

    def bare(self, bare: bool) -> None:
        """Show only what lies on it."""
        self._veil.a = 0.0 if bare else 1.0

    def _place(self, *_: Any) -> None:
        self._rectangle.pos = (round(self.x), round(self.y))
        self._rectangle.size = (round(self.width), round(self.height))
        self._rectangle.texture = rounded(self.size, self.corner, self._fill, edged=self._edged)
        if self._shadow is not None:
            soft = round(dp(SHADOW))
            self._shadow.pos = (round(self.x) - soft, round(self.y) - soft - soft // 4)
            self._shadow.texture = shadow(self.size, self.corner, soft)
            self._shadow.size = self._shadow.texture.size


class IconTile(Card):
    """An icon on a small tile, to lead a row or a number; 48 dp."""

    def __init__(
        self, name: str, *, tone: str = "accent", filled: bool = True, side: float = 48, **kwargs: Any
    ) -> None:
        super().__init__(tone="surface3", radius="tile", size_hint=(None, None), size=(dp(side), dp(side)), **kwargs)
        size = "small" if side < ICON["large"] + 12 else "medium"
        self.icon = Icon(name, size=size, tone=tone, filled=filled, pos_hint={"center_x": 0.5, "center_y": 0.5})
        self.add_widget(self.icon)
