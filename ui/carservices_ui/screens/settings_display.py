"""Settings of the display: brightness, theme, language, size; and of what is heard."""

from kivy.uix.widget import Widget

from carservices_ui import quick
from carservices_ui.i18n import LANGUAGES, t
from carservices_ui.screens.settings_parts import WIDTH, Part, setting
from carservices_ui.screens.settings_sound import SoundRows

SIZES = (
    (0.8, "settings.size_small"),
    (0.9, "settings.size_medium"),
    (1.0, "settings.size_large"),
    (1.15, "settings.size_largest"),
)
"""Shares of the size that fits the display; the largest makes the words larger, where all else would leave it."""


class DisplayPart(Part):
    """First what may be changed while driving; theme, language and size are choices kept by the shell."""

    def rows(self) -> list[Widget]:
        self.brightness = quick.brightness(self.ui, WIDTH)
        self.theme = quick.theme(self.ui, WIDTH)
        self.language = quick.preference(self.ui, "language", list(LANGUAGES.items()), WIDTH)
        self.scale = quick.preference(self.ui, "scale", [(value, t(key)) for value, key in SIZES], WIDTH)
        self.sound = SoundRows(self.ui)
        self.setup = [
            setting("settings.language", "language", self.language),
            setting("settings.size", "format_size", self.scale),
            self.sound.voice,
        ]
        return [
            setting("settings.volume", "volume_up", self.sound.volume),
            setting("settings.brightness", "brightness_6", self.brightness),
            setting("settings.theme", "dark_mode", self.theme),
            setting("settings.voice_guidance", "navigation", self.sound.guidance),
            *self.setup,
        ]
