"""The status bar: time, date, selected gear, outside temperature, connection, sound, settings and who drives."""

from collections.abc import Callable
from datetime import datetime

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices.api.audio import AudioState
from carservices.api.people import Profiles
from carservices.signals import Datum
from carservices_ui import people
from carservices_ui.i18n import t
from carservices_ui.streams import AUDIO
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Avatar, Card, Control, Icon, IconButton, Row, Text

HEIGHT = 60
DISC = 36
OVERHANG = (TARGET - DISC) / 2
"""By which the target of the disc reaches over the end of the bar; the disc itself ends with it."""
GEARS = {126: "P", -1: "R", 0: "N"}
"""VSS: positive numbers and 127 are forward gears."""


class StatusBar(FloatLayout):
    """One line, read at a glance; the targets at its end are as high as every target, so they reach below it."""

    def __init__(self, ui: Ui, quick: Callable[[], None]) -> None:
        """`quick` opens the quick panel, and closes it."""
        super().__init__(size_hint=(None, None))
        self._ui = ui
        self.time = Text(role="body", strong=True)
        self.date = Text(role="caption", tone="text2")
        self.gear = GearDisplay()
        self.outside_icon = Icon("device_thermostat", size="small", tone="text2")
        self.outside = Text(role="body")
        self.link = Icon("link_off", size="small", tone="alert")
        self.add_widget(Row(self.time, self.date, gap="m", pos_hint={"x": 0.011, "center_y": 0.5}))
        self.gear.pos_hint = {"center_x": 0.545, "center_y": 0.5}
        self.add_widget(self.gear)
        end = Row(self.outside_icon, self.outside, self.link, gap="s", pos_hint={"right": 1, "center_y": 0.5})
        end.spacing, end.padding = dp(12), (0, 0, dp(DISC + 160), 0)
        self.add_widget(end)
        middle = 1 - HEIGHT / 2 / TARGET
        self.settings = IconButton("settings", size_token="small", tone="text2", pos_hint={"top": 1})
        self.settings.icon.pos_hint = {"center_x": 0.58, "center_y": middle}
        self.settings.bind(on_release=lambda *_: ui.show("settings"))
        self.sound = IconButton("volume_up", size_token="small", tone="text2", pos_hint={"top": 1})
        self.sound.icon.pos_hint = {"center_x": 0.68, "center_y": middle}
        self.sound.bind(on_release=lambda *_: quick())
        self.person = Control(radius="pill", pos_hint={"top": 1})
        self.avatar = Avatar(DISC, pos_hint={"center_x": 0.5, "center_y": middle})
        self.person.add_widget(self.avatar)
        self.person.bind(on_release=lambda *_: self._open_people())
        for target in (self.sound, self.settings, self.person):
            self.add_widget(target)
        self.bind(pos=self._place, size=self._place)
        ui.store.bind_stream(people.STREAM, self._show_person)
        ui.store.bind_stream(AUDIO, self._show_sound)
        ui.store.bind("Vehicle.Powertrain.Transmission.SelectedGear", self.gear.show)
        ui.store.bind("Vehicle.Exterior.AirTemperature", self._show_outside)
        ui.store.bind_link(self._show_link)
        self._clock = Clock.schedule_interval(self._tick, 1.0)

    def close(self) -> None:
        """Stop the clock."""
        self._clock.cancel()

    def _place(self, *_: object) -> None:
        self.person.right = self.right + dp(OVERHANG)
        self.settings.right = self.person.x
        self.sound.right = self.settings.x

    def _open_people(self) -> None:
        self._ui.places["settings"] = "people"
        self._ui.show("settings")

    def _show_person(self, state: Profiles | None) -> None:
        self.avatar.show(state.active if state else "", people.called(state.current) if state else "")

    def _show_sound(self, state: AudioState | None) -> None:
        self.sound.icon.show("volume_off" if state is not None and state.volume == 0 else "volume_up")

    def _tick(self, *_: object) -> None:
        now = datetime.now()
        self.time.text = self._ui.units.clock(now.hour, now.minute)
        if not self._linked:
            self.date.text = t("control.waiting")
            return
        day, month = t("format.days").split()[now.weekday()], t("format.months").split()[now.month - 1]
        self.date.text = t("format.date", day=day, n=now.day, month=month)

    def _show_outside(self, value: Datum | None) -> None:
        self.outside.text = self._ui.units.text("temperature", value)
        cold = isinstance(value, int | float) and value <= 3
        self.outside_icon.show("ac_unit" if cold else "device_thermostat", tone="accent" if cold else "text2")

    def _show_link(self, up: bool) -> None:
        """While there is no car, the place of the date says so."""
        self._linked = up
        self.link.show("link" if up else "link_off", tone="text2" if up else "alert")
        self.date.tone("text2" if up else "alert")
        self._tick()


class GearDisplay(Row):
    """P R N D with the selected one in a light box."""

    def __init__(self) -> None:
        self._boxes: dict[str, tuple[Card, Text]] = {}
        cells = []
        for letter in "PRND":
            card = Card(tone="inverse", radius=10, edged=False, size_hint=(None, None), size=(dp(36), dp(36)))
            word = Text(letter, strong=True, tone="text2", pos_hint={"center_x": 0.5, "center_y": 0.5})
            card.add_widget(word)
            self._boxes[letter] = (card, word)
            cells.append(card)
        super().__init__(*cells, gap="xs")
        self.selected = ""

    def show(self, gear: Datum | None) -> None:
        """The signal's number; None selects none."""
        self.selected = "" if gear is None else GEARS.get(int(str(gear)), "D")
        for letter, (card, word) in self._boxes.items():
            chosen = letter == self.selected
            card.bare(not chosen)
            word.tone("on_inverse" if chosen else "text2")
