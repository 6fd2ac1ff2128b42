"""What the bytes of data identifiers are: a number with its unit, a text, or just bytes."""

from pydantic import BaseModel, ConfigDict, TypeAdapter

from carservices.api.diagnostics import Reading
from carservices.services.diagnostics.texts import table, words


class Identifier(BaseModel):
    """One row: ``size`` bytes, big-endian, are steps of ``step`` from ``offset`` in ``unit``; or a text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = 0
    step: float = 1.0
    offset: float = 0.0
    unit: str | None = None
    text: bool = False

    def value(self, data: bytes) -> float | str | None:
        """None when it says that it is not valid, or has another size."""
        if self.text:
            return data.decode("ascii", "replace").strip("\0 ") or None
        if len(data) != self.size or data == b"\xff" * self.size:
            return None
        return round(int.from_bytes(data) * self.step + self.offset, 6)


IDENTIFIERS = TypeAdapter(dict[str, dict[str, Identifier]]).validate_python(table("identifiers"))["identifiers"]
SIZES = {int(key, 16): row.size for key, row in IDENTIFIERS.items() if row.size}
"""Identifier → bytes, of those with a fixed size."""


def reading(identifier: int, data: bytes) -> Reading | None:
    """The value with its name; bytes nobody explains as hexadecimal text, None for "not valid"."""
    key = f"{identifier:04X}"
    row = IDENTIFIERS.get(key)
    if row is None:
        return Reading(name=key, labels={"en": key}, value=data.hex(" "))
    value = row.value(data)
    return None if value is None else Reading(name=key, labels=words("identifiers", key), value=value, unit=row.unit)
