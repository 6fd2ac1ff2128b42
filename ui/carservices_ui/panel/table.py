"""The table of signals: as many rows as fit, moved over any number of paths."""

import time
from collections.abc import Sequence
from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.stencilview import StencilView

from carservices.signals import Access, ChangeMode, SignalConfig, Status, Value
from carservices_ui.i18n import t
from carservices_ui.look import color
from carservices_ui.panel import edit
from carservices_ui.panel.kit import Cell
from carservices_ui.panel.signals import Signals
from carservices_ui.widgets import Icon
from carservices_ui.widgets.shapes import plate

ROW = 62
"""Height of a row in dp: the name of the signal and its values, below them its branch and its config."""
BAR = 22
"""Width of the scroll bar's grip area in dp."""
FRESH = 0.8
"""s a change stays highlighted."""
COLUMNS = {"Path": 1.0, "Value": 150.0, "Unit": 84.0, "Status": 74.0}
"""Widths in dp; shares of the rest up to 1."""
CONFIG = 210
"""Width of a config in dp."""
ACCESS = {Access.READ: "r", Access.WRITE: "w", Access.READ_WRITE: "rw"}
STATES = {
    Status.AVAILABLE: ("check_circle", "energy"),
    Status.UNAVAILABLE: ("block", "text3"),
    Status.ERROR: ("error", "alert"),
}


class SignalTable(StencilView):
    """`paths` in rows; the chosen one is `selected`."""

    paths: Sequence[str] = ObjectProperty(())
    selected: str | None = ObjectProperty(None, allownone=True)
    offset = NumericProperty(0.0)
    """Pixels scrolled off the top."""

    def __init__(self, signals: Signals, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._signals = signals
        self.rows: list[SignalRow] = []
        with self.canvas.after:
            self._grip_paint = Color(*color("control", 0.6))
            self._grip = plate(dp(4))
        self.bind(size=self._lay, pos=self._lay, paths=self._lay, offset=self._lay, selected=self._lay)

    @property
    def travel(self) -> float:
        """How far it can be scrolled."""
        return max(0.0, float(len(self.paths) * dp(ROW) - self.height))

    def scroll(self, pixels: float) -> None:
        self.offset = float(min(self.travel, max(0.0, self.offset + pixels)))

    def step(self, rows: int) -> None:
        """Select another row, `rows` further down."""
        if self.paths:
            at = self.paths.index(self.selected) if self.selected in self.paths else -1
            at = min(len(self.paths) - 1, max(0, at + rows))
            self.selected = self.paths[at]
            self._reveal(at)

    def refresh(self) -> None:
        """Show the values of now in the rows that are seen."""
        now = time.monotonic()
        for row in self.rows:
            row.refresh(self._signals, now)

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        if touch.is_mouse_scrolling:
            self.scroll(dp(ROW) * 3 * (1 if touch.button == "scrollup" else -1))
        elif self.travel and touch.x > self.x + self.width - dp(BAR):
            touch.grab(self)
            self._drag(touch)
        else:
            index = int((self.y + self.height - touch.y + self.offset) // dp(ROW))
            if index < len(self.paths):
                self.selected = self.paths[index]
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is self:
            self._drag(touch)
            return True
        return False

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is self:
            touch.ungrab(self)
            return True
        return False

    def _drag(self, touch: Any) -> None:
        grip = self._grip.size[1]
        share = (self.y + self.height - grip / 2 - touch.y) / max(1.0, self.height - grip)
        self.offset = float(min(1.0, max(0.0, share)) * self.travel)

    def _reveal(self, index: int) -> None:
        top, row = index * dp(ROW), dp(ROW)
        if top < self.offset:
            self.offset = float(top)
        elif top + row > self.offset + self.height:
            self.offset = float(top + row - self.height)

    def _lay(self, *_: Any) -> None:
        self.offset = float(min(self.offset, self.travel))
        row_height = dp(ROW)
        first = int(self.offset // row_height)
        seen = max(0, min(len(self.paths) - first, int(self.height // row_height) + 2))
        while len(self.rows) < seen:
            self.rows.append(SignalRow())
            self.add_widget(self.rows[-1])
        for row in self.rows[seen:]:
            self.remove_widget(row)
        del self.rows[seen:]
        now = time.monotonic()
        for index, row in enumerate(self.rows, start=first):
            path = self.paths[index]
            row.size = (self.width - dp(BAR), row_height)
            row.pos = (self.x, self.y + self.height - (index + 1) * row_height + self.offset)
            row.show(path, self._signals.configs[path], striped=index % 2 == 1, selected=path == self.selected)
            row.refresh(self._signals, now)
        share = self.height / max(1.0, len(self.paths) * row_height)
        height = max(dp(48), self.height * share)
        self._grip_paint.a = 0.6 if self.travel else 0.0
        top = self.y + self.height - (self.height - height) * (self.offset / self.travel if self.travel else 0.0)
        self._grip.size, self._grip.pos = (dp(8), height), (self.x + self.width - dp(14), top - height)


class SignalRow(BoxLayout):
    """One signal in the table."""

    def __init__(self) -> None:
        super().__init__(size_hint=(None, None), padding=(dp(16), dp(4)), orientation="vertical")
        with self.canvas.before:
            self._paint = Color(0, 0, 0, 0)
            self._back = Rectangle()
        self.path = ""
        self._shown: tuple[Value | None, bool] | None = None
        self.name, self.value = column("Path"), column("Value", strong=True)
        self.unit = column("Unit", tone="text3")
        self.state = Icon("block", size="small", tone="text3", size_hint=(None, 1), width=dp(COLUMNS["Status"]))
        self.status: Status | None = None
        self.branch = Cell(cut="left", tone="text3", role="caption")
        self.config = Cell(align="right", tone="text3", role="caption", size_hint_x=None, width=dp(CONFIG))
        for height, cells in (
            (3, (self.name, self.value, self.unit, self.state)),
            (2, (self.branch, self.config)),
        ):
            line = BoxLayout(spacing=dp(14), size_hint_y=height)
            for cell in cells:
                line.add_widget(cell)
            self.add_widget(line)
        self.bind(pos=self._follow, size=self._follow)

    def show(self, path: str, config: SignalConfig, *, striped: bool, selected: bool) -> None:
        """Become the row of a signal."""
        self._paint.rgba = color("accent_tint") if selected else color("surface2", 0.5 if striped else 0.0)
        if path != self.path:
            self.path = path
            self._shown = None
            branch, _, self.name.text = path.rpartition(".")
            self.branch.text = branch.removeprefix("Vehicle").removeprefix(".")
            self.unit.text = edit.unit(config)
            self.config.text = _brief(config)

    def refresh(self, signals: Signals, now: float) -> None:
        """Show the value of now."""
        value = signals.value(self.path)
        fresh = now - signals.changed.get(self.path, float("-inf")) < FRESH
        if self._shown == (value, fresh):
            return
        self._shown = (value, fresh)
        status = Status.UNAVAILABLE if value is None else value.status
        self.value.text = edit.short(value)
        if status is not self.status:
            self.status = status
            icon, tone = STATES[status]
            self.state.show(icon, tone=tone, filled=True)
        self.value.tone("accent" if fresh else "text" if status is Status.AVAILABLE else "text3")

    def _follow(self, *_: Any) -> None:
        self._back.pos, self._back.size = self.pos, self.size


def column(name: str, **kwargs: Any) -> Cell:
    """A cell as wide as its column."""
    width = COLUMNS[name]
    if width > 1:
        kwargs |= {"size_hint_x": None, "width": dp(width)}
    return Cell(align="right" if name == "Value" else "left", **kwargs)


def _brief(config: SignalConfig) -> str:
    pace = {ChangeMode.CONTINUOUS: f"{config.max_rate:g} Hz", ChangeMode.STATIC: t("panel.static")}.get(
        config.change_mode
    )
    return " · ".join((config.datatype.value, ACCESS[config.access], *([pace] if pace else [])))
