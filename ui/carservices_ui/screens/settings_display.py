"""Settings of the display: theme, language, size, brightness; and of what is heard."""

from typing import Any

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices_ui.binding import bind_signal
from carservices_ui.dimmer import BRIGHTNESS
from carservices_ui.i18n import LANGUAGES, t
from carservices_ui.screens.settings_parts import Part, setting
from carservices_ui.screens.settings_sound import SoundRows
from carservices_ui.widgets import Segmented, ValueControl, ValueSlider

THEMES = (("auto", "settings.theme_auto"), ("day", "settings.theme_day"), ("night", "settings.theme_night"))
SIZES = (
    (0.8, "settings.size_small"),
    (0.9, "settings.size_medium"),
    (1.0, "settings.size_large"),
    (1.15, "settings.size_largest"),
)
"""Shares of the size that fits the display; the largest makes the words larger, where all else would leave it."""
WIDTH = 560


class DisplayPart(Part):
    """All but the brightness and the sound are choices for this display, kept by the shell."""

    def rows(self) -> list[Widget]:
        self.theme = self._choice("theme", [(value, t(key)) for value, key in THEMES])
        self.language = self._choice("language", list(LANGUAGES.items()))
        self.scale = self._choice("scale", [(value, t(key)) for value, key in SIZES])
        self.brightness = ValueSlider(low=0, high=100, step=5, width=dp(WIDTH))
        bind_signal(self.ui, self.brightness, BRIGHTNESS, send=float)
        self.sound = SoundRows(self.ui)
        return [
            setting("settings.theme", "dark_mode", self.theme),
            setting("settings.language", "language", self.language),
            setting("settings.size", "format_size", self.scale),
            setting("settings.brightness", "brightness_6", self.brightness),
            *self.sound.all,
        ]

    def _choice(self, name: str, choices: list[tuple[Any, str]]) -> Segmented:
        """A choice among `choices` for one of the preferences."""
        control = Segmented(choices, width=WIDTH)
        control.value = getattr(self.ui.preferences, name)

        def choose(_: ValueControl, value: Any) -> None:
            setattr(self.ui.preferences, name, value)
            self.ui.preferences.save()
            self.ui.restyle()

        control.bind(on_choose=choose)
        return control
