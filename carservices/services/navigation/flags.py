"""What a stretch of road is, bit by bit: written by the importer of maps, read by the engines."""

from enum import IntFlag


class Flag(IntFlag):
    """Bits of ``flags``."""

    ONEWAY = 1
    TOLL = 2
    FERRY = 4
    TUNNEL = 8
    ROUNDABOUT = 16
    LINK = 32
    POSTED = 64
    """The limit is signed."""
    DESTINATION = 128
    """Only for those who have business there."""
    BRIDGE = 256
    HALT = 512
    """The arc ends at traffic signals or a stop sign."""
    BACKWARD = 1024
    """Driven against the order of drawing of its way."""
