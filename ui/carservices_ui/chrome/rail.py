"""The rail on the left: one target per screen that leads somewhere, the current one lit."""

from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout

from carservices_ui import notices
from carservices_ui.look import color
from carservices_ui.screens import BY_NAME, SCREENS, ScreenInfo
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Badge, Control, Icon, spacer
from carservices_ui.widgets.shapes import rounded

WIDTH = 100
SLOTS = 7
"""Targets keep their places when there are fewer."""


class Rail(BoxLayout):
    """Targets of 76 dp from top to bottom."""

    def __init__(self, ui: Ui, current: str) -> None:
        super().__init__(orientation="vertical", padding=(dp(12), dp(18)), size_hint=(None, None))
        lit = BY_NAME[current].within or current
        targets = [info for info in SCREENS if info.rail]
        for index in range(max(SLOTS, len(targets))):
            if index:
                self.add_widget(spacer())
            info = targets[index] if index < len(targets) else None
            self.add_widget(
                RailButton(info, ui, selected=info.name == lit) if info else spacer(size_hint_y=None, height=dp(TARGET))
            )


class RailButton(Control):
    """One screen's target."""

    def __init__(self, info: ScreenInfo, ui: Ui, *, selected: bool) -> None:
        super().__init__(radius="overlay")
        self.name = info.name
        self._ui = ui
        if selected:
            with self.canvas.before:
                Color(1, 1, 1, 1)
                self._light = Rectangle()
            self.bind(pos=self._place, size=self._place)
        tone = "accent" if selected else "text2"
        center = {"center_x": 0.5, "center_y": 0.5}
        self.add_widget(Icon(info.icon, tone=tone, filled=selected, pos_hint=center))
        if info.name == "notifications":
            self.badge = Badge(pos_hint={"center_x": 0.72, "center_y": 0.72})
            self.add_widget(self.badge)
            notices.bind_count(ui.store, self.badge.count)

    def on_release(self) -> None:
        self._ui.show(self.name)

    def _place(self, *_: object) -> None:
        self._light.pos, self._light.size = self.pos, self.size
        self._light.texture = rounded(self.size, self.corner, color("accent_tint"))
