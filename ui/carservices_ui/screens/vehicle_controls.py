"""The two panes that actuate the body: locks and openings, and lights and wipers."""

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp

from carservices.api.driving import Restriction
from carservices.signals import Datum
from carservices_ui.binding import bind_signal
from carservices_ui.i18n import t
from carservices_ui.restrictions import Restrictions
from carservices_ui.screens.vehicle_signals import (
    BODY,
    FLAP,
    HAZARD,
    LAMPS,
    LIGHTS,
    LOCKS,
    MIRRORS,
    TRUNK,
    WINDOW_LOCK,
    WINDOWS,
    follow,
)
from carservices_ui.ui import Ui
from carservices_ui.units import is_number
from carservices_ui.widgets import Column, Icon, Row, Segmented, Text, ValueControl, spacer
from carservices_ui.widgets.tile import SwitchTile

FILL: dict[str, Any] = {"size_hint": (1, 1), "pos_hint": {"x": 0, "y": 0}}
VENT = 10
"""Percent open that lets air in and no hand."""

TILES: dict[str, tuple[tuple[str, ...], tuple[str, str], str]] = {
    "locks": (LOCKS, ("lock_open", "lock"), "accent"),
    "trunk": ((TRUNK,), ("directions_car", "directions_car"), "heat"),
    "mirrors": (tuple(MIRRORS.values()), ("flip", "flip"), "accent"),
    "flap": ((FLAP,), ("ev_station", "ev_station"), "energy"),
    "hazard": ((HAZARD,), ("warning", "warning"), "alert"),
    "child_lock": ((WINDOW_LOCK,), ("child_care", "child_care"), "accent"),
}
"""Signals set together, icons off and on, colour while on; the words are ``vehicle.NAME``, ``…_off`` and ``…_on``."""
SETUP = ("trunk", "mirrors", "flap")
"""What the driver does before or after the journey: not while NO_SETUP is in force."""

LAMP_TILES: dict[str, tuple[str, str, str]] = {
    "high": ("highlight", LAMPS["high"], "accent"),
    "fog_front": ("foggy", LAMPS["fog_front"], "energy"),
    "fog_rear": ("foggy", LAMPS["fog_rear"], "heat"),
}
LIGHT_SWITCH = ("OFF", "POSITION", "DAYTIME_RUNNING_LIGHTS", "AUTO", "BEAM")
FRONT_WIPER = ("OFF", "INTERVAL", "SLOW", "MEDIUM", "FAST", "RAIN_SENSOR")
REAR_WIPER = ("OFF", "INTERVAL", "SLOW")
WIPING = f"{BODY}.Windshield.{{}}.Wiping.Mode"


def bind_group(
    ui: Ui,
    control: ValueControl,
    paths: tuple[str, ...],
    merge: Callable[[list[Datum | None]], Any],
    send: Callable[[Any], Datum] = lambda value: value,
) -> None:
    """Let one control stand for several signals: it shows what `merge` makes of them and actuates them all."""

    def merged(_: object = None) -> Any:
        return merge([ui.store.get(path) for path in paths])

    def refresh() -> None:
        if control.phase != "pending" and ui.store.get(paths[0]) is not None:
            control.value = merged()

    bind_signal(ui, control, paths[0], also=paths[1:], show=merged, send=send)
    if len(paths) > 1:
        follow(ui.store, paths[1:], refresh)


def all_on(values: list[Datum | None]) -> bool:
    """Whether every signal that has a value is on."""
    return all(value is not False for value in values)


def window_choice(values: list[Datum | None]) -> int | None:
    """Closed, ventilating or open when all windows agree."""
    positions = [float(value) for value in values if is_number(value)]
    if not positions or max(positions) == 0:
        return 0
    if min(positions) == max(positions) and max(positions) in (VENT, 100):
        return int(max(positions))
    return None


class ControlsPane(Column):
    """Locks, openings, mirrors, hazard and windows; what is setup is dimmed while driving, with the reason below."""

    def __init__(self, ui: Ui) -> None:
        self.tiles: dict[str, SwitchTile] = {}
        for name, (paths, icons, tone) in TILES.items():
            words = _on_off(f"vehicle.{name}")
            self.tiles[name] = tile = SwitchTile(t(f"vehicle.{name}"), icons, words=words, tone=tone)
            tile.bind(on_blocked=ui.explain)
            bind_group(ui, tile, paths, all_on)
        choices = [(0, t("vehicle.window_closed")), (VENT, t("vehicle.window_vent")), (100, t("vehicle.window_up"))]
        self.windows = Segmented(choices, size_hint=(1, None))
        bind_group(ui, self.windows, tuple(WINDOWS.values()), window_choice)
        self.why = Text(" ", tone="heat", limit=540)
        self.block = Icon("block", size="small", tone="heat", opacity=0.0)
        tiles = list(self.tiles.values())
        pairs = zip(tiles[::2], tiles[1::2], strict=True)
        super().__init__(
            *(Row(*pair, spacing=dp(12), size_hint=(1, None)) for pair in pairs),
            Row(Text(t("vehicle.windows"), limit=130), self.windows, gap="m", size_hint=(1, None)),
            spacer(),
            Row(self.block, self.why),
            spacing=dp(12),
            **FILL,
        )

    def restrict(self, restrictions: Restrictions) -> None:
        """Dim what may not be used now."""
        blocked = restrictions.forbids(Restriction.NO_SETUP)
        for name in SETUP:
            self.tiles[name].block(blocked)
        self.why.text = restrictions.why if blocked else " "
        self.block.opacity = 1.0 if blocked else 0.0


class LightsPane(Column):
    """Light switch, further lamps, wipers."""

    def __init__(self, ui: Ui) -> None:
        self.switch = _choice(ui, f"{LIGHTS}.LightSwitch", LIGHT_SWITCH, "vehicle.light")
        self.front = _choice(ui, WIPING.format("Front"), FRONT_WIPER, "vehicle.wiper")
        self.rear = _choice(ui, WIPING.format("Rear"), REAR_WIPER, "vehicle.wiper")
        self.lamps: dict[str, SwitchTile] = {}
        for name, (icon, path, tone) in LAMP_TILES.items():
            self.lamps[name] = tile = SwitchTile(t(f"vehicle.{name}"), (icon, icon), tone=tone, limit=113)
            bind_signal(ui, tile, path)
        super().__init__(
            Text(t("vehicle.lights"), tone="text2"),
            self.switch,
            Row(*self.lamps.values(), spacing=dp(12), size_hint=(1, None)),
            spacer(),
            Text(t("vehicle.wipers"), tone="text2"),
            self.front,
            Row(Text(t("vehicle.wiper_rear"), tone="text2", limit=150), self.rear, gap="m", size_hint=(1, None)),
            gap="s",
            **FILL,
        )


def _choice(ui: Ui, path: str, values: tuple[str, ...], key: str) -> Segmented:
    control = Segmented([(value, t(f"{key}_{value.lower()}")) for value in values], size_hint=(1, None))
    bind_signal(ui, control, path)
    return control


def _on_off(key: str) -> Callable[[bool], str]:
    return lambda on: t(f"{key}_on" if on else f"{key}_off")
