"""The car's own word for the volume, a signal, kept at one with the volume of the service."""

from collections.abc import Callable
from typing import Final

from carservices.api.mirror import Mirror
from carservices.bus import Car

PATH: Final = "Vehicle.Cabin.Infotainment.Media.Volume"
"""VSS 6.0: uint8, 0–100 percent, "Current Media Volume". Of a mute it knows nothing: 0 is silent, as it is here."""


class CarVolume:
    """Tells the car ``volume()`` (0–1) and calls ``turned`` (0–1) when somebody in the car has turned it.

    The service owns the volume, as CarAudioService does in AAOS, and what reaches it last is the volume: what a knob or
    a client sets is taken over (`Reasons.EXTERNAL_AMP_VOL_FEEDBACK` there).

    When the signal comes into sight the car is told what sounds: the person chose it, the car's value is only what was
    left there. With ``chosen`` False nobody has chosen yet, and the car's value is the better beginning.
    """

    def __init__(self, car: Car, volume: Callable[[], float], turned: Callable[[float], None], *, chosen: bool) -> None:
        self._volume = volume
        self._turned = turned
        self._mirror = Mirror(car, [PATH], lambda: {PATH: percent(volume())}, self._on_heard, chosen=chosen)
        self.start = self._mirror.start
        self.stop = self._mirror.stop
        self.tell = self._mirror.tell

    def _on_heard(self, _path: str, level: float) -> None:
        if round(level) != percent(self._volume()):
            self._mirror.chosen = True
            self._turned(round(level) / 100)


def percent(volume: float) -> int:
    """As the signal has it."""
    return round(100 * volume)
