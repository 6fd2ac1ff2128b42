"""Metadata of `kuksa.val.v2` as configs of ours."""

from typing import Any

from pydantic import ValidationError

from carservices.signals import Access, SignalConfig
from carservices.signals.units import canonical
from carservices_hal.kuksa.datapoints import DATATYPES

ACTUATOR = 3
"""``ENTRY_TYPE_ACTUATOR``."""


def config_of(metadata: Any) -> SignalConfig | None:
    """None for what we have no datatype for (timestamps, structs) or what contradicts itself."""
    datatype = DATATYPES.get(metadata.data_type)
    if datatype is None:
        return None
    allowed = _value(metadata.allowed_values)
    try:
        return SignalConfig(
            path=metadata.path,
            datatype=datatype,
            access=Access.READ_WRITE if metadata.entry_type == ACTUATOR else Access.READ,
            unit=canonical(metadata.unit) if metadata.unit else None,
            min=_value(metadata.min) if datatype.is_number else None,
            max=_value(metadata.max) if datatype.is_number else None,
            allowed=tuple(allowed.values) if hasattr(allowed, "values") else (),
        )
    except ValidationError:
        return None


def _value(message: Any) -> Any:
    field = message.WhichOneof("typed_value")
    return None if field is None else getattr(message, field)
