"""Trouble codes as service 0x19 of UDS reports them (ISO 14229-1)."""

from collections.abc import Callable, Iterable

from carservices_emulator.diagnostics.memory import FIRST, LATEST, Trouble
from carservices_emulator.diagnostics.nrc import Nrc, Refusal
from carservices_emulator.diagnostics.unit import Unit

AVAILABLE = 0xFF
"""Status bits the units support: all."""
ISO_14229_1 = 0x01
"""Format of the codes, in the count of them."""
NO_FUNCTION = 0x00
"""Functional unit of a fault: none, as the units themselves say whose it is."""
EVERY = 0xFF
"""Record number that asks for all."""


def _count(unit: Unit, data: bytes) -> bytes:
    return bytes([AVAILABLE, ISO_14229_1]) + len(unit.memory.matching(data[0])).to_bytes(2)


def _by_mask(unit: Unit, data: bytes) -> bytes:
    return bytes([AVAILABLE]) + _listed(unit.memory.matching(data[0]))


def _supported(unit: Unit, data: bytes) -> bytes:
    return bytes([AVAILABLE]) + _listed(unit.memory)


def _listed(troubles: Iterable[Trouble]) -> bytes:
    return b"".join(_code(trouble) + bytes([trouble.status]) for trouble in troubles)


def _code(trouble: Trouble) -> bytes:
    return trouble.fault.number.to_bytes(3)


def _records(unit: Unit, data: bytes) -> bytes:
    return b"".join(_code(trouble) + bytes([record]) for trouble in unit.memory for record in sorted(trouble.snapshots))


def _snapshots(unit: Unit, data: bytes) -> bytes:
    return _of_one(unit, data, range(FIRST, LATEST + 1), lambda trouble: trouble.snapshots)


def _extended(unit: Unit, data: bytes) -> bytes:
    return _of_one(unit, data, range(1, 5), counters)


def counters(trouble: Trouble) -> dict[int, bytes]:
    """Extended data records: occurrences, ageing, healing, fault detection counter (signed)."""
    values = (trouble.occurrences, trouble.ageing, trouble.healing, round(trouble.counter) & 0xFF)
    return {record: bytes([value]) for record, value in enumerate(values, 1)}


def _by_severity(unit: Unit, data: bytes) -> bytes:
    troubles = [trouble for trouble in unit.memory.matching(data[1]) if trouble.fault.severity & data[0]]
    return bytes([AVAILABLE]) + b"".join(map(_severe, troubles))


def _severity(unit: Unit, data: bytes) -> bytes:
    return bytes([AVAILABLE]) + _severe(_one(unit, data))


def _severe(trouble: Trouble) -> bytes:
    return bytes([trouble.fault.severity, NO_FUNCTION]) + _code(trouble) + bytes([trouble.status])


def _one(unit: Unit, code: bytes) -> Trouble:
    trouble = unit.memory.troubles.get(int.from_bytes(code))
    if trouble is None:
        raise Refusal(Nrc.OUT_OF_RANGE)
    return trouble


def _of_one(unit: Unit, data: bytes, known: range, records: Callable[[Trouble], dict[int, bytes]]) -> bytes:
    trouble, record = _one(unit, data[:3]), data[3]
    if record != EVERY and record not in known:
        raise Refusal(Nrc.OUT_OF_RANGE)
    found = [bytes([key]) + value for key, value in sorted(records(trouble).items()) if record in (key, EVERY)]
    return data[:3] + bytes([trouble.status]) + b"".join(found)


REPORTS: dict[int, tuple[Callable[[Unit, bytes], bytes], int]] = {
    0x01: (_count, 1),
    0x02: (_by_mask, 1),
    0x03: (_records, 0),
    0x04: (_snapshots, 4),
    0x06: (_extended, 4),
    0x08: (_by_severity, 2),
    0x09: (_severity, 3),
    0x0A: (_supported, 0),
}
"""By sub-function; each with the number of bytes that follow it."""


def read_trouble(unit: Unit, data: bytes) -> bytes:
    """Service 0x19."""
    report, _ = REPORTS[data[0]]
    return data[:1] + report(unit, data[1:])
