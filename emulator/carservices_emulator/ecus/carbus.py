"""The emulated car's end of a CAN bus: its control units, what goes wrong with them, and what they tell testers."""

from collections.abc import Callable

from carservices.hal import HalError
from carservices_emulator.diagnostics import ECUS, Diagnostics
from carservices_emulator.ecus.diagnosis import Diagnosis
from carservices_emulator.ecus.disturbance import Disturbance
from carservices_emulator.ecus.network import Act, Network
from carservices_emulator.ecus.sender import Observe
from carservices_hal.can.bus import BusOptions


class CarBus:
    """A `Network` and the `Diagnosis` on it. ``units`` gives the units of the car as it is now."""

    def __init__(
        self, bus: BusOptions, observe: Observe, act: Act, wake: Callable[[], None], units: Callable[[], Diagnostics]
    ) -> None:
        self._network = Network(bus, observe, act, wake, units)
        self._diagnosis = Diagnosis(self._network, units)
        self.paths = self._network.paths
        """The signals that are on the bus."""
        self.tick = self._network.tick
        self.open = self._network.open
        self.figures = self._network.figures

    async def close(self) -> None:
        """Leave the bus."""
        self._diagnosis.close()
        await self._network.close()

    @property
    def fault(self) -> str:
        """Why there is no bus now; empty while there is."""
        return self._network.fault

    @property
    def mute(self) -> set[str]:
        """The control units whose cyclic messages stay away."""
        return self._network.mute

    def disturb(self, ecu: str, kind: str, *, on: bool) -> None:
        """Begin or end a disturbance of one control unit. Raises HalError for one there is not."""
        if ecu not in ECUS or kind not in set(Disturbance):
            raise HalError(f"disturb takes ecu, one of {', '.join(ECUS)}, and kind, one of {', '.join(Disturbance)}")
        self._network.disturb(ecu, Disturbance(kind), on=on)

    def disturbed(self) -> dict[str, list[str]]:
        """Control unit → what is wrong with it, of those with something wrong."""
        return {ecu: sorted(kinds) for ecu, kinds in self._network.disturbances.items() if kinds}
