"""The quick panel: volume, brightness and theme over any screen, also while driving; it goes by itself."""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices_ui import quick
from carservices_ui.store import Unbind
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.units import percent
from carservices_ui.widgets import Card, Column, Icon, Row, Text, ValueSlider

IDLE_SECONDS = 6.0
"""Untouched so long, it goes."""
WIDTH, HEIGHT = 560, 3 * TARGET + 40
EDGE = 24
FIGURE = 92
"""Room for a number in percent."""
CLICKS = {"softer": -1, "louder": 1, "mute": 0}
"""Keys of the volume, and by how many steps each turns it; none: it is silenced, or heard again."""
SLIDER = WIDTH - 2 * EDGE - TARGET - FIGURE


class QuickPanel(FloatLayout):
    """A card at the top right; a touch beside it takes it away and goes on to what it meant."""

    def __init__(self, ui: Ui, close: Callable[["QuickPanel"], None], toggles: Callable[[Any], bool]) -> None:
        """`close` takes it away; of a touch that `toggles` it that is left to what is touched."""
        super().__init__()
        self._ui = ui
        self._close, self._toggles = close, toggles
        self._unbinds: list[Unbind] = []
        self.build()
        self._timer = Clock.schedule_once(lambda _: self._close(self), IDLE_SECONDS)

    def build(self) -> None:
        """Build it, and again after a change of theme or size; its card is to be `put` then."""
        self._unbind()
        self.clear_widgets()
        with self._ui.store.recording() as self._unbinds:
            self.volume = quick.volume(self._ui, SLIDER)
            self.mute = quick.mute(self._ui)
            self.brightness = quick.brightness(self._ui, SLIDER)
            self.theme = quick.theme(self._ui, WIDTH - 2 * EDGE)
        sun = Row(Icon("brightness_6", tone="text2"), padding=(dp(20), 0))
        rows = Column(
            Row(self.mute, self.volume, _Figure(self.volume), gap=None),
            Row(sun, self.brightness, _Figure(self.brightness), gap=None),
            self.theme,
            gap="s",
            pos_hint={"center_x": 0.5, "center_y": 0.5},
        )
        size = dp(WIDTH), dp(HEIGHT)
        self.card = Card(tone="overlay", radius="overlay", afloat=True, size_hint=(None, None), size=size)
        self.card.add_widget(rows)
        self.add_widget(self.card)

    def put(self, right: float, top: float) -> None:
        """Place the card by its top right corner, in pixels."""
        self.card.pos = round(right - self.card.width), round(top - self.card.height)

    def click(self, steps: int) -> None:
        """A key of the volume, see `CLICKS`."""
        if not self.volume.usable:
            return
        if steps:
            self.volume.turn(steps)
        else:
            self.mute.tap()

    def stay(self) -> None:
        """It is in use: it goes later."""
        self._timer.cancel()
        self._timer()

    def close(self) -> None:
        """Called once when it is taken away."""
        self._timer.cancel()
        self._unbind()

    def on_touch_down(self, touch: Any) -> bool:
        if not self.card.collide_point(*touch.pos):
            if not self._toggles(touch):
                self._close(self)
            return False
        self.stay()
        super().on_touch_down(touch)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        self.stay()
        handled: bool = super().on_touch_move(touch)
        return handled

    def _unbind(self) -> None:
        for unbind in self._unbinds:
            unbind()
        self._unbinds = []


class _Figure(Text):
    """The slider's value."""

    def __init__(self, slider: ValueSlider) -> None:
        super().__init__(tone="text2", halign="right", text_size=(dp(FIGURE), None))
        slider.bind(value=self._show)
        self._show(slider, slider.value)

    def _show(self, _: Any, value: float | None) -> None:
        self.text = percent(value)
