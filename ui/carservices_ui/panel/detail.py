"""One signal in detail: what it means, what it is now, its last minute, and ways to set and to break it."""

from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from carservices.signals import Datatype, Datum, SignalConfig, Status
from carservices_ui import refusal
from carservices_ui.i18n import t, words
from carservices_ui.look import color
from carservices_ui.panel import edit
from carservices_ui.panel.desk import Desk
from carservices_ui.panel.kit import CONTROL, Cell, Field, Plot, Words, button
from carservices_ui.panel.signals import SPAN, STEP
from carservices_ui.store import Outcome
from carservices_ui.widgets import Card, Text
from carservices_ui.widgets.lists import Scroll

FAILURES = {
    "silent": ("panel.silent", Status.UNAVAILABLE),
    "error": ("panel.error", Status.ERROR),
    "stuck": ("panel.stuck", None),
    "jitter": ("panel.jitter", None),
    "out_of_range": ("panel.out_of_range", None),
}
"""Ways in which a sensor fails: the emulator's mode, the key of its button, and what the hub itself can pretend."""
STATES = {
    Status.AVAILABLE: "panel.available",
    Status.UNAVAILABLE: "panel.unavailable",
    Status.ERROR: "panel.in_error",
}
INJECT = 150
"""Width of that button in dp."""
CHOICES = 6
"""With up to this many values one clicks them instead of typing."""


class Detail(Card):
    """Shows `path`; empty without one."""

    def __init__(self, desk: Desk, **kwargs: Any) -> None:
        super().__init__(radius="tile", **kwargs)
        self._desk = desk
        self.path: str | None = None
        self.entry = Field(hint=t("panel.value"))
        self.entry.bind(on_text_validate=lambda _: self.set())
        self.value = Text("", role="primary", strong=True)
        self.state = Cell("", align="left")
        self.outcome = Words("", tone="text2")
        self.broken = Words("", tone="heat")
        self.plot = Plot(size_hint_y=None, height=dp(200))
        self._emulated: bool | None = None

    @property
    def typing(self) -> bool:
        return bool(self.entry.focus)

    @property
    def config(self) -> SignalConfig | None:
        """What the HAL says about the signal shown."""
        return self._desk.signals.configs.get(self.path or "")

    def show(self, path: str | None) -> None:
        """Show another signal."""
        self.path = path
        self.outcome.text = ""
        self.entry.text = ""
        self._build()

    def changed(self) -> None:
        """The emulator may have come, gone or broken something."""
        if self._emulated != self._desk.emulator.takes("fail"):
            self._build()
        self._note()

    def refresh(self) -> None:
        """Show the value of now and the last minute."""
        if self.path is None or self.config is None:
            return
        value = self._desk.signals.value(self.path)
        status = Status.UNAVAILABLE if value is None else value.status
        unit = f" {edit.unit(self.config)}" if status is Status.AVAILABLE else ""
        self.value.text = edit.short(value)[:28] + unit
        self.state.text = t(STATES[status])
        self.state.tone({Status.AVAILABLE: "energy", Status.ERROR: "alert"}.get(status, "text3"))
        if self.plot.parent:
            past = self._desk.signals.past.get(self.path, ())
            self.plot.show(tuple(past), round(SPAN / STEP), lambda number: edit.text(round(number, 3)))

    def set(self, value: Datum | None = None) -> None:
        """Actuate it as a client would, with `value` or what is typed."""
        if self.path is not None and (chosen := self._value(value)) is not None:
            self._say(t("panel.sent_now"), "accent")
            self._desk.set(self.path, chosen, self._ended(t("panel.accepted"), t("panel.is_refused")))

    def inject(self, value: Datum | None = None) -> None:
        """Pretend that the sensor says `value` or what is typed."""
        if self.path is None or (chosen := self._value(value)) is None:
            return
        if self._desk.emulator.takes("inject"):
            self._desk.emulator.do(
                "inject", self._ended(t("panel.injected"), t("panel.not_injected")), path=self.path, value=chosen
            )
        else:
            self._pretend(chosen, Status.AVAILABLE)

    def fail(self, mode: str) -> None:
        """Break the sensor."""
        if self.path is None:
            return
        if self._desk.emulator.takes("fail"):
            self._desk.emulator.do(
                "fail", self._ended(t("panel.broken"), t("panel.not_broken")), path=self.path, mode=mode
            )
        elif (status := FAILURES[mode][1]) is not None:
            self._pretend(None, status)

    def clear(self) -> None:
        """Repair it."""
        if self.path is not None:
            self._desk.emulator.do("clear", self._ended(t("panel.repaired"), t("panel.not_repaired")), path=self.path)

    def _note(self) -> None:
        mode = self._desk.emulator.status.get("sensors", {}).get(self.path)
        if mode is None or mode == "inject":
            self.broken.text = t("panel.holds") if mode else ""
        else:
            self.broken.text = t("panel.fails", mode=words(f"panel.mode_{mode}", mode))

    def _pretend(self, value: Datum | None, status: Status) -> None:
        path = self.path or ""
        note = self._ended(t("panel.injected_until"), t("panel.not_injected"))

        def ended(outcome: Outcome) -> None:
            self._desk.emulator.report(f"inject {path}", outcome)
            note(outcome)

        store = self._desk.store
        self._desk.backend.inject(path, value, status, lambda outcome: store.post(lambda: ended(outcome)))

    def _value(self, value: Datum | None) -> Datum | None:
        if value is not None or self.config is None:
            return value
        try:
            return edit.parse(self.config, self.entry.text)
        except edit.InvalidValue as error:
            self._say(str(error), "alert")
            return None

    def _ended(self, well: str, badly: str) -> Any:
        path = self.path

        def ended(outcome: Outcome) -> None:
            if path == self.path:
                words = well if outcome.ok else f"{badly}: {refusal.full(outcome, self._desk.store)}"
                self._say(words, "energy" if outcome.ok else "alert")

        return ended

    def _say(self, words: str, tone: str) -> None:
        self.outcome.text = words
        self.outcome.color = self.outcome.disabled_color = color(tone)

    def _build(self) -> None:
        for kept in (self.entry, self.value, self.state, self.outcome, self.broken, self.plot):
            if kept.parent:
                kept.parent.remove_widget(kept)
        self.clear_widgets()
        self._emulated = self._desk.emulator.takes("fail")
        config = self.config
        if config is None:
            return
        scroll = Scroll(gap="s", pos_hint={"x": 0, "y": 0})
        scroll.body.padding = (dp(24), dp(18))
        name, _, last = config.path.rpartition(".")
        known = self._desk.catalogue.get(config.path)
        parts: list[Widget] = [
            Words(f"{name}.", tone="text3"),
            Words(last, tone="text", role="primary"),
            Words(known.description if known else t("panel.not_catalogued")),
            _pair(self.value, self.state),
            self.broken,
            *([self.plot] if config.datatype.is_number and not config.datatype.is_array else []),
            *(_trait(*pair) for pair in edit.traits(config)),
            *self._inputs(config),
            self.outcome,
            Words(t("panel.break_it"), tone="text2"),
            self._failures(),
        ]
        for part in parts:
            scroll.body.add_widget(part)
        self.add_widget(scroll)
        self.refresh()
        self._note()

    def _inputs(self, config: SignalConfig) -> list[Widget]:
        values = (True, False) if config.datatype is Datatype.BOOLEAN else config.allowed
        if not config.datatype.is_array and values and len(values) <= CHOICES:
            rows: list[Widget] = [Words(t("panel.allowed"), tone="text2")] if config.allowed else []
            return [*rows, *(self._pick(config, value) for value in values)]
        rows = [Words(t("panel.allowed_list", values=", ".join(map(str, values))))] if values else []
        row = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(10))
        row.add_widget(self.entry)
        row.add_widget(button(t("panel.inject"), self.inject, width=INJECT))
        if edit.writable(config):
            row.add_widget(button(t("panel.set"), self.set, kind="primary", width=120))
        return [*rows, row]

    def _pick(self, config: SignalConfig, value: Any) -> Widget:
        row = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(10))
        row.add_widget(Cell(edit.text(value), strong=True))
        row.add_widget(button(t("panel.inject"), lambda: self.inject(value), width=INJECT))
        if edit.writable(config):
            row.add_widget(button(t("panel.set"), lambda: self.set(value), kind="primary", width=120))
        return row

    def _failures(self) -> Widget:
        grid = GridLayout(cols=3, spacing=dp(8), size_hint_y=None)
        grid.bind(minimum_height=grid.setter("height"))
        for mode, (key, status) in FAILURES.items():
            if self._emulated or status is not None:
                grid.add_widget(_filling(button(t(key), partial(self.fail, mode))))
        if self._emulated:
            grid.add_widget(_filling(button(t("panel.clear"), self.clear, kind="primary")))
        return grid


def _filling(widget: Widget) -> Widget:
    widget.size_hint_x = 1
    return widget


def _trait(name: str, words: str) -> Widget:
    row = BoxLayout(size_hint_y=None, height=dp(32), spacing=dp(14))
    row.add_widget(Cell(name, tone="text2", size_hint_x=0.54))
    row.add_widget(Cell(words, align="left"))
    return row


def _pair(value: Text, state: Cell) -> Widget:
    row = BoxLayout(size_hint_y=None, height=dp(52), spacing=dp(16))
    for part in (value, state):
        part.pos_hint = {"center_y": 0.5}
        row.add_widget(part)
    return row
