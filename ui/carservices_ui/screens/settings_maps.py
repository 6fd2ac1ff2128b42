"""Settings of the maps: which there are, which is in use, what is being built, and the engine that searches routes."""

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.navigation import ImportProgress, MapInfo, MapsState, Navigation
from carservices_ui.i18n import number, t, words
from carservices_ui.screens.settings_parts import Part
from carservices_ui.store import Outcome
from carservices_ui.streams import MAPS
from carservices_ui.units import date
from carservices_ui.widgets import (
    Bar,
    Card,
    Column,
    Dialog,
    Flow,
    Icon,
    IconButton,
    IconTile,
    Row,
    Text,
    TextButton,
    put,
)

ENGINES = {"valhalla": "Valhalla", "roads": "settings.engine_roads"}
"""Engine → what it is called; a key of words where the name is ours."""
FILL: dict[str, Any] = {"size_hint": (1, 1), "pos_hint": {"x": 0, "y": 0}}
MEGABYTE = 1e6


class MapsPart(Part):
    """Follows the service: a map that is being built shows how far it is."""

    def rows(self) -> list[Widget]:
        self.maps: dict[str, MapRow] = {}
        self.importing: ImportRow | None = None
        self._listed: object = None
        self.ui.store.bind_stream(MAPS, self._show)
        return []

    def _show(self, state: MapsState | None) -> None:
        before, self._listed = self._listed, state and state.model_copy(update={"importing": None})
        progress = state.importing if state is not None else None
        if self.importing is not None and progress is not None and self._listed == before:
            self.importing.show(progress)  # the other rows stay: a finger may rest on one
            return
        self.body.clear_widgets()
        self.maps, self.importing = {}, None
        for row in self._rows(state):
            self.body.add_widget(row)
        self.ui.rebuilt()

    def _rows(self, state: MapsState | None) -> list[Widget]:
        if state is None:
            return [Note("sync_problem", t("settings.maps_away"), tone="heat")]
        rows: list[Widget] = []
        if state.importing is not None:
            self.importing = ImportRow()
            self.importing.show(state.importing)
            rows.append(self.importing)
        for info in sorted(state.available, key=lambda one: one.name != state.current):
            row = self.maps[info.name] = MapRow(info, info.name == state.current, self._use, self._ask)
            rows.append(row)
        if not state.available and state.importing is None:
            rows.append(Note("map", t("settings.maps_none")))
        engine = t("settings.engine_none") if state.engine is None else _engine(state.engine)
        rows.append(Note("route", state.engine_reason.replace("`", ""), title=engine))
        rows += [Note("info", words) for words in dict.fromkeys(info.attribution for info in state.available)]
        return rows

    def _use(self, info: MapInfo) -> None:
        self._call("use_map", info)

    def _ask(self, info: MapInfo) -> None:
        actions: list[tuple[str, str, Callable[[], None]]] = [
            (t("settings.cancel"), "plain", lambda: None),
            (t("settings.map_remove"), "danger", lambda: self._call("remove_map", info)),
        ]
        self.ui.ask(Dialog(t("settings.map_remove_title", map=info.title), t("settings.map_remove_text"), actions))

    def _call(self, method: str, info: MapInfo) -> None:
        def ended(outcome: Outcome) -> None:
            if not outcome.ok:
                self.ui.refused(outcome)

        self.ui.store.call(Navigation, method, ended, name=info.name)


class MapRow(Card):
    """A map with its size; one that is not in use can be taken or removed."""

    def __init__(
        self, info: MapInfo, current: bool, use: Callable[[MapInfo], None], remove: Callable[[MapInfo], None]
    ) -> None:
        super().__init__(tone="accent_tint" if current else "surface2", radius="tile", size_hint=(1, None))
        facts = [f"{number(info.bytes / MEGABYTE)} MB", date(info.built)]
        if info.synthetic:
            facts.append(t("settings.map_synthetic"))
        words = Column(Flow(info.title, strong=True), Flow("  ·  ".join(facts), tone="text2"))
        words.size_hint = (1, None)
        self.use, self.remove = TextButton(t("settings.map_use")), IconButton("delete", tone="text2")
        self.use.bind(on_release=lambda *_: use(info))
        self.remove.bind(on_release=lambda *_: remove(info))
        used = Row(Icon("check_circle", size="small", tone="accent", filled=True), Text(t("settings.map_in_use")))
        ends: list[Widget] = [used] if current else [self.use, self.remove]
        tile = IconTile("map", filled=current)
        self.add_widget(Row(tile, words, *ends, gap="m", padding=(dp(16), 0, dp(24 if current else 8), 0), **FILL))
        words.bind(height=lambda _, height: setattr(self, "height", max(dp(96), height + dp(24))))


class ImportRow(Card):
    """A map that is being built: which part, and how far; or why it ended."""

    def __init__(self) -> None:
        super().__init__(tone="surface2", radius="tile", size_hint=(1, None), height=dp(104))
        self._tile = IconTile("sync")
        self.title, self.detail = Text(strong=True, limit=560), Text(limit=560)
        self.bar = Bar(size_hint=(1, None))
        self._words = Column(self.title, self.detail, self.bar, gap="xs", size_hint=(1, None))
        self.add_widget(Row(self._tile, self._words, gap="m", padding=(dp(16), 0, dp(24), 0), **FILL))

    def show(self, progress: ImportProgress) -> None:
        """How it stands now."""
        failed = progress.problem is not None
        self._tile.icon.show("sync_problem" if failed else "sync", tone="heat" if failed else "accent")
        self.title.text = t("settings.map_building", map=progress.title or progress.name)
        part = words(f"settings.part_{progress.part}", progress.part)
        self.detail.text = progress.problem or "  ·  ".join(filter(None, (part, f"{number(progress.done)} %")))
        self.detail.tone("heat" if failed else "text2")
        self.bar.share = progress.done / 100.0
        put(self._words, self.bar, not failed)


class Note(Row):
    """A sentence that is good to know."""

    def __init__(self, icon: str, words: str, *, title: str = "", tone: str = "text2") -> None:
        texts = [*([Text(title, strong=True)] if title else []), Flow(words, tone=tone)]
        column = Column(*texts, gap="xs", size_hint=(1, None))
        lead = Icon(icon, size="small", tone=tone)
        lead.pos_hint = {"top": 0.98}
        super().__init__(lead, column, gap="m", size_hint=(1, None), padding=(dp(20), dp(10)))


def _engine(name: str) -> str:
    known = ENGINES.get(name, name)
    return t(known) if known.startswith("settings.") else known
