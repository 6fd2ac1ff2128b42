"""Routines of the units (service 0x31): what a workshop can make them do, and what that repairs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from carservices_emulator.breakdowns import switch
from carservices_emulator.diagnostics.nrc import Nrc, Refusal
from carservices_emulator.diagnostics.unit import Pending, Running, Unit
from carservices_emulator.model.car import PARK
from carservices_emulator.world import World

DONE, RUNNING, FAILED, STOPPED = range(4)
"""Last byte of an answer: how the routine is."""
START, STOP, RESULTS = 1, 2, 3
"""Sub-functions of service 0x31."""


@dataclass(frozen=True, slots=True)
class Routine:
    """One routine; ``act`` is done after ``seconds`` and says how it ended.

    One that ``waits`` answers only then (response pending until it does); others run while the tester asks for results.
    """

    ecu: str
    number: int
    name: str
    act: Callable[[Unit], int]
    seconds: float = 0.0
    waits: bool = False
    secure: bool = False


def mend(world: World, breakdowns: Iterable[str]) -> None:
    """Repair those that there are."""
    for name in world.broken.intersection(breakdowns):
        switch(world, name, on=False)


def repairing(*breakdowns: str) -> Callable[[Unit], int]:
    """An act that mends what software can mend, and leaves the rest as it is."""

    def act(unit: Unit) -> int:
        mend(unit.world, breakdowns)
        return DONE

    return act


RESTARTS = {"VCU": ("limp-home",)}
"""What a restart of a unit mends."""


def restart(unit: Unit) -> None:
    """Switch the unit off and on."""
    unit.restart()
    mend(unit.world, RESTARTS.get(unit.address.name, ()))


def check_contactors(unit: Unit) -> int:
    """Both contactors open and close: only in P, without a cable."""
    car = unit.world.car
    return DONE if car.gear == PARK and car.port.plug is None else FAILED


ROUTINES: dict[tuple[str, int], Routine] = {
    (routine.ecu, routine.number): routine
    for routine in (
        Routine("TPMS", 0x0301, "Re-learn tyre sensors", repairing("tyre-sensor-lost"), 5.0),
        Routine("BCM", 0x0302, "Re-initialise windows", repairing("window-reference"), 3.0, waits=True),
        Routine("HVAC", 0x0303, "Reset heater lock-out", repairing("heater-lockout")),
        Routine("BMS", 0x0304, "Contactor self test", check_contactors, 1.5, waits=True, secure=True),
    )
}
"""By unit and routine identifier."""


def routine_control(unit: Unit, data: bytes) -> bytes | Pending:
    """Start, stop or ask a routine."""
    settle(unit)
    routine = ROUTINES.get((unit.address.name, int.from_bytes(data[1:3])))
    if routine is None:
        raise Refusal(Nrc.OUT_OF_RANGE)
    if routine.secure and not unit.unlocked:
        raise Refusal(Nrc.SECURITY_ACCESS_DENIED)
    running = unit.routines.get(routine.number)
    if data[0] == START:
        unit.stand_still()
        if routine.waits:
            return Pending(routine.seconds, lambda: _end(unit, routine, data))
        unit.routines[routine.number] = Running(unit.clock() + routine.seconds)
        settle(unit)
    elif running is None or (data[0] == STOP and running.result is not None):
        raise Refusal(Nrc.SEQUENCE_ERROR)
    elif data[0] == STOP:
        running.result = STOPPED
    result = unit.routines[routine.number].result
    return data + bytes([RUNNING if result is None else result])


def settle(unit: Unit) -> None:
    """Let routines whose time is over do their act."""
    for number, running in unit.routines.items():
        if running.result is None and unit.clock() >= running.until:
            running.result = ROUTINES[unit.address.name, number].act(unit)


def _end(unit: Unit, routine: Routine, data: bytes) -> bytes:
    result = routine.act(unit)
    unit.routines[routine.number] = Running(unit.clock(), result)
    return data + bytes([result])
