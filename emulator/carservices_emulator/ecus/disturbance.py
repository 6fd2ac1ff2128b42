"""What can go wrong between a control unit and the bus."""

from enum import StrEnum


class Disturbance(StrEnum):
    """The faults of a unit's controller, transceiver and line; its diagnostic addresses are in `diagnostics`."""

    SILENT = "silent"
    """It sends nothing, but hears commands."""
    OFF = "off"
    """Bus-off: it neither sends nor hears."""
    CHECKSUM = "checksum"
    """Bits of its guarded messages flip on the way."""
    COUNTER = "counter"
    """The counter of its guarded messages stands still."""
    SHORT = "short"
    """Its frames end halfway."""


MUTE = {Disturbance.SILENT, Disturbance.OFF}
"""Those in which it sends nothing."""
