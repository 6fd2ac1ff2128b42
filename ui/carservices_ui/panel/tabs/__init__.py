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
    """A tab: its name, icon, title, and what makes it."""

    name: str
    icon: str
    title: str
    make: Callable[[Desk], Tab]


TABS = (
    TabInfo("signals", "list", "Signals", SignalsTab),
    TabInfo("drive", "speed", "Drive", DriveTab),
    TabInfo("car", "directions_car", "Car", CarTab),
    TabInfo("weather", "partly_cloudy_day", "Weather", WeatherTab),
    TabInfo("faults", "warning", "Faults", FaultsTab),
    TabInfo("scenario", "timeline", "Scenario", ScenarioTab),
)
BY_NAME = {info.name: info for info in TABS}
