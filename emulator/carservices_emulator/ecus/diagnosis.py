"""The control units answer testers on the emulated car's bus."""

import asyncio
from collections.abc import Callable
from functools import partial

from carservices_emulator.diagnostics.network import Diagnostics
from carservices_emulator.diagnostics.transport import Transport
from carservices_emulator.ecus.network import Network
from carservices_hal.can.tester import key_of


class Diagnosis:
    """Joins the units' `Transport` to a `Network`. ``units`` gives the units of the car as it is now."""

    def __init__(self, network: Network, units: Callable[[], Diagnostics]) -> None:
        self._network = network
        self._transport = Transport(units, self._post, network.hears)
        self._timer: asyncio.TimerHandle | None = None
        for to in self._transport.ids:
            network.listen(key_of(to), partial(self._heard, to))

    def close(self) -> None:
        """Leave no timer behind."""
        if self._timer is not None:
            self._timer.cancel()

    def _post(self, ecu: str, source: int, frame: bytes) -> None:
        self._network.post(ecu, key_of(source), frame)

    def _heard(self, to: int, frame: bytes) -> None:
        self._transport.feed(to, frame, asyncio.get_running_loop().time())
        self._poll()

    def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        self.close()
        due = self._transport.poll(loop.time())
        self._timer = None if due is None else loop.call_at(due, self._poll)
