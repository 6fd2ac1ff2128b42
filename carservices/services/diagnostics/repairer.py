"""Does the steps of a repair on one control unit, and looks whether it helped."""

import asyncio

from carservices.api.diagnostics import Result
from carservices.bus import Car
from carservices.services.diagnostics import uds
from carservices.services.diagnostics.code import Code
from carservices.services.diagnostics.policy import Lock, Repair, Step
from carservices.services.diagnostics.scanner import read_faults
from carservices.services.diagnostics.units import Unit, ask

DONE, RUNNING = 0, 1
"""How a routine says that it is, in the last byte of its answer."""
STEP_SECONDS = 8.0
"""For one answer; the hub gives up on a HAL after 10 s."""
ROUTINE_SECONDS = 30.0
RESTART_SECONDS = 10.0
"""How long a unit may take to answer after a reset."""
TEST_SECONDS = 12.0
"""How long a unit may take to test anew what was repaired."""
POLL_SECONDS = 0.5


class Repairer:
    """One repair of one unit. Every method raises UdsError when the unit does not do its part."""

    def __init__(self, car: Car, unit: Unit, lock: Lock | None) -> None:
        self._car = car
        self._unit = unit
        self._lock = lock

    async def run(self, repair: Repair, code: Code) -> tuple[Result, str]:
        """All steps, then the verdict of the unit's own test and what it rests on."""
        for step in repair.steps:
            await self._do(step)
        if repair.clear:
            await self._ask(uds.clear(code.number))
        return await self._verdict(code)

    async def _do(self, step: Step) -> None:
        if step.session is not None:
            await self._ask(uds.session(step.session))
        elif step.unlock is not None:
            await self._unlock(step.unlock)
        elif step.routine is not None:
            await self._routine(step.routine)
        elif step.reset is not None:
            await self._ask(uds.reset(step.reset))
            await self._restarted()
        elif step.wait is not None:
            await asyncio.sleep(step.wait)

    async def _unlock(self, level: int) -> None:
        if self._lock is None:
            raise uds.UdsError(f"{self._unit.name} is locked, and its maker's key is not known")
        seed = uds.parse_seed(await self._ask(uds.seed(level)))
        if any(seed):
            await self._ask(uds.key(level, self._lock.key(seed, self._unit.request)))

    async def _routine(self, identifier: int) -> None:
        """Start it and follow it to its end."""
        state = uds.parse_routine(await self._ask(uds.routine(identifier, uds.START)))
        deadline = _now() + ROUTINE_SECONDS
        while state == RUNNING:
            if _now() >= deadline:
                raise uds.UdsError(f"{self._unit.name}: routine {identifier:04X} does not come to an end")
            await asyncio.sleep(POLL_SECONDS)
            state = uds.parse_routine(await self._ask(uds.routine(identifier, uds.RESULTS)))
        if state not in (DONE, None):
            raise uds.UdsError(f"{self._unit.name}: routine {identifier:04X} ended with {state}")

    async def _restarted(self) -> None:
        deadline = _now() + RESTART_SECONDS
        while True:
            try:
                await self._ask(uds.tester_present())
                return
            except uds.NoAnswer:
                if _now() >= deadline:
                    raise
                await asyncio.sleep(POLL_SECONDS)

    async def _verdict(self, code: Code) -> tuple[Result, str]:
        """Wait until the unit has tested, or long enough."""
        deadline = _now() + TEST_SECONDS
        while True:
            found = await read_faults(self._car, self._unit, uds.ANY_STATUS)
            status = next((fault.status for fault in found if fault.code == code), 0)
            if not status & (uds.FAILED | uds.UNTESTED):
                return Result.FIXED, ""
            if _now() >= deadline:
                return Result.NOT_FIXED, "the fault is still there" if status & uds.FAILED else "not tested again yet"
            await asyncio.sleep(POLL_SECONDS)

    async def _ask(self, request: bytes) -> bytes:
        return await ask(self._car, self._unit, request, STEP_SECONDS)


def _now() -> float:
    return asyncio.get_running_loop().time()
