"""Encoders: values into the bits of a frame, the opposite of the decoders."""

from collections.abc import Mapping

from carservices_hal.can.codec import FLOATS, selectors
from carservices_hal.can.dbc import DbcSignal, Message


class EncodeError(ValueError):
    """A value that its signal cannot carry; the message says what it can."""


def encode(message: Message, values: Mapping[str, float], payload: bytes = b"") -> bytes:
    """A frame with these values in it; every other bit stays as in ``payload``, or 0.

    Values are rounded to the signal's step. A multiplexed signal sets its selectors too, unless ``values`` does.
    Raises EncodeError for a value out of its signal's bits, or of two signals that exclude each other.
    """
    raw = {name: to_raw(message.signals[name], value) for name, value in values.items()}
    chosen = dict(raw)
    for name in raw:
        below = message.signals[name]
        for above in selectors(message, below):
            present = chosen.setdefault(above.name, below.selected[0][0])
            if not any(low <= present <= high for low, high in below.selected):
                raise EncodeError(f"{message.name}.{name} is not in a frame whose {above.name} is {present}")
            below = above
    return put(message, payload, chosen)


def put(message: Message, payload: bytes, raw: Mapping[str, int]) -> bytes:
    """The payload, as long as the message, with these numbers in the bits of their signals."""
    length = message.length
    little = int.from_bytes(payload[:length], "little")
    for name, number in raw.items():
        signal = message.signals[name]
        if signal.little_endian:
            little = _place(little, number, signal.start, signal.length)
    big = int.from_bytes(little.to_bytes(length, "little"), "big")
    for name, number in raw.items():
        signal = message.signals[name]
        if not signal.little_endian:
            big = _place(big, number, 8 * length - signal.first - signal.length, signal.length)
    return big.to_bytes(length, "big")


def to_raw(signal: DbcSignal, value: float) -> int:
    """The bits of ``value``, as an unsigned number. Raises EncodeError when there are not enough of them."""
    scaled = (value - signal.offset) / signal.factor if signal.factor != 1 or signal.offset else value
    if signal.is_float:
        try:
            return int.from_bytes(FLOATS[signal.length].pack(scaled), "big")
        except OverflowError:
            raise EncodeError(f"{signal.name} cannot carry {value:g}: over {signal.length} bits of a float") from None
    low = -(1 << (signal.length - 1)) if signal.signed else 0
    high = low + (1 << signal.length) - 1
    number = round(scaled)
    if not low <= number <= high:
        ends = sorted((low * signal.factor + signal.offset, high * signal.factor + signal.offset))
        raise EncodeError(f"{signal.name} cannot carry {value:g}; it takes {ends[0]:g} to {ends[1]:g} {signal.unit}")
    return number & ((1 << signal.length) - 1)


def _place(frame: int, number: int, shift: int, length: int) -> int:
    mask = ((1 << length) - 1) << shift
    return frame & ~mask | number << shift
