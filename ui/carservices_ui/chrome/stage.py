"""Where the screen is: takes swipes, and lets the screen before fade away when another one comes."""

from collections.abc import Callable
from typing import Any

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.graphics import ClearBuffers, ClearColor, Color, Fbo, Rectangle, Translate
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices_ui.look import color
from carservices_ui.tokens import MOTION

SWIPE = 160
"""A swipe is at least this long, in dp."""
DRIFT = 24
"""How far the screen before drifts while it fades, in dp."""


class Stage(FloatLayout):
    """Holds the screen; `on_swipe` is told the way of a swipe that no control took, 1 for the next screen."""

    def __init__(self, on_swipe: Callable[[int], None]) -> None:
        super().__init__(size_hint=(None, None))
        self._on_swipe = on_swipe
        self._leaving: tuple[Color, Rectangle] | None = None

    @property
    def fading(self) -> bool:
        """Whether a screen before is still to be seen."""
        return self._leaving is not None

    def picture(self) -> Texture:
        """What is on the stage now."""
        self._end_fade()
        fbo = Fbo(size=(max(1, round(self.width)), max(1, round(self.height))), with_stencilbuffer=True)
        with fbo:
            ClearColor(*color("bg"))
            ClearBuffers(clear_stencil=True)
            Translate(-round(self.x), -round(self.y))
        fbo.add(self.canvas)
        fbo.draw()
        fbo.remove(self.canvas)
        return fbo.texture

    def fade(self, picture: Texture, direction: int) -> None:
        """Let the picture of the screen before fade over the new one and drift off, against the way taken."""
        leaving = self._leaving = Color(1, 1, 1, 1), Rectangle(texture=picture, pos=self.pos, size=self.size)
        for instruction in leaving:
            self.canvas.after.add(instruction)
        timing = {"duration": MOTION["screen"], "transition": "out_cubic"}
        fade, drift = Animation(a=0.0, **timing), Animation(pos=(self.x - direction * dp(DRIFT), self.y), **timing)

        def begin(_: float) -> None:
            """From the frame after on: building the new screen took a while that must not count."""
            if self._leaving is leaving:
                fade.start(leaving[0])
                drift.start(leaving[1])

        fade.bind(on_complete=lambda *_: self._end_fade())
        Clock.schedule_once(begin)

    def _end_fade(self) -> None:
        if self._leaving is not None:
            for instruction in self._leaving:
                Animation.cancel_all(instruction)
                self.canvas.after.remove(instruction)
            self._leaving = None

    def on_touch_down(self, touch: Any) -> bool:
        if super().on_touch_down(touch):
            return True
        if self.collide_point(*touch.pos):
            touch.grab(self)
            return True
        return False

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is self:
            touch.ungrab(self)
            along, across = touch.x - touch.ox, touch.y - touch.oy
            if abs(along) > dp(SWIPE) and abs(along) > 2 * abs(across):
                self._on_swipe(-1 if along > 0 else 1)
            return True
        handled: bool = super().on_touch_up(touch)
        return handled
