"""The bus that a command line names."""

import argparse
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from carservices.hal.registry import BadOptions, parse_options
from carservices_hal.can.bus import BusOptions, open_bus

if TYPE_CHECKING:
    import can


@contextlib.contextmanager
def named_bus(chosen: argparse.Namespace) -> "Iterator[can.BusABC]":
    """Open it, and shut it at the end. Raises HalError where there is none."""
    try:
        options = BusOptions(
            interface=chosen.interface,
            channel=chosen.channel,
            bitrate=chosen.bitrate,
            fd=chosen.fd,
            bus_options=parse_options(chosen.bus_option),
        )
    except ValueError:
        raise BadOptions(f"--bitrate '{chosen.bitrate}': write bits a second, such as 500000") from None
    bus = open_bus(options.settings())
    try:
        yield bus
    finally:
        bus.shutdown()
