"""The controls that nobody has to park for, made for whoever shows them: volume, brightness, theme."""

from typing import Any

from kivy.metrics import dp

from carservices.api.audio import Audio
from carservices_ui.binding import bind_signal, bind_state
from carservices_ui.dimmer import BRIGHTNESS
from carservices_ui.i18n import t
from carservices_ui.store import OnOutcome
from carservices_ui.streams import AUDIO
from carservices_ui.ui import Ui
from carservices_ui.widgets import IconToggle, Segmented, ValueControl, ValueSlider

THEMES = (("auto", "settings.theme_auto"), ("day", "settings.theme_day"), ("night", "settings.theme_night"))
STEP = 5
"""Percent of the volume and of the brightness by one click."""


def volume(ui: Ui, width: float) -> ValueSlider:
    """In percent; heard while it is drawn."""
    slider = ValueSlider(low=0, high=100, step=STEP, live=True, width=dp(width))
    bind_state(
        ui,
        slider,
        AUDIO,
        show=lambda state: round(100 * state.volume),
        call=lambda percent, ended: _set_volume(ui, percent / 100, ended),
    )
    return slider


def mute(ui: Ui) -> IconToggle:
    """Off is the volume that was before."""
    toggle = IconToggle("volume_up", on="volume_off")

    def call(on: bool, ended: OnOutcome) -> None:
        _set_volume(ui, 0.0 if on else ui.loud, ended)

    bind_state(ui, toggle, AUDIO, show=lambda state: state.volume == 0, call=call)
    return toggle


def brightness(ui: Ui, width: float) -> ValueSlider:
    """In percent; seen while it is drawn."""
    slider = ValueSlider(low=0, high=100, step=STEP, live=True, width=dp(width))
    bind_signal(ui, slider, BRIGHTNESS, send=float)
    return slider


def theme(ui: Ui, width: float) -> Segmented:
    """The person's rule: follow the light outside, or stay."""
    return preference(ui, "theme", [(value, t(key)) for value, key in THEMES], width)


def preference(ui: Ui, name: str, choices: list[tuple[Any, str]], width: float) -> Segmented:
    """A choice among `choices` for one of the preferences, be it one that has to be parked for."""
    control = Segmented(choices, width=width)
    control.value = getattr(ui.preferences, name)

    def choose(_: ValueControl, value: Any) -> None:
        setattr(ui.preferences, name, value)
        ui.preferences.save()
        ui.restyle()

    control.bind(on_choose=choose)
    return control


def _set_volume(ui: Ui, share: float, ended: OnOutcome) -> None:
    ui.store.call(Audio, "set_volume", ended, volume=share)
