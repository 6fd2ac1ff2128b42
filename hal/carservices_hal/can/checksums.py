"""Checksums and counters of frames: the algorithms by name, and the hook that fills them in or checks them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor

from carservices_hal.can.codec import raw_decoder
from carservices_hal.can.dbc import Message
from carservices_hal.can.encode import put

Checksum = Callable[[int, bytes], int]
"""(arbitration id, payload whose checksum field is zero) → checksum; as many low bits as the field has count."""


def crc8(polynomial: int) -> Checksum:
    """A CRC of 8 bits that begins with 0xFF and is inverted at the end (AUTOSAR, SWS CRC library, 7.2)."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte << 1) ^ polynomial if byte & 0x80 else byte << 1
        table.append(byte & 0xFF)
    return lambda _id, payload: reduce(lambda crc, byte: table[crc ^ byte], payload, 0xFF) ^ 0xFF


def _nibbles(payload: bytes) -> list[int]:
    return [half for byte in payload for half in (byte >> 4, byte & 0xF)]


CHECKSUMS: dict[str, Checksum] = {
    "sum8": lambda _id, payload: sum(payload),
    "xor8": lambda _id, payload: reduce(xor, payload, 0),
    "sum4": lambda _id, payload: sum(_nibbles(payload)),  # Hyundai and Kia
    "xor4": lambda _id, payload: reduce(xor, _nibbles(payload), 0),
    "sum8_id": lambda address, payload: sum(payload) + (address & 0xFF) + (address >> 8),  # Tesla, Toyota
    "crc8_j1850": crc8(0x1D),  # SAE J1850
    "crc8_h2f": crc8(0x2F),  # AUTOSAR profile 2
}


@dataclass(frozen=True, slots=True)
class Protection:
    """What guards one message: names of its counter and checksum signals, and a name in `CHECKSUMS`."""

    counter: str | None = None
    checksum: str | None = None
    algorithm: str = "sum8"

    def seal(self, message: Message, payload: bytes, count: int) -> bytes:
        """The payload with its counter at ``count`` (it wraps) and its checksum."""
        if self.counter:
            signal = message.signals[self.counter]
            payload = put(message, payload, {self.counter: count % (1 << signal.length)})
        if self.checksum:
            payload = put(message, payload, {self.checksum: self._sum(message, payload)})
        return payload

    def opener(self, message: Message) -> Callable[[bytes | bytearray], bool]:
        """A function that says whether the checksum of a received frame is right."""
        name = self.checksum
        if name is None:
            return lambda frame: True
        stored = raw_decoder(message, [name])
        return lambda frame: stored(frame)[0] == self._sum(message, bytes(frame))

    def _sum(self, message: Message, payload: bytes) -> int:
        assert self.checksum is not None
        field = message.signals[self.checksum]
        total = CHECKSUMS[self.algorithm](message.id, put(message, payload, {self.checksum: 0}))
        return total & ((1 << field.length) - 1)
