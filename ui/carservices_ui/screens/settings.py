"""Settings: categories on the left, the rows of the chosen one on the right."""

from dataclasses import dataclass

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.driving import Restriction
from carservices_ui.i18n import t
from carservices_ui.screens.base import Page
from carservices_ui.screens.settings_developer import DeveloperPart
from carservices_ui.screens.settings_display import DisplayPart
from carservices_ui.screens.settings_parts import Part
from carservices_ui.screens.settings_system import SystemPart
from carservices_ui.screens.settings_units import UnitsPart
from carservices_ui.widgets import Card, Column, Control, Icon, Row, Text

NAV = 264


@dataclass(frozen=True)
class Category:
    """One of the list on the left; `sets` is False for one that only shows."""

    name: str
    icon: str
    part: type[Part]
    sets: bool = True


CATEGORIES = (
    Category("display", "brightness_6", DisplayPart),
    Category("units", "straighten", UnitsPart),
    Category("system", "info", SystemPart),
    Category("developer", "code", DeveloperPart, sets=False),
)


class SettingsScreen(Page):
    """While driving nothing can be set, and the title row says why; the developer's view only shows."""

    name = "settings"
    title = "screen.settings"
    blocked_by = Restriction.NO_SETUP

    def build(self) -> None:
        offered = [c for c in CATEGORIES if c.name != "developer" or self.ui.preferences.developer]
        place = self.ui.places.get(self.name)
        self.category = next((c for c in offered if c.name == place), offered[0])
        if not self.category.sets:
            self.blocked_by = Restriction.BASELINE
        self.part = self.guarded = self.category.part(self.ui)
        self.categories = {c.name: CategoryButton(c, selected=c is self.category) for c in offered}
        for name, button in self.categories.items():
            button.bind(on_release=lambda *_, name=name: self._go(name))
        nav = Column(*self.categories.values(), gap="s", size_hint=(None, None), width=dp(NAV))
        nav.pos_hint = {"top": 1}
        self.body.add_widget(Row(nav, self.part, gap="l", size_hint=(1, 1)))

    def close(self) -> None:
        self.part.close()

    def _go(self, name: str) -> None:
        self.ui.places[self.name] = name
        self.ui.restyle()


class CategoryButton(Control):
    """Icon and words, lit when chosen."""

    def __init__(self, category: Category, *, selected: bool) -> None:
        super().__init__(size_hint=(1, None))
        center = {"center_x": 0.5, "center_y": 0.5}
        if selected:
            self.add_widget(Card(tone="accent_tint", radius="tile", pos_hint=center))
        words: list[Widget] = [
            Icon(category.icon, tone="accent" if selected else "text2", filled=selected),
            Text(t(f"settings.{category.name}"), tone="text" if selected else "text2", strong=selected),
        ]
        self.add_widget(Row(*words, gap="m", size_hint=(1, 1), padding=(dp(20), 0), pos_hint=center))
