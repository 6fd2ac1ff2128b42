"""What the person plans on the map: places, routes and charging, as the service answers; without kivy."""

from carservices_ui.planning.asking import Asking, Phase
from carservices_ui.planning.plan import Page, Plan

__all__ = ["Asking", "Page", "Phase", "Plan"]
