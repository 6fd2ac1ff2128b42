"""Settings: categories on the left, the rows of the chosen one on the right."""

from dataclasses import dataclass

from kivy.metrics import dp

from carservices.api.driving import Restriction
from carservices_ui.i18n import t
from carservices_ui.screens.base import Page
from carservices_ui.screens.settings_developer import DeveloperPart
from carservices_ui.screens.settings_display import DisplayPart
from carservices_ui.screens.settings_maps import MapsPart
from carservices_ui.screens.settings_parts import Part
from carservices_ui.screens.settings_people import PeoplePart
from carservices_ui.screens.settings_system import SystemPart
from carservices_ui.screens.settings_units import UnitsPart
from carservices_ui.store import Unbind
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
    Category("people", "group", PeoplePart),
    Category("units", "straighten", UnitsPart),
    Category("maps", "map", MapsPart),
    Category("system", "info", SystemPart),
    Category("developer", "code", DeveloperPart, sets=False),
)


class SettingsScreen(Page):
    """While driving nothing is set up, and the title row says why; what a part leaves free is, and what only shows."""

    name = "settings"
    title = "screen.settings"
    blocked_by = Restriction.NO_SETUP

    def build(self) -> None:
        self.categories: dict[str, CategoryButton] = {}
        self._unbinds: list[Unbind] = []
        offered = [c for c in CATEGORIES if c.name != "developer" or self.ui.preferences.developer]
        for category in offered:
            button = self.categories[category.name] = CategoryButton(category)
            button.bind(on_release=lambda *_, category=category: self._go(category))
        nav = Column(*self.categories.values(), gap=None, size_hint=(None, None), width=dp(NAV))
        nav.pos_hint = {"top": 1}
        self._row = Row(nav, gap="l", size_hint=(1, 1))
        self.body.add_widget(self._row)
        place = self.ui.places.get(self.name)
        self._open(next((c for c in offered if c.name == place), offered[0]))

    def revisit(self) -> None:
        self._go(next(c for c in CATEGORIES if c.name == self.ui.places[self.name]))

    def close(self) -> None:
        self.part.close()
        for unbind in self._unbinds:
            unbind()

    def _go(self, category: Category) -> None:
        if category is not self.category:
            self.close()
            self._row.remove_widget(self.part)
            self._open(category)
            self.restrict(self.ui.restrictions)

    def _open(self, category: Category) -> None:
        self.category = category
        self.ui.places[self.name] = category.name
        self.blocked_by = Restriction.NO_SETUP if category.sets else Restriction.BASELINE
        with self.ui.store.recording() as self._unbinds:
            self.part = category.part(self.ui)
        self.guarded = self.part.setup
        self._row.add_widget(self.part)
        for name, button in self.categories.items():
            button.select(name == category.name)


class CategoryButton(Control):
    """Icon and words, lit when chosen."""

    def __init__(self, category: Category) -> None:
        super().__init__(size_hint=(1, None))
        center = {"center_x": 0.5, "center_y": 0.5}
        self._light = Card(tone="accent_tint", radius="tile", pos_hint=center)
        self._icon, self._words = Icon(category.icon), Text(t(f"settings.{category.name}"))
        self.add_widget(self._light)
        self.add_widget(Row(self._icon, self._words, gap="m", size_hint=(1, 1), padding=(dp(20), 0), pos_hint=center))

    def select(self, selected: bool) -> None:
        """Light it, or not."""
        self._light.bare(not selected)
        self._icon.show(tone="accent" if selected else "text2", filled=selected)
        self._words.tone("text" if selected else "text2")
