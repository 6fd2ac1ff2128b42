"""What a unit counts for OBD: time and distance since the start, since its memory was cleared, since the lamp is on."""

from dataclasses import dataclass

from carservices_emulator.diagnostics.codes import Status
from carservices_emulator.diagnostics.memory import Memory, Trouble
from carservices_emulator.world import World

Elapsed = tuple[float, float]
"""s and m since a mark."""


@dataclass(slots=True)
class Mark:
    """A moment: the world's time in s and the odometer in m."""

    time: float
    odometer: float


class Records:
    """The marks of one unit, and the freeze frame of the first fault that OBD reports."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.started = self.cleared = self._now()
        self.lamp: Mark | None = None
        self.warm_ups = 0
        self.frame: tuple[int, dict[int, bytes]] | None = None
        """Two bytes of the code as a number, and the data by PID."""

    def since(self, mark: Mark | None) -> Elapsed:
        """Up to now; 0 without a mark."""
        now = self._now()
        return (now.time - mark.time, max(0.0, now.odometer - mark.odometer)) if mark else (0.0, 0.0)

    def ago(self, elapsed: Elapsed) -> Mark:
        """The mark that now is so long and so far back."""
        now = self._now()
        return Mark(now.time - elapsed[0], now.odometer - elapsed[1])

    def start(self) -> None:
        """A new operation cycle; each counts as a warm-up, for nothing in an electric car need warm up first."""
        self.started = self._now()
        self.warm_ups = min(255, self.warm_ups + 1)

    def clear(self) -> None:
        """The memory was cleared."""
        self.cleared = self._now()
        self.lamp = None
        self.warm_ups = 0
        self.frame = None

    def look(self, memory: Memory) -> Trouble | None:
        """Follow the memory; a fault that needs a freeze frame, which there is not yet, comes back."""
        told = [trouble for trouble in memory if int(trouble.status) & TOLD]
        lit = any(Status.WARNING_INDICATOR in trouble.status for trouble in told)
        self.lamp = (self.lamp or self._now()) if lit else None
        kept = [trouble for trouble in told if trouble.fault.emissions and trouble.status & KEPT]
        if not kept:
            self.frame = None
        return kept[0] if kept and self.frame is None else None

    def _now(self) -> Mark:
        return Mark(self._world.time, self._world.car.trip.odometer)


KEPT = Status.PENDING | Status.CONFIRMED
"""A fault with one of these keeps its freeze frame."""
TOLD = int(KEPT | Status.WARNING_INDICATOR)
"""A plain number: flags are slow, and a sound car has some eighty faults without any of these, twice a second."""
