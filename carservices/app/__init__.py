"""The SDK: write an `App` whose `view()` returns a template; the car shows it, parked and driving.

class Tyres(App):
    def view(self):
        return ListTemplate("Tyres", [Row(name, tyre.text()) for name, tyre in self.car.tyres()])
"""

from carservices.app.app import App, Screen, Timer
from carservices.app.audio import Audio, Sound
from carservices.app.car import Car, Sent, Watch
from carservices.app.context import Context
from carservices.app.errors import (
    BundleError,
    CallError,
    CarError,
    ImageError,
    PermissionMissing,
    SetFailed,
    StorageError,
)
from carservices.app.http import HttpError, Response
from carservices.app.signal import Signal, SignalSet
from carservices.app.speech import Speech, Spoken
from carservices.app.templates import *  # noqa: F403  # the list of names is templates.__all__
from carservices.app.templates import __all__ as _templates

__all__ = [
    "App",
    "Audio",
    "BundleError",
    "CallError",
    "Car",
    "CarError",
    "Context",
    "HttpError",
    "ImageError",
    "PermissionMissing",
    "Response",
    "Screen",
    "Sent",
    "SetFailed",
    "Signal",
    "SignalSet",
    "Sound",
    "Speech",
    "Spoken",
    "StorageError",
    "Timer",
    "Watch",
]
__all__ += _templates
