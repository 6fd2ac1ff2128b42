"""OBD as SAE J1979 has it: modes 01 to 0A, with the answers of ISO 15765-4."""

import zlib
from collections.abc import Callable, Iterable

from carservices_emulator.diagnostics import pids
from carservices_emulator.diagnostics.codes import Status
from carservices_emulator.diagnostics.identifiers import PART, SOFTWARE
from carservices_emulator.diagnostics.memory import EMISSIONS, Trouble
from carservices_emulator.diagnostics.nrc import Nrc, Refusal
from carservices_emulator.diagnostics.unit import Unit

FRAME_CODE = 0x02
"""PID of mode 02: the code the freeze frame belongs to."""
MOST_PIDS = 6
"""Of one request of mode 01; half as many of mode 02."""


def current(unit: Unit, data: bytes) -> bytes:
    """Mode 01: up to six parameters; those there are not are left out."""
    if not 1 <= len(data) <= MOST_PIDS:
        raise Refusal(Nrc.INCORRECT_LENGTH)
    found = [bytes([number]) + value for number in data if (value := pids.read(unit, number)) is not None]
    return _some(found)


def frozen(unit: Unit, data: bytes) -> bytes:
    """Mode 02: parameter and frame number in pairs; there is one frame, 00."""
    if not data or len(data) % 2 or len(data) > MOST_PIDS:
        raise Refusal(Nrc.INCORRECT_LENGTH)
    pairs = [(data[i], data[i + 1]) for i in range(0, len(data), 2)]
    found = [bytes(pair) + value for pair in pairs if pair[1] == 0 and (value := _frozen(unit, pair[0])) is not None]
    return _some(found)


def _frozen(unit: Unit, number: int) -> bytes | None:
    code, values = unit.records.frame or (0, {})
    if number == FRAME_CODE:
        return code.to_bytes(2)
    if number % 0x20 == 0:
        known = sorted({FRAME_CODE, *values})
        return pids.supported(known, number) if number == 0 or any(pid > number for pid in known) else None
    return values.get(number)


def _some(found: list[bytes]) -> bytes:
    if not found:
        raise Refusal(Nrc.SUB_FUNCTION_NOT_SUPPORTED)
    return b"".join(found)


def monitored(unit: Unit, data: bytes) -> bytes:
    """Mode 06: the results of one monitor, or up to six lists of which there are."""
    if len(data) != 1 and (len(data) > MOST_PIDS or any(number % 0x20 for number in data)):
        raise Refusal(Nrc.INCORRECT_LENGTH)
    return _some([result for number in data if (result := _monitored(unit, number)) is not None])


def _monitored(unit: Unit, number: int) -> bytes | None:
    if number % 0x20:
        return unit.results.of(number)
    known = unit.results.numbers
    return bytes([number]) + pids.supported(known, number) if any(one > number for one in known) else None


def _codes(select: Callable[[Trouble], bool]) -> Callable[[Unit, bytes], bytes]:
    """A mode that lists codes: their number, and two bytes of each."""

    def handler(unit: Unit, data: bytes) -> bytes:
        _alone(data)
        return _listed(trouble for trouble in unit.memory if trouble.fault.emissions and select(trouble))

    return handler


def _listed(troubles: Iterable[Trouble]) -> bytes:
    codes = sorted({trouble.fault.number >> 8 for trouble in troubles})
    return bytes([len(codes)]) + b"".join(code.to_bytes(2) for code in codes)


def clear(unit: Unit, data: bytes) -> bytes:
    """Mode 04: forget all that OBD reports, but for what is permanent."""
    _alone(data)
    unit.stand_still(Nrc.CONDITIONS_NOT_CORRECT)
    unit.clear(EMISSIONS)
    return b""


def _alone(data: bytes) -> None:
    if data:
        raise Refusal(Nrc.INCORRECT_LENGTH)


def information(unit: Unit, data: bytes) -> bytes:
    """Mode 09: who the car and the unit are."""
    if len(data) != 1:
        raise Refusal(Nrc.INCORRECT_LENGTH)
    if data[0] == 0:
        return data + pids.supported(sorted(INFORMATION), 0)
    if data[0] not in INFORMATION:
        raise Refusal(Nrc.SUB_FUNCTION_NOT_SUPPORTED)
    return data + b"\x01" + INFORMATION[data[0]](unit)


INFORMATION: dict[int, Callable[[Unit], bytes]] = {
    0x02: lambda unit: unit.vin,
    0x04: lambda unit: (unit.identity[PART].strip() + b" " + unit.identity[SOFTWARE])[:16].ljust(16, b"\0"),
    0x06: lambda unit: zlib.crc32(unit.identity[PART] + unit.identity[SOFTWARE]).to_bytes(4),
    0x0A: lambda unit: unit.address.obd.encode().ljust(20, b"\0"),
}
"""VIN, calibration identification, its verification number, name of the unit."""

MODES: dict[int, Callable[[Unit, bytes], bytes]] = {
    0x01: current,
    0x02: frozen,
    0x03: _codes(lambda trouble: Status.CONFIRMED in trouble.status),
    0x04: clear,
    0x06: monitored,
    0x07: _codes(lambda trouble: Status.PENDING in trouble.status),
    0x09: information,
    0x0A: _codes(lambda trouble: trouble.permanent),
}
"""By mode. CAN has no 05, whose place 06 takes (SAE J1979), and an electric car no system that 08 could control."""
