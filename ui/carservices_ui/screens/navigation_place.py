"""The card of a place: what and where it is, what can be done with it, and the details of a charging station."""

from collections.abc import Sequence
from typing import Any

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.routes import Charger, Place, Plugs
from carservices_ui.i18n import t
from carservices_ui.planning.names import plain
from carservices_ui.planning.search import CHARGING, HOME, OWN, WORK
from carservices_ui.screens import navigation_words as say
from carservices_ui.screens.navigation_rows import CENTER, FILL
from carservices_ui.screens.navigation_sheet import Sheet
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Bar, Card, Column, Flow, Icon, IconTile, Row, Text, TextButton, ValueControl, spacer

STAR = "star"
KEPT = {STAR: STAR, HOME: HOME, WORK: WORK}
"""How a place can be kept, and the icon for it."""


class PlacePage(Sheet):
    """Route is the one large button; under way a stop can be made there instead."""

    def build(self) -> None:
        self.route = TextButton(t("nav.route"), icon="directions", kind="primary", size_hint=(1, None))
        self.route.bind(on_release=lambda *_: self.plan.go(self.place))
        self.stop = TextButton(t("nav.add_stop"), icon="add", size_hint=(1, None))
        self.stop.bind(on_release=lambda *_: self._add_stop())
        self.foot.add_widget(self.route)
        if self.plan.routes.under_way is not None:
            self.foot.add_widget(self.stop)
        self.keeps = {name: KeepTile(icon, t(f"nav.{name}")) for name, icon in KEPT.items()}
        for name, tile in self.keeps.items():
            tile.bind(on_choose=lambda _, on, name=name: self._keep(name, on))
        self.title.text = self._kind()

    @property
    def place(self) -> Place:
        """The one looked at."""
        assert self.plan.place is not None
        return self.plan.place

    @property
    def station(self) -> Charger | None:
        """Its charging station."""
        return self.plan.charging.station(self.place) if self.place.category == CHARGING else None

    def depends(self) -> object:
        kept = self.plan.search.kept(self.place)
        return self.place, self.station, kept, self.plan.charging.details.phase, self.plan.address.phase

    def content(self) -> Widget | Sequence[Widget]:
        kept = self.plan.search.kept(self.place)
        category = kept.category if kept else None
        for name, tile in self.keeps.items():
            tile.value = kept is not None and (category == name or (name == STAR and category not in OWN))
            if tile.parent is not None:
                tile.parent.remove_widget(tile)
        station = self.station
        keeps = Row(*self.keeps.values(), gap="s", size_hint=(1, None))
        parts: list[Widget] = [PlaceHead(self.ui, self.place, station)]
        if station is None:
            return [*parts, keeps]
        parts += [PlugsRow(plugs) for plugs in station.plugs]
        parts += [FactRow("payments", t("nav.price"), say.price(station))]
        hours = t("nav.always_open") if station.opening_hours == "24/7" else station.opening_hours
        if hours:
            parts.append(FactRow("schedule", t("nav.hours"), hours))
        if station.synthetic:
            parts.append(Synthetic())
        return [*parts, keeps]

    def _kind(self) -> str:
        """What sort of place it is."""
        if self.place.category == CHARGING:
            return t("nav.station")
        known = self.plan.search.categories.answer or ()
        return next((one.name for one in known if one.key == self.place.category), t("nav.place"))

    def _keep(self, name: str, on: bool) -> None:
        search = self.plan.search
        kind = None if self.place.category in OWN else self.place.category
        if on:
            search.keep(self.place, kind if name == STAR else name)
        elif (kept := search.kept(self.place)) is not None:
            search.forget(kept)

    def _add_stop(self) -> None:
        self.plan.routes.change("add_stop", place=self.place)
        self.plan.close()


class KeepTile(ValueControl):
    """A way to keep the place: an icon over its name, lit while the place is kept so."""

    def __init__(self, icon: str, name: str) -> None:
        super().__init__(size_hint=(1, None), height=dp(96))
        self._back = Card(tone="surface2", radius="tile", pos_hint=CENTER)
        self._icon, self._name = Icon(icon, tone="text2"), Text(name, tone="text2")
        self.add_widget(self._back)
        self.add_widget(Column(self._icon, self._name, gap="xs", align="center_x", pos_hint=CENTER))
        self.bind(value=self._show)

    def on_release(self) -> None:
        self.choose(not self.value)

    def _show(self, *_: Any) -> None:
        on = bool(self.value)
        self._back.paint("accent_tint" if on else "surface2")
        self._icon.show(tone="accent" if on else "text2", filled=on)
        self._name.tone("text" if on else "text2")


class PlaceHead(Row):
    """A large icon, the name over as many lines as it needs, the address, and how far it is."""

    def __init__(self, ui: Ui, place: Place, station: Charger | None = None) -> None:
        name = Flow(ui.restrictions.text(say.title(place)), lines=3, role="primary", strong=True)
        lines: list[Widget] = [name]
        if address := say.address(place):
            lines.append(Flow(ui.restrictions.text(address), lines=2, tone="text2"))
        elif station is not None and not place.name.startswith(plain(station.operator)):
            lines.append(Flow(plain(station.operator), lines=1, tone="text2"))
        if place.distance_m is not None:
            lines.append(Text(t("nav.away", way=say.away(ui, place.distance_m)), tone="accent"))
        if station is not None:
            lines.append(Text(say.station_line(station), tone=say.station_tone(station)))
        tile = IconTile(say.icon(place), tone="energy" if station is not None else "accent", side=76)
        words = Column(*lines, size_hint=(1, None))
        tile.pos_hint = {"top": 1}
        super().__init__(tile, words, gap="m", size_hint=(1, None), padding=(dp(4), dp(4)))


class PlugsRow(Card):
    """Equal plugs: what they are, their power, and how many are free, also as a bar."""

    def __init__(self, plugs: Plugs) -> None:
        super().__init__(tone="surface2", radius="tile", size_hint=(1, None), height=dp(TARGET + 12))
        known = plugs.free is not None
        tone = "text2" if not known else "energy" if plugs.free else "heat"
        words = t("nav.free_of", free=plugs.free, n=plugs.count) if known else t("nav.plugs", n=plugs.count)
        bar = Bar(tone=tone, size_hint=(None, None), width=dp(140))
        bar.share = (plugs.free or 0) / max(1, plugs.count)
        state: list[Any] = [Text(words, tone=tone), *([bar] if known else [])]
        self.add_widget(
            Row(
                Icon("electrical_services", tone=tone),
                Column(
                    Text(say.CONNECTORS[plugs.connector], strong=True),
                    Text(say.kilowatts(plugs.power_kw), tone="text2"),
                    gap=None,
                ),
                spacer(),
                Column(*state, gap="s", align="right"),
                gap="m",
                padding=(dp(20), 0),
                **FILL,
            )
        )


class FactRow(Row):
    """A small icon, what it is, and its value at the end."""

    def __init__(self, icon: str, name: str, value: str) -> None:
        self.value = Text(value, limit=300)
        super().__init__(
            Icon(icon, size="small", tone="text2"),
            Text(name, tone="text2"),
            spacer(),
            self.value,
            gap="m",
            size_hint=(1, None),
            padding=(dp(20), dp(6)),
        )


class Synthetic(Row):
    """That the station is not a real one."""

    def __init__(self) -> None:
        words = Flow(t("nav.synthetic"), tone="text2", lines=3)
        super().__init__(
            Icon("info", size="small", tone="heat"), words, gap="m", size_hint=(1, None), padding=(dp(20), dp(6))
        )
