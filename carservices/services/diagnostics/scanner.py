"""Reads one control unit: who it is, what it has stored, and what it saw when that came."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from carservices.api.diagnostics import Ecu, Reading
from carservices.bus import Car
from carservices.services.diagnostics import uds
from carservices.services.diagnostics.identifiers import SIZES, reading
from carservices.services.diagnostics.records import Sighting
from carservices.services.diagnostics.units import Unit, ask

OBD_REQUESTS = range(0x7E0, 0x7E8)
"""Units that must answer OBD (ISO 15765-4), some of them nothing else."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scan:
    """What came out; ``sightings`` is None when the unit's memory could not be read."""

    ecu: Ecu
    sightings: tuple[Sighting, ...] | None


async def scan(car: Car, unit: Unit) -> Scan:
    """Ask one unit for all of it; a unit that does not answer is an outcome, no error."""
    try:
        speaks_uds = await _is_there(car, unit)
        part = await _text(car, unit, uds.PART) if speaks_uds else ""
        software = await _text(car, unit, uds.SOFTWARE) if speaks_uds else ""
    except uds.NoAnswer as error:
        return Scan(_ecu(unit, reachable=False, problem=str(error)), None)
    try:
        found = await read_faults(car, unit)
        sightings = tuple([await _look_closer(car, unit, fault) for fault in found])
    except uds.UdsError as error:
        return Scan(_ecu(unit, part=part, software=software, problem=str(error)), None)
    return Scan(_ecu(unit, part=part, software=software), sightings)


async def read_faults(car: Car, unit: Unit, mask: int = uds.STATUS_MASK) -> list[uds.Fault]:
    """Its codes with their status: by UDS, or by OBD from a unit that knows nothing else. Raises UdsError."""
    try:
        return uds.parse_faults(await ask(car, unit, uds.faults(mask)))
    except uds.UdsError as error:
        unknown = isinstance(error, uds.Refused) and error.reason in uds.NOT_SUPPORTED
        if not (unknown or isinstance(error, uds.NoAnswer)) or unit.request not in OBD_REQUESTS:
            raise
    return await _obd_faults(car, unit)


async def read_value(car: Car, unit: Unit, identifier: int) -> Reading | None:
    """One identifier's value, None when the unit calls it not valid. Raises UdsError."""
    answer = await ask(car, unit, uds.read(identifier))
    return reading(identifier, answer[3:])


async def _is_there(car: Car, unit: Unit) -> bool:
    """Whether it speaks UDS; it may refuse, as long as it answers. Raises NoAnswer."""
    try:
        await ask(car, unit, uds.tester_present())
    except uds.Refused:
        return True
    except uds.NoAnswer:
        if unit.request not in OBD_REQUESTS:
            raise
        await _obd_faults(car, unit)
        return False
    return True


async def _obd_faults(car: Car, unit: Unit) -> list[uds.Fault]:
    """Confirmed codes win over pending ones."""
    found: dict[str, uds.Fault] = {}
    for service in (uds.OBD_PENDING, uds.OBD_CONFIRMED):
        request = bytes((service,))
        for fault in uds.parse_obd_faults(request, await ask(car, unit, request)):
            found[str(fault.code)] = fault
    return list(found.values())


async def _text(car: Car, unit: Unit, identifier: int) -> str:
    try:
        value = await read_value(car, unit, identifier)
    except (uds.Refused, uds.Garbled):
        return ""
    return str(value.value) if value else ""


async def _look_closer(car: Car, unit: Unit, fault: uds.Fault) -> Sighting:
    """What a unit tells beyond the code is welcome, and it may refuse to."""
    if fault.code.failure is None:
        return Sighting(fault)
    counted: int | None = None
    frame: tuple[Reading, ...] = ()
    try:
        counted = uds.parse_occurrences(await ask(car, unit, uds.occurrences(fault.code)))
        records = uds.parse_snapshots(await ask(car, unit, uds.snapshots(fault.code)), SIZES)
        frame = tuple(_readings(records[max(records)].items())) if records else ()
    except uds.UdsError as error:
        log.info("%s tells no more about %s: %s", unit.name, fault.code, error)
    return Sighting(fault, counted, frame)


def _readings(fields: Iterable[tuple[int, bytes]]) -> Iterable[Reading]:
    return (found for identifier, data in fields if (found := reading(identifier, data)) is not None)


def _ecu(unit: Unit, *, part: str = "", software: str = "", reachable: bool = True, problem: str = "") -> Ecu:
    return Ecu(
        name=unit.name,
        hal=unit.hal,
        request=unit.request,
        response=unit.response,
        part=part,
        software=software,
        reachable=reachable,
        problem=problem,
    )
