"""The panel's tabs."""

from collections.abc import Callable
from dataclasses import dataclass

from carservices_ui.panel.desk import Desk
from carservices_ui.panel.tabs.base import Tab
from carservices_ui.panel.tabs.car import CarTab
from carservices_ui.panel.tabs.drive import DriveTab
from carservices_ui.panel.tabs.faults import FaultsTab
from carservices_ui.panel.tabs.scenario import ScenarioTab
from carservices_ui.panel.tabs.signals import SignalsTab
from carservices_ui.panel.tabs.weather import WeatherTab


@dataclass(frozen=True)
class TabInfo:
    """A tab: its name, icon, the key of its title, and what makes it."""

    name: str
    icon: str
    title: str
    make: Callable[[Desk], Tab]


TABS = (
    TabInfo("signals", "list", "panel.tab_signals", SignalsTab),
    TabInfo("drive", "speed", "panel.tab_drive", DriveTab),
    TabInfo("car", "directions_car", "panel.tab_car", CarTab),
    TabInfo("weather", "partly_cloudy_day", "panel.tab_weather", WeatherTab),
    TabInfo("faults", "warning", "panel.tab_faults", FaultsTab),
    TabInfo("scenario", "timeline", "panel.tab_scenario", ScenarioTab),
)
BY_NAME = {info.name: info for info in TABS}
