"""Icons and pictures of an app: symbols of the car's own set, and pixels as they came."""

from typing import Any

from kivy.graphics import Color, RoundedRectangle
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices.app.templates import Icon as IconNode
from carservices.app.templates import Image, Picture
from carservices_ui.icons import ICONS
from carservices_ui.templates.host import Host
from carservices_ui.tokens import RADIUS
from carservices_ui.widgets import IconTile
from carservices_ui.widgets.text import Icon

TONES = {
    "default": "accent",
    "primary": "accent",
    "secondary": "text2",
    "red": "alert",
    "green": "energy",
    "blue": "accent",
    "yellow": "heat",
}
"""Colour of an app → colour token of the shell; both are chosen to be readable by day and night."""
UNKNOWN = "extension"
"""For an icon name that the car does not have."""


def icon_name(node: IconNode) -> str:
    """The name, if the car has it."""
    return node.name if node.name in ICONS else UNKNOWN


class Pixels(Widget):
    """A texture, whole, with round corners."""

    def __init__(self, *, radius: float = RADIUS["tile"], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._radius = dp(radius)
        self._texture: Texture | None = None
        with self.canvas:
            self._paint = Color(1, 1, 1, 0)
            self._shape = RoundedRectangle()
        self.bind(pos=self._place, size=self._place)

    def draw(self, texture: Texture | None) -> None:
        """Another picture, None for none."""
        self._texture = texture
        self._paint.a = 0.0 if texture is None else 1.0
        self._shape.texture = texture
        self._place()

    def _place(self, *_: Any) -> None:
        width, height = float(self.width), float(self.height)
        if self._texture is not None:
            fit = min(width / self._texture.width, height / self._texture.height)
            width, height = self._texture.width * fit, self._texture.height * fit
        left, low = self.x + (self.width - width) / 2, self.y + (self.height - height) / 2
        self._shape.pos = (round(left), round(low))
        self._shape.size = (round(width), round(height))
        self._shape.radius = [min(self._radius, width / 4, height / 4)]


class PictureView(FloatLayout):
    """A square of `side` dp for an icon on a tile (`bare`: without one, in the colour of the words beside it: `tone`)
    or for an image.
    """

    def __init__(self, host: Host, side: float, *, bare: bool = False, tone: str = "text") -> None:
        super().__init__(size_hint=(None, None), size=(dp(side), dp(side)))
        self._host = host
        self._side = side
        self._bare = bare
        self._tone = tone
        self._node: Picture | None = None
        self._tile: Icon | None = None
        self._pixels: Pixels | None = None

    def show(self, node: Picture | None) -> None:
        """Another icon or image."""
        self._node = node
        if isinstance(node, Image):
            if self._pixels is None:
                self._pixels = Pixels(pos_hint={"x": 0, "y": 0}, radius=min(RADIUS["tile"], self._side / 5))
                self.add_widget(self._pixels)
            self._pixels.draw(self._host.textures.of(self._host.screen.images.get(node.id)))
        elif node is not None:
            if self._tile is None:
                self._tile = self._make_icon()
            plain = self._bare and node.colour == "default"
            self._tile.show(icon_name(node), tone=self._tone if plain else TONES[node.colour])

    def tone(self, token: str) -> None:
        """The words beside it have another colour."""
        self._tone = token
        self.show(self._node)

    def _make_icon(self) -> Icon:
        if self._bare:
            icon = Icon(UNKNOWN, filled=True, pos_hint={"center_x": 0.5, "center_y": 0.5})
            self.add_widget(icon)
            return icon
        tile = IconTile(UNKNOWN, side=self._side, pos_hint={"x": 0, "y": 0})
        self.add_widget(tile)
        return tile.icon
