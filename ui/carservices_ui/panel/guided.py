"""The panel's group for navigation: the car follows it, misses a turn, enters a tunnel, hears satellites or not."""

from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout

from carservices_ui.i18n import t
from carservices_ui.panel.emulator import Emulator
from carservices_ui.panel.kit import CONTROL, Group, button, choice, line
from carservices_ui.widgets import Toggle

RECEIVERS = (
    ("exact", "panel.gnss_exact"),
    ("open", "panel.gnss_open"),
    ("urban", "panel.gnss_urban"),
)
TUNNEL_M = 500.0


class GuidedGroup(Group):
    """Verbs of the emulator, and the pilot between it and the navigation."""

    def __init__(self, emulator: Emulator) -> None:
        self.following = Toggle(height=dp(CONTROL))
        self.following.bind(on_choose=lambda _, on: emulator.follow(on))
        self.receiver = choice(
            [(value, t(words)) for value, words in RECEIVERS], lambda quality: emulator.do("gnss", quality=quality)
        )
        miss = button(t("panel.miss_turn"), emulator.miss_turn)
        tunnel = button(t("panel.tunnel"), partial(emulator.do, "tunnel", length=TUNNEL_M))
        both = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(12))
        for part in (miss, tunnel):
            part.size_hint_x = 1
            both.add_widget(part)
        super().__init__(
            t("panel.navigation"),
            line(t("panel.follow_navigation"), self.following),
            both,
            line(t("panel.receiver"), self.receiver, width=200),
            icon="navigation",
            hug=True,
        )

    def show(self, emulator: Emulator, status: dict[str, Any]) -> None:
        """How it stands, by the emulator's status."""
        self.following.value = emulator.following
        self.receiver.value = status.get("gnss", {}).get("quality")
