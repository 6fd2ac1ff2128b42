"""The table of screens: the rail, the shell and the command line know screens only from here."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carservices_ui.screens.base import Screen


@dataclass(frozen=True)
class ScreenInfo:
    """A screen: its name, its icon, the key of its title, and where its class is (imported when first shown)."""

    name: str
    icon: str
    title: str
    target: str
    rail: bool = True
    within: str = ""
    """The screen whose target of the rail is lit while this one is shown; such a screen is opened from there."""

    def load(self) -> "type[Screen]":
        """The screen's class."""
        module, _, name = self.target.partition(":")
        screen: type[Screen] = getattr(import_module(module), name)
        return screen


SCREENS = (
    ScreenInfo("home", "home", "screen.home", "carservices_ui.screens.home:HomeScreen"),
    ScreenInfo("navigation", "near_me", "screen.navigation", "carservices_ui.screens.navigation:NavigationScreen"),
    ScreenInfo("energy", "bolt", "screen.energy", "carservices_ui.screens.energy:EnergyScreen"),
    ScreenInfo("vehicle", "directions_car", "screen.vehicle", "carservices_ui.screens.vehicle:VehicleScreen"),
    ScreenInfo("climate", "mode_fan", "screen.climate", "carservices_ui.screens.climate:ClimateScreen"),
    ScreenInfo(
        "notifications",
        "notifications",
        "screen.notifications",
        "carservices_ui.screens.notifications:NotificationsScreen",
    ),
    ScreenInfo("health", "car_repair", "screen.health", "carservices_ui.screens.health:HealthScreen", rail=False),
    ScreenInfo("apps", "apps", "screen.apps", "carservices_ui.screens.apps:AppsScreen"),
    ScreenInfo("app", "extension", "screen.app", "carservices_ui.screens.app:AppScreen", rail=False, within="apps"),
    ScreenInfo(
        "apps_install",
        "download",
        "screen.apps_install",
        "carservices_ui.screens.apps_install:InstallScreen",
        rail=False,
        within="apps",
    ),
    ScreenInfo(
        "apps_manage",
        "tune",
        "screen.apps_manage",
        "carservices_ui.screens.apps_manage:ManageScreen",
        rail=False,
        within="apps",
    ),
    ScreenInfo("settings", "settings", "screen.settings", "carservices_ui.screens.settings:SettingsScreen", rail=False),
    ScreenInfo(
        "person",
        "person",
        "screen.person",
        "carservices_ui.screens.settings_person:PersonScreen",
        rail=False,
        within="settings",
    ),
)

BY_NAME = {info.name: info for info in SCREENS}
