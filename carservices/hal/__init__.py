"""The HAL plugin API (public) and its conformance kit."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carservices.hal.base import Hal, HalError, Health, Options, SetError
    from carservices.hal.check import settable
    from carservices.hal.virtual import VirtualHal, VirtualOptions

__all__ = ["Hal", "HalError", "Health", "Options", "SetError", "VirtualHal", "VirtualOptions", "settable"]

HOMES = {"settable": "check", "VirtualHal": "virtual", "VirtualOptions": "virtual"}


def __getattr__(name: str) -> Any:
    # Lazy, because every pytest run where we are installed imports carservices.hal.plugin: it must not cost pydantic.
    if name in __all__:
        return getattr(import_module(f"carservices.hal.{HOMES.get(name, 'base')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
