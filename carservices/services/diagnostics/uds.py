"""UDS (ISO 14229-1) and OBD (SAE J1979) questions and answers as bytes: udsoncan encodes and decodes, no one sends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from udsoncan.BaseService import BaseService
from udsoncan.common.DidCodec import DidCodec
from udsoncan.exceptions import ConfigError, InvalidResponseException
from udsoncan.Request import Request
from udsoncan.Response import Response
from udsoncan.services.ClearDiagnosticInformation import ClearDiagnosticInformation
from udsoncan.services.DiagnosticSessionControl import DiagnosticSessionControl
from udsoncan.services.ECUReset import ECUReset
from udsoncan.services.ReadDTCInformation import ReadDTCInformation
from udsoncan.services.RoutineControl import RoutineControl
from udsoncan.services.SecurityAccess import SecurityAccess
from udsoncan.services.TesterPresent import TesterPresent

from carservices.services.diagnostics.code import Code

FAILED, PENDING, CONFIRMED, UNTESTED, FAILED_SINCE_CLEAR, WARNING = 0x01, 0x04, 0x08, 0x10, 0x20, 0x80
"""Bits of a code's status (ISO 14229-1 D.2); untested is "not completed since last clear"."""
ANY_STATUS = 0xFF
STATUS_MASK = FAILED | PENDING | CONFIRMED | FAILED_SINCE_CLEAR
ALL_RECORDS = 0xFF
OCCURRENCES = 0x01
"""Extended data record that counts how often a fault came; its meaning is the manufacturer's, this is the usual one."""
PART, SOFTWARE = 0xF187, 0xF195
"""Spare part number and supplier's software version (ISO 14229-1 C.1)."""
ALL_CODES = 0xFFFFFF
START, RESULTS = RoutineControl.ControlType.startRoutine, RoutineControl.ControlType.requestRoutineResults
BUSY = 0x21
"""The refusal that passes: busyRepeatRequest."""
NOT_SUPPORTED = frozenset((0x11, 0x12, 0x7E, 0x7F))
"""Refusals that say a unit has no such service, in this session or at all."""
READ_IDENTIFIER = 0x22
OBD_CONFIRMED, OBD_PENDING = 0x03, 0x07
POSITIVE = 0x40
"""What an answer adds to the service it answers."""


class UdsError(Exception):
    """A unit did not do what was asked; the message says what it said."""


class NoAnswer(UdsError):
    """Nothing came in time."""


class Refused(UdsError):
    """A negative answer; ``reason`` is its code (ISO 14229-1 A.1)."""

    def __init__(self, what: str, reason: int) -> None:
        super().__init__(f"{what} refused: {Response.Code.get_name(reason)} (0x{reason:02X})")
        self.reason = reason


class Garbled(UdsError):
    """An answer that is none to the question, or ends too early."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One code with its status byte, as a unit reports it."""

    code: Code
    status: int


class Fields(DidCodec):
    """Takes the bytes of an identifier as they are."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def __len__(self) -> int:
        return self._size

    def decode(self, payload: bytes) -> bytes:
        return payload


def tester_present() -> bytes:
    return _bytes(TesterPresent.make_request())


def session(kind: int) -> bytes:
    return _bytes(DiagnosticSessionControl.make_request(kind))


def reset(kind: int) -> bytes:
    return _bytes(ECUReset.make_request(kind))


def routine(identifier: int, control: int, data: bytes = b"") -> bytes:
    return _bytes(RoutineControl.make_request(identifier, control, data or None))


def seed(level: int) -> bytes:
    return _bytes(SecurityAccess.make_request(level, SecurityAccess.Mode.RequestSeed))


def key(level: int, answer: bytes) -> bytes:
    return _bytes(SecurityAccess.make_request(level, SecurityAccess.Mode.SendKey, answer))


def clear(group: int = ALL_CODES) -> bytes:
    return _bytes(ClearDiagnosticInformation.make_request(group))


def read(identifier: int) -> bytes:
    return bytes((READ_IDENTIFIER,)) + identifier.to_bytes(2)


def faults(mask: int = STATUS_MASK) -> bytes:
    kind = ReadDTCInformation.Subfunction.reportDTCByStatusMask
    return _bytes(ReadDTCInformation.make_request(kind, status_mask=mask))


def snapshots(code: Code) -> bytes:
    kind = ReadDTCInformation.Subfunction.reportDTCSnapshotRecordByDTCNumber
    return _bytes(ReadDTCInformation.make_request(kind, dtc=code.number, snapshot_record_number=ALL_RECORDS))


def occurrences(code: Code) -> bytes:
    kind = ReadDTCInformation.Subfunction.reportDTCExtendedDataRecordByDTCNumber
    return _bytes(ReadDTCInformation.make_request(kind, dtc=code.number, extended_data_record_number=OCCURRENCES))


def checked(request: bytes, answer: bytes) -> bytes:
    """The answer if it is a positive one to this request. Raises Refused or Garbled."""
    service = BaseService.from_request_id(request[0])
    what = service.get_name() if service else f"OBD service {request[0]:02X}"
    if answer[:1] == b"\x7f" and len(answer) >= 3:
        raise Refused(what, answer[2])
    if answer[:1] != bytes((request[0] + POSITIVE,)):
        raise Garbled(f"{what}: answered by {answer[:8].hex(' ') or 'nothing'}")
    return answer


def parse_faults(answer: bytes) -> list[Fault]:
    """Of `faults`. Raises Garbled."""
    found = _interpreted(answer, ReadDTCInformation.Subfunction.reportDTCByStatusMask)
    return [Fault(Code.from_uds(dtc.id), dtc.status.get_byte_as_int()) for dtc in found]


def parse_snapshots(answer: bytes, sizes: Mapping[int, int]) -> dict[int, dict[int, bytes]]:
    """Of `snapshots`: record number → identifier → bytes. Raises Garbled, also for an identifier of unknown size."""
    codecs: Any = {identifier: Fields(size) for identifier, size in sizes.items()}
    kind = ReadDTCInformation.Subfunction.reportDTCSnapshotRecordByDTCNumber
    records: dict[int, dict[int, bytes]] = {}
    for dtc in _interpreted(answer, kind, didconfig=codecs):
        for field in dtc.snapshots:
            records.setdefault(field.record_number, {})[field.did] = field.raw_data
    return records


def parse_occurrences(answer: bytes) -> int | None:
    """Of `occurrences`; None when the unit does not count. Raises Garbled."""
    kind = ReadDTCInformation.Subfunction.reportDTCExtendedDataRecordByDTCNumber
    for dtc in _interpreted(answer, kind, extended_data_size=1):
        for record in dtc.extended_data:
            if record.record_number == OCCURRENCES:
                return int(record.raw_data[0])
    return None


def parse_routine(answer: bytes) -> int | None:
    """The last byte of a routine's answer, which says how it is; None when it tells nothing beyond its identifier."""
    return answer[-1] if len(answer) > 4 else None


def parse_seed(answer: bytes) -> bytes:
    """Of `seed`; all zeros when the unit is open already."""
    return answer[2:]


def parse_obd_faults(request: bytes, answer: bytes) -> Iterator[Fault]:
    """Of an OBD service 03 or 07: how many there are, then two bytes each. Raises Garbled."""
    codes = answer[2:]
    if len(answer) < 2 or len(codes) < 2 * answer[1]:
        raise Garbled(f"OBD service {request[0]:02X}: {len(codes)} bytes are no {answer[1:2].hex() or '?'} codes")
    status = CONFIRMED | FAILED if request[0] == OBD_CONFIRMED else PENDING
    for place in range(answer[1]):
        number = int.from_bytes(codes[2 * place : 2 * place + 2])
        if number:
            yield Fault(Code.from_obd(number), status)


def _interpreted(answer: bytes, kind: int, **options: Any) -> list[Any]:
    try:
        response = ReadDTCInformation.interpret_response(Response.from_payload(answer), kind, **options)
    except (InvalidResponseException, ConfigError, ValueError, IndexError) as error:
        raise Garbled(f"ReadDTCInformation: {error}") from error
    if response.service_data.subfunction_echo != kind:
        raise Garbled(f"ReadDTCInformation: answered by subfunction {response.service_data.subfunction_echo:02X}")
    return list(response.service_data.dtcs)


def _bytes(request: Request) -> bytes:
    return bytes(request.get_payload())
