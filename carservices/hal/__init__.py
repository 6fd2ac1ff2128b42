"""The HAL plugin API (public) and its conformance kit."""

from carservices.hal.base import Hal, HalError, Health, Options, SetError

__all__ = ["Hal", "HalError", "Health", "Options", "SetError"]
