"""Talks to the control units through the HALs that reach them: one question, one checked answer."""

import asyncio
import logging
from dataclasses import dataclass

from carservices.bus import CallError, Car, wire
from carservices.services.diagnostics import uds

TIMEOUT = 2.0
"""s for an answer: P2 of ISO 14229-2 is 50 ms, adapters and gateways add to it."""
BUSY_TRIES = 5
BUSY_SECONDS = 0.2
"""A unit that says busyRepeatRequest is asked again, this often and this far apart."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unit:
    """Where a control unit can be reached; CAN identifiers of question and answer."""

    name: str
    hal: str
    request: int
    response: int


async def find_units(car: Car) -> list[Unit]:
    """Every control unit of every HAL that has some, in their order; a name counts once."""
    found: dict[str, Unit] = {}
    for hal in await car.call(wire.HUB, "hals"):
        try:
            told = await car.control(hal["name"], "ecus")
        except CallError as error:
            if error.code == "PERMISSION_DENIED":
                raise
            continue  # this HAL has none
        try:
            units = [Unit(str(one["name"]), hal["name"], int(one["request"]), int(one["response"])) for one in told]
        except (KeyError, TypeError, ValueError) as error:
            log.warning("HAL %s: its control units cannot be understood (%r)", hal["name"], error)
            continue
        for unit in units:
            found.setdefault(unit.name, unit)
    return list(found.values())


async def ask(car: Car, unit: Unit, request: bytes, timeout: float = TIMEOUT) -> bytes:
    """The unit's positive answer. Raises NoAnswer, Refused or Garbled."""
    for attempt in range(BUSY_TRIES):
        if attempt:
            await asyncio.sleep(BUSY_SECONDS)
        try:
            return uds.checked(request, await _once(car, unit, request, timeout))
        except uds.Refused as error:
            if error.reason != uds.BUSY:
                raise
            refusal = error
    raise refusal


async def _once(car: Car, unit: Unit, request: bytes, timeout: float) -> bytes:
    try:
        answers = await car.control(unit.hal, "diagnose", to=unit.request, data=request, timeout=timeout)
    except CallError as error:
        raise uds.NoAnswer(f"{unit.name}: {error.message}") from error
    for sender, answer in answers:
        if sender == unit.response:
            return bytes(answer)
    raise uds.NoAnswer(f"{unit.name} does not answer")
