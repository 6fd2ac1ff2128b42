"""The services of UDS (ISO 14229-1): what each takes and how it answers."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.diagnostics import pids
from carservices_emulator.diagnostics.identifiers import CLOCK, SESSION, VIN
from carservices_emulator.diagnostics.memory import Trouble
from carservices_emulator.diagnostics.nrc import Nrc, Refusal
from carservices_emulator.diagnostics.routines import RESULTS, START, STOP, routine_control
from carservices_emulator.diagnostics.security import KEY, SEED, security_access
from carservices_emulator.diagnostics.unit import P2, P2_EXTENDED, Pending, Session, Unit

Handler = Callable[[Unit, bytes], bytes | Pending]
"""Takes what follows the service's byte, without the suppress bit; returns what follows the answer's."""
AVAILABLE = 0xFF
"""Status bits the units support: all."""
ISO_14229_1 = 0x01
"""Format of the codes, in the count of them."""
VIN_TEXT = re.compile(rb"[A-HJ-NPR-Z0-9]{17}")
"""ISO 3779."""
PIDS_BY_DID = 0xF4
"""Identifiers F4xx are OBD's parameters xx (ISO 27145-2)."""
EVERY = 0xFF
"""Record number that asks for all."""


@dataclass(frozen=True, slots=True)
class Service:
    """One row: ``length`` of what follows the service's byte (least, most), sub-functions, where it may be used."""

    handler: Handler
    length: tuple[int, int]
    subs: dict[int, tuple[int, int]] | None = None
    """Sub-function → lengths with it; None for a service that has none."""
    extended: bool = False
    """Not in the default session."""


def session_control(unit: Unit, data: bytes) -> bytes:
    if data[0] == Session.PROGRAMMING:
        unit.stand_still(Nrc.CONDITIONS_NOT_CORRECT)
    unit.enter(Session(data[0]))
    return data + round(P2 * 1e3).to_bytes(2) + round(P2_EXTENDED * 100).to_bytes(2)


def reset(unit: Unit, data: bytes) -> bytes:
    unit.stand_still(Nrc.CONDITIONS_NOT_CORRECT)
    unit.restart()
    return data


def clear(unit: Unit, data: bytes) -> bytes:
    unit.stand_still(Nrc.CONDITIONS_NOT_CORRECT)
    if not unit.clear(int.from_bytes(data)):
        raise Refusal(Nrc.OUT_OF_RANGE)
    return b""


def read_trouble(unit: Unit, data: bytes) -> bytes:
    return data[:1] + REPORTS[data[0]](unit, data[1:])


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
    return _of_one(unit, data, lambda trouble: trouble.snapshots)


def _extended(unit: Unit, data: bytes) -> bytes:
    return _of_one(unit, data, counters)


def counters(trouble: Trouble) -> dict[int, bytes]:
    """Extended data records: occurrences, ageing, healing, fault detection counter (signed)."""
    values = (trouble.occurrences, trouble.ageing, trouble.healing, round(trouble.counter) & 0xFF)
    return {record: bytes([value]) for record, value in enumerate(values, 1)}


def _of_one(unit: Unit, data: bytes, records: Callable[[Trouble], dict[int, bytes]]) -> bytes:
    trouble = unit.memory.troubles.get(int.from_bytes(data[:3]))
    if trouble is None:
        raise Refusal(Nrc.OUT_OF_RANGE)
    found = records(trouble)
    if data[3] != EVERY and not 1 <= data[3] <= 4:
        raise Refusal(Nrc.OUT_OF_RANGE)
    wanted = sorted(found) if data[3] == EVERY else [record for record in found if record == data[3]]
    return data[:3] + bytes([trouble.status]) + b"".join(bytes([record]) + found[record] for record in wanted)


REPORTS: dict[int, Callable[[Unit, bytes], bytes]] = {
    0x01: _count,
    0x02: _by_mask,
    0x03: _records,
    0x04: _snapshots,
    0x06: _extended,
    0x0A: _supported,
}


def read_data(unit: Unit, data: bytes) -> bytes:
    if len(data) % 2:
        raise Refusal(Nrc.INCORRECT_LENGTH)
    found = [
        data[i : i + 2] + value for i in range(0, len(data), 2) if (value := _read(unit, data[i : i + 2])) is not None
    ]
    if not found:
        raise Refusal(Nrc.OUT_OF_RANGE)
    return b"".join(found)


def _read(unit: Unit, did: bytes) -> bytes | None:
    number = int.from_bytes(did)
    if number in unit.live:
        return unit.live[number].read(unit.world)
    if number >> 8 == PIDS_BY_DID and unit.address.obd:
        return pids.read(unit, number & 0xFF)
    if number == CLOCK:
        return round(unit.world.time).to_bytes(4)
    if number == SESSION:
        return bytes([unit.session])
    return unit.vin if number == VIN else unit.identity.get(number)


REFUSALS = {
    Code.NOT_AVAILABLE_SPEED_HIGH: Nrc.SPEED_TOO_HIGH,
    Code.INVALID_ARG: Nrc.OUT_OF_RANGE,
    Code.ACCESS_DENIED: Nrc.OUT_OF_RANGE,
}
"""What a refusal of the car is in UDS; any other is conditions not correct."""


def write_data(unit: Unit, data: bytes) -> bytes:
    did, value = int.from_bytes(data[:2]), data[2:]
    live = unit.live.get(did)
    if did == VIN:
        _write_vin(unit, value)
    elif live is None or not live.writable:
        raise Refusal(Nrc.OUT_OF_RANGE)
    elif len(value) != live.size:
        raise Refusal(Nrc.INCORRECT_LENGTH)
    else:
        try:
            live.write(unit.world, value)
        except SetError as error:
            raise Refusal(REFUSALS.get(error.code, Nrc.CONDITIONS_NOT_CORRECT)) from None
    return data[:2]


def _write_vin(unit: Unit, value: bytes) -> None:
    """The VIN a unit is paired with."""
    if not unit.unlocked:
        raise Refusal(Nrc.SECURITY_ACCESS_DENIED)
    if len(value) != len(unit.vin):
        raise Refusal(Nrc.INCORRECT_LENGTH)
    if not VIN_TEXT.fullmatch(value):
        raise Refusal(Nrc.OUT_OF_RANGE)
    unit.stand_still(Nrc.CONDITIONS_NOT_CORRECT)
    unit.vin = value


def trouble_setting(unit: Unit, data: bytes) -> bytes:
    unit.watching = data[0] == 1
    return data[:1]


def tester_present(unit: Unit, data: bytes) -> bytes:
    return data


SERVICES: dict[int, Service] = {
    0x10: Service(session_control, (1, 1), dict.fromkeys(Session, (1, 1))),
    0x11: Service(reset, (1, 1), dict.fromkeys((1, 2, 3), (1, 1))),
    0x14: Service(clear, (3, 3)),
    0x19: Service(
        read_trouble, (1, 5), {0x01: (2, 2), 0x02: (2, 2), 0x03: (1, 1), 0x04: (5, 5), 0x06: (5, 5), 0x0A: (1, 1)}
    ),
    0x22: Service(read_data, (2, 32)),
    0x27: Service(security_access, (1, 5), {SEED: (1, 1), KEY: (5, 5)}, extended=True),
    0x2E: Service(write_data, (3, 34), extended=True),
    0x31: Service(routine_control, (3, 32), dict.fromkeys((START, STOP, RESULTS), (3, 3)), extended=True),
    0x85: Service(trouble_setting, (1, 1), {1: (1, 1), 2: (1, 1)}, extended=True),
    0x3E: Service(tester_present, (1, 1), {0: (1, 1)}),
}
"""By the service's byte."""
