"""The checks of a HAL that refuses a bad set itself, as one call; the hub asks the same before it sends one."""

from collections.abc import Mapping

from carservices.hal.base import SetError
from carservices.signals import Access, Code, Datum, SignalConfig
from carservices.signals.check import InvalidValue, check


def settable(configs: Mapping[str, SignalConfig], path: str, value: object) -> Datum:
    """``value`` in the signal's Python type, if it may be set.

    Raises `SetError`: INVALID_ARG for an unknown signal or a value it cannot have, ACCESS_DENIED for a read-only one.
    """
    config = configs.get(path)
    if config is None:
        raise SetError(Code.INVALID_ARG, f"{path} is not a signal of this HAL")
    if config.access is Access.READ:
        raise SetError(Code.ACCESS_DENIED, f"{path} is read-only")
    try:
        return check(config, value)
    except InvalidValue as error:
        raise SetError(Code.INVALID_ARG, str(error)) from None
