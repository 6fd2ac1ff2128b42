"""Fault memory of one control unit: debounce, status bits, snapshots and ageing of ISO 14229-1 (Annex D)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from carservices_emulator.diagnostics.codes import Severity, Status, number
from carservices_emulator.world import World

PASSED, FAILED = -128.0, 127.0
"""The fault detection counter's ends."""
NEW = Status.NOT_COMPLETED_SINCE_CLEAR | Status.NOT_COMPLETED_THIS_CYCLE
HEALED_AFTER = 3
"""Operation cycles without the fault that put the warning out (SAE J1979, as OBD asks)."""
AGED_AFTER = 40
"""Further cycles without it after which a confirmed fault is forgotten (SAE J1979: 40 warm-up cycles)."""
FIRST, LATEST = 1, 2
"""Numbers of the snapshot records."""
ALL, EMISSIONS = 0xFFFFFF, 0xFFFF33
"""Groups of codes (ISO 14229-1, Table D.1); any other group is one code."""

Test = Callable[[World], bool | None]
"""Whether the fault is there now; None while the unit cannot tell."""
Snapshot = Callable[[], bytes]
"""Identifiers and their data, as a snapshot record holds them, without its number."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table of faults; ``after`` s of failing set it, as many of passing take it back.

    ``trips`` operation cycles with the fault confirm it; ``lamp`` asks for the warning lamp once it is confirmed.
    """

    ecu: str
    code: str
    description: str
    severity: Severity
    test: Test
    after: float = 2.0
    trips: int = 1
    lamp: bool = False

    @property
    def number(self) -> int:
        return number(self.code)

    @property
    def emissions(self) -> bool:
        """Whether OBD reports it: standardised powertrain codes."""
        return self.code.startswith("P0")


@dataclass(slots=True)
class Trouble:
    """What a unit remembers of one fault."""

    fault: Fault
    status: Status = NEW
    counter: float = 0.0
    occurrences: int = 0
    trips: int = 0
    healing: int = 0
    ageing: int = 0
    permanent: bool = False
    """Kept through a clear until the unit has seen a cycle without the fault (OBD mode 0A)."""
    snapshots: dict[int, bytes] = field(default_factory=dict)

    def judge(self, failing: bool, dt: float, snapshot: Snapshot) -> None:
        """One test result after ``dt`` s; a change of sides starts from zero."""
        if self.counter == (FAILED if failing else PASSED):
            return
        rate = FAILED / max(self.fault.after, 1e-9)
        if failing:
            self.counter = min(FAILED, max(self.counter, 0.0) + rate * dt)
            if self.counter == FAILED:
                self._failed(snapshot)
        else:
            self.counter = max(PASSED, min(self.counter, 0.0) - rate * dt)
            if self.counter == PASSED:
                self.status &= ~(Status.TEST_FAILED | NEW)

    def _failed(self, snapshot: Snapshot) -> None:
        if Status.TEST_FAILED not in self.status or Status.TEST_FAILED_THIS_CYCLE not in self.status:
            self.occurrences = min(255, self.occurrences + (Status.TEST_FAILED not in self.status))
            self.snapshots[LATEST] = record = snapshot()
            self.snapshots.setdefault(FIRST, record)
        if Status.TEST_FAILED_THIS_CYCLE not in self.status:
            self.trips += 1
            self.healing = self.ageing = 0
        self.status &= ~NEW
        self.status |= Status.TEST_FAILED | Status.TEST_FAILED_THIS_CYCLE | Status.PENDING | Status.FAILED_SINCE_CLEAR
        if self.trips >= self.fault.trips:
            self.status |= Status.CONFIRMED
            if self.fault.lamp:
                self.status |= Status.WARNING_INDICATOR
                self.permanent = self.permanent or self.fault.emissions

    def new_cycle(self) -> None:
        """The car is switched on again: judge the cycle that ended, begin the next."""
        tested = Status.NOT_COMPLETED_THIS_CYCLE not in self.status
        if tested and Status.TEST_FAILED_THIS_CYCLE not in self.status:
            self._clean_cycle()
        self.status = self.status & ~Status.TEST_FAILED_THIS_CYCLE | Status.NOT_COMPLETED_THIS_CYCLE
        self.counter = 0.0

    def _clean_cycle(self) -> None:
        self.status &= ~Status.PENDING
        self.trips = 0
        if self.healing < HEALED_AFTER:
            self.healing += 1
            if Status.CONFIRMED not in self.status or self.healing == HEALED_AFTER:
                self.permanent = False
        elif Status.CONFIRMED in self.status:
            self.ageing += 1
        if self.healing >= HEALED_AFTER:
            self.status &= ~Status.WARNING_INDICATOR
        if self.ageing >= AGED_AFTER:
            self.status &= ~Status.CONFIRMED
            self.snapshots.clear()
            self.occurrences = 0


class Memory:
    """The faults of one unit, by number; `step` runs their tests."""

    def __init__(self, faults: Iterable[Fault], snapshot: Snapshot) -> None:
        self.troubles = {fault.number: Trouble(fault) for fault in faults}
        self._snapshot = snapshot

    def __iter__(self) -> Iterator[Trouble]:
        return iter(self.troubles.values())

    def step(self, world: World, dt: float) -> None:
        """Run every test once, ``dt`` s after the last time."""
        for trouble in self:
            failing = trouble.fault.test(world)
            if failing is not None:
                trouble.judge(failing, dt, self._snapshot)

    def new_cycle(self) -> None:
        for trouble in self:
            trouble.new_cycle()

    def clear(self, group: int) -> bool:
        """Make a group as new, but for what is permanent; False for a group there is not."""
        troubles = self.group(group)
        for trouble in troubles or ():
            self.troubles[trouble.fault.number] = Trouble(trouble.fault, permanent=trouble.permanent)
        return troubles is not None

    def group(self, group: int) -> list[Trouble] | None:
        """The faults of a group of codes; None for a group there is not."""
        if group == ALL:
            return list(self)
        if group == EMISSIONS:
            return [trouble for trouble in self if trouble.fault.emissions]
        trouble = self.troubles.get(group)
        return None if trouble is None else [trouble]

    def matching(self, mask: int) -> list[Trouble]:
        """Those with any of the status bits of ``mask``."""
        return [trouble for trouble in self if trouble.status & mask]
