"""The core bus: one connection per process, authenticated, with topics, last values and calls.

What it offers loads at first use: the supervisor needs only `carservices.bus.identity` and must not carry the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carservices.bus.car import Car
    from carservices.bus.errors import CallError, CarError, NotConnected, SetFailed, UnknownSignal
    from carservices.bus.sethandle import SetHandle
    from carservices.bus.topics import Watch

__all__ = ["CallError", "Car", "CarError", "NotConnected", "SetFailed", "SetHandle", "UnknownSignal", "Watch"]

_HOMES = {"Car": "car", "SetHandle": "sethandle", "Watch": "topics"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    value = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = value
    return value
