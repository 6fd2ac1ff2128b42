"""The services of UDS (ISO 14229-1): what each takes and how it answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from carservices.hal import SetError
from carservices.signals import Code
from carservices_emulator.diagnostics import pids
from carservices_emulator.diagnostics.identifiers import CLOCK, SESSION, VIN
from carservices_emulator.diagnostics.nrc import Nrc, Refusal
from carservices_emulator.diagnostics.reports import REPORTS, read_trouble
from carservices_emulator.diagnostics.routines import RESULTS, START, STOP, restart, routine_control
from carservices_emulator.diagnostics.security import KEY, SEED, security_access
from carservices_emulator.diagnostics.unit import P2, P2_EXTENDED, Pending, Session, Unit

Handler = Callable[[Unit, bytes], bytes | Pending]
"""Takes what follows the service's byte, without the suppress bit; returns what follows the answer's."""
VIN_TEXT = re.compile(rb"[A-HJ-NPR-Z0-9]{17}")
"""ISO 3779."""
NORMAL = 1
MESSAGES = (NORMAL, 2, 3)
"""Communication types: the car's messages, network management (our bus has none), both (ISO 14229-1, Annex B.1)."""
NETWORKS = (0x0, 0xF)
"""This unit's own network and the one the request came on, which is the same; it has no others."""
PIDS_BY_DID = 0xF4
"""Identifiers F4xx are OBD's parameters xx (ISO 27145-2)."""


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
    restart(unit)
    return data


def clear(unit: Unit, data: bytes) -> bytes:
    unit.stand_still(Nrc.CONDITIONS_NOT_CORRECT)
    if not unit.clear(int.from_bytes(data)):
        raise Refusal(Nrc.OUT_OF_RANGE)
    return b""


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


def communication(unit: Unit, data: bytes) -> bytes:
    """What the unit sends (bit 0 of the sub-function forbids it) and hears (bit 1) beside the tester's requests."""
    messages, network = data[1] & 0x0F, data[1] >> 4
    if messages not in MESSAGES or network not in NETWORKS:
        raise Refusal(Nrc.OUT_OF_RANGE)
    unit.stand_still(Nrc.CONDITIONS_NOT_CORRECT)
    if messages & NORMAL:
        unit.mute, unit.deaf = bool(data[0] & 1), bool(data[0] & 2)
    return data[:1]


def tester_present(unit: Unit, data: bytes) -> bytes:
    return data


SERVICES: dict[int, Service] = {
    0x10: Service(session_control, (1, 1), dict.fromkeys(Session, (1, 1))),
    0x11: Service(reset, (1, 1), dict.fromkeys((1, 2, 3), (1, 1))),
    0x14: Service(clear, (3, 3)),
    0x19: Service(read_trouble, (1, 5), {sub: (1 + length, 1 + length) for sub, (_, length) in REPORTS.items()}),
    0x22: Service(read_data, (2, 32)),
    0x27: Service(security_access, (1, 5), {SEED: (1, 1), KEY: (5, 5)}, extended=True),
    0x28: Service(communication, (2, 2), dict.fromkeys(range(4), (2, 2)), extended=True),
    0x2E: Service(write_data, (3, 34), extended=True),
    0x31: Service(routine_control, (3, 32), dict.fromkeys((START, STOP, RESULTS), (3, 3)), extended=True),
    0x85: Service(trouble_setting, (1, 1), {1: (1, 1), 2: (1, 1)}, extended=True),
    0x3E: Service(tester_present, (1, 1), {0: (1, 1)}),
}
"""By the service's byte."""
