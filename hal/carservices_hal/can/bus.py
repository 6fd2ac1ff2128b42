"""A bus of python-can: its options, opening it, and what its messages are called here."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from carservices.hal import HalError, Options
from carservices_hal.can.dbc import EXTENDED
from carservices_hal.can.pythoncan import prepare

if TYPE_CHECKING:
    import can

CLASSIC = 8
"""Bytes of the longest frame of classic CAN; longer ones go as CAN FD."""

DIAGNOSTICS: "tuple[can.typechecking.CanFilter, ...]" = (
    {"can_id": 0x700, "can_mask": 0x700, "extended": False},
    {"can_id": 0x18DA0000, "can_mask": 0x1FFF0000, "extended": True},
)
"""Where control units answer testers: ids of 11 bits by custom, of 29 by ISO 15765-2's normal fixed addressing."""


class BusOptions(Options):
    """Adapter and channel in python-can's words, or as one text: ``zmq:car``; ``bus_options`` are further settings."""

    interface: str = "socketcan"
    channel: str | int | None = "can0"
    bitrate: int | None = Field(None, gt=0)
    fd: bool = False
    data_bitrate: int | None = Field(None, gt=0)
    bus_options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        interface, _, channel = given.partition(":")
        return {"interface": interface, "channel": channel or None}

    def settings(self) -> dict[str, Any]:
        """What `can.Bus` gets."""
        words = {"interface": self.interface, "channel": self.channel, "bitrate": self.bitrate}
        if self.fd:
            words |= {"fd": True, "data_bitrate": self.data_bitrate}
        return {key: value for key, value in words.items() if value is not None} | self.bus_options


def open_bus(settings: Mapping[str, Any]) -> "can.BusABC":
    """The bus. Raises HalError naming its settings and the cure."""
    prepare()
    import can

    words = " ".join(f"{key}={value}" for key, value in settings.items())
    try:
        return can.Bus(ignore_config=True, **settings)
    except Exception as error:  # each driver has its own kinds
        raise HalError(f"no CAN bus with {words}: {error}; check adapter, channel and bit rate") from None


def filters_itself(bus: "can.BusABC") -> bool:
    """Whether filters act below Python; python-can's own are slower than decoding the frame."""
    import can

    return type(bus)._apply_filters is not can.BusABC._apply_filters


def filter_of(key: int) -> "can.typechecking.CanFilter":
    """The filter that lets just this message pass."""
    extended = bool(key & EXTENDED)
    return {"can_id": key & ~EXTENDED, "can_mask": 0x1FFFFFFF if extended else 0x7FF, "extended": extended}


def listen(bus: "can.BusABC") -> "Iterator[can.Message]":
    """Every frame of the bus, until it fails (HalError)."""
    import can

    try:
        while True:
            message = bus.recv()
            if message is not None:
                yield message
    except (can.CanError, OSError) as error:
        raise HalError(f"the CAN bus is lost: {error}") from None


def key_of(message: "can.Message") -> int:
    """The message's key in a database: its id, with `EXTENDED` set for 29 bits."""
    return message.arbitration_id | EXTENDED if message.is_extended_id else message.arbitration_id
