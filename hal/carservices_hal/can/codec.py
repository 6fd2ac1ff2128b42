"""Decoders: one generated function a message, for the wanted signals only, by shifts of the frame as one number."""

import struct
from collections.abc import Callable, Sequence
from typing import Any

from carservices_hal.can.dbc import DbcSignal, Message

Decoder = Callable[[bytes | bytearray], tuple[int | float | None, ...]]
"""Frame → one value a signal, None for a multiplexed signal that this frame does not hold. Raises ShortFrame."""

FLOATS = {32: struct.Struct(">f"), 64: struct.Struct(">d")}


class ShortFrame(ValueError):
    """A frame that ends before its signals do."""


def raw_decoder(message: Message, names: Sequence[str]) -> Decoder:
    """As `decoder`, but numbers as they stand in the frame: no factor, no offset."""
    return _generate(message, [message.signals[name] for name in names], scaled=False)


def decoder(message: Message, names: Sequence[str]) -> Decoder:
    """The function that decodes these signals of the message, in this order.

    Signals without a factor or offset of fractions stay integers. A longer frame than the message is cut; a shorter
    one will do if it holds all the wanted signals.
    """
    return _generate(message, [message.signals[name] for name in names], scaled=True)


def selectors(message: Message, signal: DbcSignal) -> list[DbcSignal]:
    """The selectors a multiplexed signal depends on, its own first."""
    chain: list[DbcSignal] = []
    while signal.selector and (above := message.signals.get(signal.selector)) and above not in chain:
        chain.append(above)
        signal = above
    return chain


def _generate(message: Message, signals: Sequence[DbcSignal], *, scaled: bool) -> Decoder:
    involved = [*signals, *(above for signal in signals for above in selectors(message, signal))]
    needed = max((signal.bytes_needed for signal in involved), default=0)
    length = max(message.length, needed)
    terms = ", ".join(_term(message, signal, length, scaled=scaled) for signal in signals)
    source = [
        "def decode(b):",
        f"    if len(b) != {length}: b = fit(b)",
        "    x = from_bytes(b, 'little')" if any(signal.little_endian for signal in involved) else "",
        "    y = from_bytes(b, 'big')" if not all(signal.little_endian for signal in involved) else "",
        f"    return ({terms}{',' if terms else ''})",
    ]

    def fit(frame: bytes) -> bytes:
        if len(frame) < needed:
            raise ShortFrame(f"{message.name}: {len(frame)} bytes, its signals need {needed}")
        return bytes(frame[:length]).ljust(length, b"\0")

    # Only numbers of the database enter this source, never its texts.
    space: dict[str, Any] = {"fit": fit, "from_bytes": int.from_bytes, "real": _real}
    exec("\n".join(filter(None, source)), space)
    made: Decoder = space["decode"]
    return made


def _term(message: Message, signal: DbcSignal, length: int, *, scaled: bool) -> str:
    value = _raw(signal, length)
    if scaled:
        if signal.factor != 1:
            value = f"{value} * {signal.factor!r}"
        if signal.offset:
            value = f"{value} + {signal.offset!r}"
    conditions = []
    below = signal
    for above in selectors(message, signal):
        choice = " or ".join(f"{low} <= {_raw(above, length)} <= {high}" for low, high in below.selected)
        conditions.append(f"({choice})")
        below = above
    return f"({value} if {' and '.join(conditions)} else None)" if conditions else value


def _raw(signal: DbcSignal, length: int) -> str:
    """The number in the frame, as an expression over b (its bytes), x (little-endian) or y (big-endian)."""
    byte, bit = divmod(signal.start, 8)
    low = bit if signal.little_endian else bit + 1 - signal.length
    if low >= 0 and low + signal.length <= 8:  # within one byte: small numbers are faster than a whole frame's
        number, shift, top = f"b[{byte}]", low, 8
    else:
        number, top = ("x" if signal.little_endian else "y"), 8 * length
        shift = signal.start if signal.little_endian else top - signal.first - signal.length
    bits = f"{number} >> {shift}" if shift else number
    if shift + signal.length < top:
        bits = f"{bits} & {(1 << signal.length) - 1}"
    if signal.is_float:
        return f"real({bits}, {signal.length})"
    if signal.signed:
        sign = 1 << (signal.length - 1)
        return f"(({bits} ^ {sign}) - {sign})"
    return f"({bits})" if bits != number else number


def _real(bits: int, length: int) -> float:
    """The IEEE 754 number these bits are."""
    number: float = FLOATS[length].unpack(bits.to_bytes(length // 8, "big"))[0]
    return number
