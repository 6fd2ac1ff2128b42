"""What the VISS door remembers of chosen signals, for the filter `history`; nothing of any other."""

import asyncio
import contextlib
import re
import time
from collections import deque
from collections.abc import Iterable, Sequence

from carservices.signals import Status, Value
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.mailbox import MAX_BUFFER, Mailbox
from carservices_hal.doors.vehicle import Vehicle

RATE = 1.0
"""Values a second of a continuous signal; others as they change."""
MOST = 3600
"""Values of one signal; the oldest go."""
RETRY = 1.0
"""s until the next attempt to follow a car that cannot be followed now."""
PERIOD = re.compile(r"P(?=.)(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?")
"""ISO 8601 as VISSv2 has it: days, hours, minutes and seconds."""
UNITS = (86_400, 3600, 60, 1)


def seconds(said: object) -> int:
    """A period such as ``P2DT12H``. Raises DoorError."""
    match = PERIOD.fullmatch(said) if isinstance(said, str) else None
    if match is None:
        raise DoorError("INVALID_DURATION", "the filter 'history' takes a period such as P1DT2H30M5S")
    return sum(int(number or 0) * unit for number, unit in zip(match.groups(), UNITS, strict=True))


class History:
    """The newest values of some signals, oldest first."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._values: dict[str, deque[Value]] = {path: deque(maxlen=MOST) for path in paths}
        self._silent: set[str] = set()
        """Those that have no value now."""

    def __bool__(self) -> bool:
        return bool(self._values)

    async def record(self, vehicle: Vehicle) -> None:
        """Follow the car until cancelled."""
        while True:
            with contextlib.suppress(DoorError):  # the hub restarts
                async with vehicle.subscription(list(self._values), Mailbox(MAX_BUFFER), RATE) as mailbox:
                    while True:
                        for path, value in (await mailbox.take()).items():
                            self._remember(path, value)
            await asyncio.sleep(RETRY)

    def of(self, path: str, period: float) -> Sequence[Value]:
        """What a signal said in the last ``period`` s, without what it says now."""
        since = time.monotonic_ns() - round(period * 1e9)
        said = list(self._values.get(path, ()))
        return [value for value in (said if path in self._silent else said[:-1]) if value.timestamp >= since]

    def _remember(self, path: str, value: Value) -> None:
        """After a restart of the hub, and when the car is followed again, what was said last comes once more."""
        if value.status is not Status.AVAILABLE:
            self._silent.add(path)
            return
        self._silent.discard(path)
        said = self._values[path]
        if not said or value.timestamp > said[-1].timestamp:
            said.append(value)
