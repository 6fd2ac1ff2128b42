"""Makes the window as bright as the car's brightness signal asks for, and never too dark to be read."""

from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from carservices.signals import Datum
from carservices_ui.store import Store
from carservices_ui.units import HMI, is_number

BRIGHTNESS = f"{HMI}.Brightness"
DARKEST = 0.7
"""Share of each colour left at brightness 0: less than half the light, and every pair of `tokens.READABLE` stays above
3:1, text above 7:1."""


class Dimmer(Widget):
    """A veil over everything; without a value of the signal, or at 100 %, there is none."""

    def __init__(self, store: Store, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.veil = 0.0
        """Its opacity."""
        self._rectangle = Rectangle(pos=self.pos, size=self.size)
        self.bind(pos=self._follow, size=self._follow)
        store.bind(BRIGHTNESS, self._dim)

    def _dim(self, percent: Datum | None) -> None:
        level = min(100.0, max(0.0, percent)) / 100 if is_number(percent) else 1.0
        veil = (1.0 - level) * (1.0 - DARKEST)
        if veil != self.veil:
            self.veil = veil
            self.canvas.clear()
            if veil:
                self.canvas.add(Color(0.0, 0.0, 0.0, veil))
                self.canvas.add(self._rectangle)

    def _follow(self, *_: Any) -> None:
        self._rectangle.pos, self._rectangle.size = self.pos, self.size
