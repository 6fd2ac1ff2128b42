"""The design system: about a dozen widgets, all drawn from the tokens."""

from carservices_ui.widgets.avatar import Avatar
from carservices_ui.widgets.badge import Badge
from carservices_ui.widgets.buttons import IconButton, IconToggle, LevelButton, TextButton, WordToggle
from carservices_ui.widgets.calm import Calm
from carservices_ui.widgets.card import Card, IconTile
from carservices_ui.widgets.control import Control, ValueControl
from carservices_ui.widgets.cutnote import CutNote
from carservices_ui.widgets.flow import Flow
from carservices_ui.widgets.gauges import ArcGauge, Bar, Sparkline
from carservices_ui.widgets.layer import Layer
from carservices_ui.widgets.layout import Column, Row, put, spacer
from carservices_ui.widgets.lists import ListRow, Scroll
from carservices_ui.widgets.overlay import Banner, Dialog
from carservices_ui.widgets.text import Icon, Text
from carservices_ui.widgets.values import Segmented, Stepper, Toggle, ValueSlider

__all__ = [
    "ArcGauge",
    "Avatar",
    "Badge",
    "Banner",
    "Bar",
    "Calm",
    "Card",
    "Column",
    "Control",
    "CutNote",
    "Dialog",
    "Flow",
    "Icon",
    "IconButton",
    "IconTile",
    "IconToggle",
    "Layer",
    "LevelButton",
    "ListRow",
    "Row",
    "Scroll",
    "Segmented",
    "Sparkline",
    "Stepper",
    "Text",
    "TextButton",
    "Toggle",
    "ValueControl",
    "ValueSlider",
    "WordToggle",
    "put",
    "spacer",
]
