"""The diagnostics service: scans, explains, keeps, clears and repairs, one piece of work at a time."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from carservices.api.diagnostics import Attempt, CarHealth, Diagnostics, Ecu, Meaning, Obstacle, Phase, Reading, Result
from carservices.api.state import StateFile
from carservices.bus import CallError, CarError
from carservices.services.diagnostics import uds
from carservices.services.diagnostics.code import Code
from carservices.services.diagnostics.codebook import Codebook
from carservices.services.diagnostics.conditions import IGNITION, Conditions
from carservices.services.diagnostics.journal import Journal
from carservices.services.diagnostics.policy import Policy, Repair
from carservices.services.diagnostics.records import PRESENT, Record, Records, status_of
from carservices.services.diagnostics.repairer import Repairer
from carservices.services.diagnostics.report import Reporter, sort, verdict
from carservices.services.diagnostics.scanner import read_faults, read_value, scan
from carservices.services.diagnostics.teller import Teller
from carservices.services.diagnostics.units import Unit, ask, find_units
from carservices.signals import Status, Value

SIGNS = (
    "Vehicle.ADAS.*.IsError",
    "Vehicle.Body.**.IsDefect",
    "Vehicle.Body.**.IsLevelLow",
    "Vehicle.Chassis.**.IsBrakesWorn",
    "Vehicle.Chassis.**.IsPressureLow",
)
"""Signals by which the car notifies that a unit may have stored something."""
SIGN_SECONDS = 4.0
"""From the sign to the scan: units test for some seconds before they store."""
LOOK_SECONDS = 300.0
"""How often the units are asked whether their codes have changed, while the car is on; it would wake a parked car."""
SEARCH_SECONDS = 2.0
"""First wait while no HAL reaches a control unit; it doubles up to `LOOK_SECONDS`."""
SCAN_SECONDS = 8.0
"""How long a call waits for a scan to end; callers give up after 10 s."""
ON = ("ON", "START")
SAID = {
    Obstacle.BUSY: "other work goes on, try again when it has ended",
    Obstacle.NOT_PARKED: "the car is not known to be parked",
    Obstacle.IGNITION: "the car must be switched on",
    Obstacle.CHARGE: "the battery has too little charge",
    Obstacle.ATTEMPTS: "it was tried often enough today",
    Obstacle.UNREACHABLE: "the control unit does not answer",
    Obstacle.NO_AUDIT: "the audit file cannot be written",
}
"""Why not, for an error."""
ATTEMPTS_SHOWN = 20

log = logging.getLogger(__name__)


class DiagnosticsService(Diagnostics):
    """Publishes `health` with every step of its work and every change of what may be done."""

    def __init__(self, state_dir: Path | None = None) -> None:
        self._file = StateFile("diagnostics", "scanned.txt", state_dir)
        self._records = Records(state_dir)
        self._journal = Journal(state_dir)
        self._codebook = Codebook()
        self._policy = Policy.packaged()
        self._conditions = Conditions(self._on_conditions)
        self._reporter = Reporter(self._codebook, self._policy, self._journal, self._conditions)
        self._teller = Teller(self._codebook)
        self._units: dict[str, Unit] = {}
        self._ecus: dict[str, Ecu] = {}
        self._scanned = self._restored()
        self._phase, self._busy_with, self._progress, self._problem = Phase.IDLE, "", 0.0, ""
        self._work: asyncio.Task[None] | None = None
        self._finished = 0
        self._again = asyncio.Event()
        self._signs: dict[str, bool] = {}
        self._ignition: Any = None
        self._tried: set[str] = set()
        self._published: CarHealth | None = None

    async def start(self) -> None:
        self._update()
        await self._teller.start(self.car)
        await self._conditions.start(self.car)
        await self.car.watch([*SIGNS, IGNITION], self._on_sign)

    async def run(self) -> None:
        """Scan at once, whenever the car gives a sign, and when a look now and then finds other codes."""
        wait = SEARCH_SECONDS
        due = True
        while True:
            if due and not self._is_busy:
                self._begin(self._scan_all())
                await asyncio.wait({task for task in (self._work,) if task})
            wait = LOOK_SECONDS if self._units else min(2 * wait, LOOK_SECONDS)
            try:
                async with asyncio.timeout(wait):  # wait_for of Python 3.11 can swallow a cancellation
                    await self._again.wait()
                await asyncio.sleep(SIGN_SECONDS)
                due = True
            except TimeoutError:
                due = not self._units or (self._ignition in ON and await self._is_changed())
            self._again.clear()

    async def stop(self) -> None:
        if self._work is not None:
            self._work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._work

    # -- calls -------------------------------------------------------------------------------------------------------

    async def scan(self) -> None:
        if self._phase is not Phase.SCANNING:
            self._begin(self._scan_all())

    async def clear(self, ecu: str | None = None) -> None:
        await self._scan_ended()
        await self._find()
        units = list(self._units.values()) if ecu is None else [self._unit(ecu)]
        self._need_no(self._conditions.to_clear())
        self._begin(self._clear(units))

    async def repair(self, fault: str) -> None:
        await self._scan_ended()
        record = next((one for one in self._records.active if one.id == fault), None)
        found = self._reporter.repair_for(record, self._ecus.get(record.ecu)) if record else None
        if record is None or found is None:
            raise CallError("NOT_FOUND", f"diagnostics.repair: there is no repair for '{fault[:40]}'")
        self._need_no(self._reporter.obstacles(record, self._ecus.get(record.ecu), self._is_busy))
        self._begin(self._repair(record, *found, automatic=False))

    async def explain(self, code: str) -> Meaning:
        try:
            return self._codebook.meaning(Code.parse(code))
        except ValueError as error:
            raise CallError("INVALID_ARGUMENT", f"diagnostics.explain: {error}") from error

    async def read(self, ecu: str, identifier: int) -> Reading:
        if not 0 <= identifier <= 0xFFFF:
            raise CallError("INVALID_ARGUMENT", f"diagnostics.read: 0 <= identifier <= 65535, not {identifier}")
        await self._find()
        try:
            value = await read_value(self.car, self._unit(ecu), identifier)
        except uds.Refused as error:
            raise CallError("NOT_FOUND", f"diagnostics.read: {ecu} {identifier:04X}: {error}") from error
        except uds.UdsError as error:
            raise CallError("UNAVAILABLE", f"diagnostics.read: {error}") from error
        if value is None:
            raise CallError("UNAVAILABLE", f"diagnostics.read: {ecu} has no valid value for {identifier:04X} now")
        return value

    def _unit(self, name: str) -> Unit:
        if name not in self._units:
            known = ", ".join(self._units) or "none"
            raise CallError("NOT_FOUND", f"diagnostics: there is no control unit '{name[:40]}'; there are {known}")
        return self._units[name]

    def _need_no(self, obstacles: tuple[Obstacle, ...]) -> None:
        if obstacles:
            reasons = " and ".join(SAID[obstacle] for obstacle in obstacles)
            raise CallError("UNAVAILABLE", f"diagnostics: {reasons}", {"obstacles": [one.value for one in obstacles]})

    # -- one piece of work at a time ---------------------------------------------------------------------------------

    @property
    def _is_busy(self) -> bool:
        return self._work is not None and not self._work.done()

    async def _scan_ended(self) -> None:
        """Whoever asks for more than a scan need not know that one goes on; it takes seconds at most."""
        if self._phase is Phase.SCANNING and self._work is not None:
            await asyncio.wait({self._work}, timeout=SCAN_SECONDS)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._is_busy:
            work.close()
            self._need_no((Obstacle.BUSY,))
        self._work = asyncio.create_task(self._run(work))

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (CarError, uds.UdsError) as error:
            self._problem = str(error)
            log.warning("%s", error)
        except Exception as error:  # whatever it was, the service goes on and says so
            self._problem = f"internal error: {error}"
            log.exception("a scan, a clearing or a repair failed")
        finally:
            self._work = None
            self._finished += 1
            self._step(Phase.IDLE)

    def _step(self, phase: Phase, busy_with: str = "", progress: float = 0.0) -> None:
        self._phase, self._busy_with, self._progress = phase, busy_with, progress
        self._update()

    async def _scan_all(self) -> None:
        self._step(Phase.SCANNING)
        await self._find()
        self._problem = "" if self._units else "no HAL of this car reaches control units"
        for number, unit in enumerate(self._units.values()):
            self._step(Phase.SCANNING, unit.name, number / len(self._units))
            await self._scan(unit)
        if self._units:
            self._scanned = time.time()
            self._file.write(f"{self._scanned:.0f}")
        self._tried.clear()
        await self._mend()

    async def _mend(self) -> None:
        """What may be repaired without being asked, once after each scan."""
        while (due := self._due()) is not None:
            record, name, repair = due
            self._tried.add(record.id)
            await self._repair(record, name, repair, automatic=True)

    def _due(self) -> tuple[Record, str, Repair] | None:
        for record in self._records.active:
            ecu = self._ecus.get(record.ecu)
            found = self._reporter.repair_for(record, ecu)
            if found is None or not found[1].automatic or record.status not in PRESENT or record.id in self._tried:
                continue
            if not self._reporter.obstacles(record, ecu, busy=False):
                return record, *found
        return None

    async def _scan(self, unit: Unit) -> None:
        result = await scan(self.car, unit)
        self._ecus[unit.name] = result.ecu
        if result.sightings is not None:
            self._records.scanned(unit.name, result.sightings, time.time())
            self._records.save()

    async def _clear(self, units: list[Unit]) -> None:
        failed: list[str] = []
        for number, unit in enumerate(units):
            self._need_no(self._conditions.to_clear())
            self._step(Phase.CLEARING, unit.name, number / len(units))
            try:
                await ask(self.car, unit, uds.clear())
            except uds.UdsError as error:
                failed.append(str(error))
            await self._scan(unit)
        self._problem = "; ".join(failed)

    async def _repair(self, record: Record, name: str, repair: Repair, *, automatic: bool) -> None:
        unit, ecu = self._unit(record.ecu), self._ecus[record.ecu]
        self._step(Phase.REPAIRING, unit.name)
        result, reason = Result.FAILED, "interrupted"
        try:
            repairer = Repairer(self.car, unit, self._policy.lock(ecu.part))
            result, reason = await repairer.run(repair, Code.parse(record.code))
        except uds.UdsError as error:
            reason = str(error)
        finally:
            attempt = Attempt(
                time=time.time(), repair=name, fault=record.id, automatic=automatic, result=result, reason=reason
            )
            with contextlib.suppress(OSError):  # `usable` refuses the next one, and says why
                self._journal.record(attempt)
        await self._scan(unit)

    # -- when to scan ------------------------------------------------------------------------------------------------

    async def _find(self) -> None:
        self._units = {unit.name: unit for unit in await find_units(self.car)}
        for gone in self._ecus.keys() - self._units.keys():
            del self._ecus[gone]

    async def _is_changed(self) -> bool:
        known = {(record.id, record.status) for record in self._records.active}
        seen = set()
        for unit in self._units.values():
            try:
                found = await read_faults(self.car, unit, uds.FAILED | uds.PENDING | uds.CONFIRMED)
            except (uds.UdsError, CarError):
                return True
            seen |= {(f"{unit.name}:{fault.code}", status_of(fault.status)) for fault in found}
        return seen != known

    def _on_sign(self, value: Value) -> None:
        if value.path == IGNITION:
            before, self._ignition = self._ignition, value.value
            given = self._ignition in ON and before not in (*ON, None)
        else:
            now = value.status is Status.AVAILABLE and value.value is True
            given = self._signs.get(value.path, now) != now
            self._signs[value.path] = now
        if given or (value.path == IGNITION and not self._units):
            self._again.set()

    def _on_conditions(self) -> None:
        if not self._is_busy and self._due():
            self._begin(self._mend())
        self._update()

    # -- what is published -------------------------------------------------------------------------------------------

    def _update(self) -> None:
        busy = self._phase is not Phase.IDLE
        codes = sort(self._reporter.trouble(one, self._ecus.get(one.ecu), busy) for one in self._records.active)
        health = CarHealth(
            phase=self._phase,
            finished=self._finished,
            busy_with=self._busy_with,
            progress=self._progress,
            scanned=self._scanned,
            verdict=verdict(codes, self._ecus.values(), self._scanned is not None),
            ecus=tuple(self._ecus.values()),
            codes=codes,
            healed=tuple(self._reporter.trouble(one, None, busy) for one in self._records.healed),
            attempts=tuple(reversed(self._journal.attempts))[:ATTEMPTS_SHOWN],
            obstacles=(*self._conditions.to_clear(), *((Obstacle.BUSY,) if busy else ())),
            problem=self._problem,
        )
        if health != self._published:
            self._published = health
            self.health.publish(health)
            self._teller.tell(codes)

    def _restored(self) -> float | None:
        text = self._file.read()
        try:
            return float(text) if text else None
        except ValueError:
            log.warning("%s is damaged: when the last scan was is not known", self._file.path)
            return None
