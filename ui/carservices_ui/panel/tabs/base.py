"""What every tab shares: built when shown, dropped when left, and said so when there is no emulator to play with."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices_ui.panel.desk import Desk
from carservices_ui.panel.kit import Cell, Words
from carservices_ui.widgets import Card, Column, Icon, Text


class Tab(FloatLayout):
    """`build` makes the content; what it binds in the store is unbound for it, what it starts it stops in `close`."""

    needs_emulator = True

    def __init__(self, desk: Desk, **kwargs: Any) -> None:
        super().__init__(pos_hint={"x": 0, "y": 0}, **kwargs)
        self.desk = desk
        self._requires: list[tuple[str, Widget]] = []
        self._notice: _Notice | None = None
        self.content = self.build()
        self.add_widget(self.content)
        self.wire()

    def build(self) -> Widget:
        """The content."""
        raise NotImplementedError

    def wire(self) -> None:
        """Connect the content with the car; called once it is built."""

    def changed(self) -> None:
        """The emulator's status may be another."""
        absence = self.desk.emulator.absence if self.needs_emulator else ""
        self.content.disabled = bool(absence)
        self.content.opacity = 0.25 if absence else 1.0
        if self._notice and self._notice.words != absence:
            self.remove_widget(self._notice)
            self._notice = None
        if absence and not self._notice:
            self._notice = _Notice(absence)
            self.add_widget(self._notice)
        for verb, widget in self._requires if not absence else ():
            known = self.desk.emulator.takes(verb)
            widget.disabled, widget.opacity = not known, 1.0 if known else 0.3
        if not absence and self.needs_emulator:
            self.follow(self.desk.emulator.status)

    def follow(self, status: dict[str, Any]) -> None:
        """Show the emulator's own status."""

    def offered(self) -> None:
        """Other signals are on offer."""

    def close(self) -> None:
        """Stop what was started."""

    def requires(self, verb: str, widget: Widget) -> Widget:
        """A control that is dimmed while the HAL does not know its verb."""
        self._requires.append((verb, widget))
        return widget

    def live(self, path: str, cell: Cell | Text, words: Any) -> None:
        """Let `cell` show a signal as `words` makes it of the value, which is never None."""
        self.desk.store.bind(path, lambda value: setattr(cell, "text", "–" if value is None else words(value)))


class _Notice(Card):
    def __init__(self, words: str) -> None:
        center = {"center_x": 0.5, "center_y": 0.5}
        super().__init__(
            tone="overlay", radius="tile", size_hint=(None, None), size=(dp(720), dp(190)), pos_hint=center
        )
        self.words = words
        text = Words(words, tone="text", size_hint_x=None, width=dp(620))
        text.halign = "center"
        self.add_widget(Column(Icon("link_off", tone="heat"), text, gap="m", align="center_x", pos_hint=center))
