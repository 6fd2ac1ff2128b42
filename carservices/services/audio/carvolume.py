"""The car's own word for the volume, a signal, kept at one with the volume of the service."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from carservices.bus import Car
from carservices.bus.errors import CarError
from carservices.signals import Status, Value

PATH: Final = "Vehicle.Cabin.Infotainment.Media.Volume"
"""VSS 6.0: uint8, 0–100 percent, "Current Media Volume". Of a mute it knows nothing: 0 is silent, as it is here."""
TIMEOUT: Final = 2.0
"""s in which the car shows that it has taken a volume; meanwhile the next one waits."""

log = logging.getLogger(__name__)


class CarVolume:
    """Tells the car ``volume()`` (0–1) and calls ``turned`` (0–1) when somebody in the car has turned it.

    The service owns the volume, as CarAudioService does in AAOS, and what reaches it last is the volume. A value of the
    signal that is neither what we said nor what sounds is somebody else's: a knob, a client. It is taken over, as in
    AAOS (`Reasons.EXTERNAL_AMP_VOL_FEEDBACK`), and not sent back, unless an older word of ours has covered it in the
    car: so there is no loop. One value at a time is said, the newest next: no older echo turns the volume back.

    When the signal comes into sight, at the start or after its HAL or the hub was away, the car is told what sounds:
    the person chose it, the car's value is only what was left there. With ``chosen`` False nobody has chosen yet, and
    the car's value is the better beginning. A car may lack the signal, or not let it be set.
    """

    def __init__(self, car: Car, volume: Callable[[], float], turned: Callable[[float], None], *, chosen: bool) -> None:
        self._car = car
        self._volume = volume
        self._turned = turned
        self._chosen = chosen
        self._level: int | None = None
        """The signal (%); None while it is out of sight."""
        self._seen = 0
        """Timestamp (ns) of the newest value; a confirmation may overtake the value it is about."""
        self._said: int | None = None
        """What (%) the car was told and has not shown yet."""
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._car.watch([PATH], self._see)

    def forget(self) -> None:
        """The signal is out of sight."""
        if self._telling:
            self._telling.cancel()
        self._level, self._seen, self._said, self._telling = None, 0, None, None

    def tell(self) -> None:
        """The person has chosen what sounds."""
        self._chosen = True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    def _see(self, value: Value) -> None:
        level = value.value
        if value.status is not Status.AVAILABLE or not isinstance(level, int | float):
            self.forget()
        elif value.timestamp > self._seen:
            first = self._level is None
            self._level, self._seen = round(level), value.timestamp
            if first and self._chosen:
                self.tell()
            elif self._level not in (self._said, percent(self._volume())):
                self._chosen = True
                self._turned(level / 100)

    async def _tell(self) -> None:
        try:
            while self._level is not None and self._level != (wanted := percent(self._volume())):
                self._said = wanted
                shown = await (await self._car.set(PATH, wanted, timeout=TIMEOUT)).confirmed()
                if shown.timestamp > self._seen:
                    self._level, self._seen = wanted, shown.timestamp
        except CarError as error:
            log.info("the volume is not in the car: %s", error)
        self._said = None


def percent(volume: float) -> int:
    """As the signal has it."""
    return round(100 * volume)
