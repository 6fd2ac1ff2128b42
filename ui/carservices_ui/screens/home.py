"""Home: the map with speed and trip, what plays or else the flow of energy, and how far the car goes."""

from kivy.metrics import dp

from carservices.api.appscreen import Guide, Player
from carservices_ui import apps
from carservices_ui.i18n import t
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.base import Screen
from carservices_ui.screens.home_energy import PowerCard, RangeCard
from carservices_ui.screens.home_map import MapCard
from carservices_ui.screens.home_media import MediaCard
from carservices_ui.templates.host import named
from carservices_ui.templates.textures import Textures
from carservices_ui.widgets import TextButton

SIDE = 388
GAP = 16
WORDS = 240


class HomeScreen(Screen):
    """A wide card on the left, two narrow ones on the right."""

    name = "home"

    def build(self) -> None:
        self.map = MapCard(self.ui)
        self.power = PowerCard(self.ui)
        self.range = RangeCard(self.ui)
        self.media = MediaCard(self.ui, Textures())
        for card in (self.map, self.power, self.range, self.media):
            card.size_hint = (None, None)
        for card in (self.map, self.power, self.range):
            self.add_widget(card)
        self.bind(pos=self._place, size=self._place)
        self.ui.store.bind_stream(apps.MEDIA, self._show_media)
        self.guide: TextButton | None = None
        self.ui.store.bind_stream(apps.GUIDE, self._show_guide)

    def close(self) -> None:
        self.power.close()
        self.media.close()

    def restrict(self, _: Restrictions) -> None:
        self._show_media(self.ui.store.stream(apps.MEDIA))

    def _show_media(self, player: Player | None) -> None:
        media = player.media if player else None
        wanted, other = (self.power, self.media) if media is None else (self.media, self.power)
        if wanted.parent is None:
            self.remove_widget(other)
            self.add_widget(wanted)
        if media is not None:
            self.media.show(media)

    def _show_guide(self, guide: Guide | None) -> None:
        """The app that guides in place of the car's own navigation, on the map; a touch opens it."""
        if self.guide is not None:
            self.map.corner.remove_widget(self.guide)
            self.guide = None
        if guide is not None and guide.app is not None:
            self.guide = TextButton(t("home.guided_by", name=named(guide.name)), icon="near_me")
            self.guide.label.relimit(dp(WORDS))
            self.guide.bind(on_release=lambda *_: apps.call(self.ui, "open", app=guide.app))
            self.map.corner.add_widget(self.guide, index=len(self.map.corner.children))
        self.ui.rebuilt()

    def _place(self, *_: object) -> None:
        side, gap = dp(SIDE), dp(GAP)
        self.map.pos, self.map.size = self.pos, (self.width - side - gap, self.height)
        upper = round((self.height - gap) * 0.49)
        left = self.x + self.width - side  # `right` and `top` are stale while the size changes
        self.range.pos, self.range.size = (left, self.y), (side, self.height - gap - upper)
        for card in (self.power, self.media):
            card.pos, card.size = (left, self.y + self.height - upper), (side, upper)
