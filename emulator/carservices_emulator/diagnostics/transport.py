"""The control units over ISO-TP: frames in, frames out, on any bus and any clock (ISO 15765-2, normal addressing)."""

from collections.abc import Callable

from carservices_emulator.diagnostics.addresses import ECUS, FUNCTIONAL, FUNCTIONAL_29
from carservices_emulator.diagnostics.network import Diagnostics
from carservices_emulator.diagnostics.nrc import Nrc
from carservices_emulator.diagnostics.server import NEGATIVE, Server
from carservices_hal.can.isotp import CLASSIC, Link

Post = Callable[[str, int, bytes], None]
"""Sends a frame: the unit, the CAN id, the data."""
LOOK = 0.02
"""s between two looks for an answer that was announced."""
AGAIN = 2.5
"""s after which it is announced again: half of P2*."""


class Transport:
    """Each unit listens on its ids of 11 and 29 bits, and all of them on the functional ones."""

    def __init__(self, units: Callable[[], Diagnostics], post: Post, hears: Callable[[str], bool]) -> None:
        self._units = units
        self._hears = hears
        self._links: dict[int, Link] = {}
        """By the id the unit answers from."""
        self._requests: dict[int, Link] = {
            to: Link(_unheard, longest=CLASSIC - 1) for to in (FUNCTIONAL, FUNCTIONAL_29)
        }
        """By request id; a request to all fits into one frame (ISO 15765-2)."""
        for ecu in ECUS.values():
            for to, source in ((ecu.request, ecu.response), (ecu.request_29, ecu.response_29)):
                self._requests[to] = self._links[source] = Link(_posting(post, ecu.name, source))
        self._pending: dict[int, tuple[Server, bytes, float]] = {}

    @property
    def ids(self) -> list[int]:
        """What there is to hear."""
        return list(self._requests)

    def feed(self, to: int, frame: bytes, now: float) -> None:
        """A frame that came on one of the `ids`, at ``now`` s."""
        request = self._requests[to].feed(frame, now)
        if not request:
            return
        answers, pending = self._units().request(to, request, self._hears)
        for source, answer in answers:
            self._links[source].transmit(answer, now)
        wait = bytes((NEGATIVE, request[0], Nrc.RESPONSE_PENDING))
        for source, server in pending.items():
            self._links[source].transmit(wait, now)
            self._pending[source] = (server, wait, now + AGAIN)

    def poll(self, now: float) -> float | None:
        """Send what is due; when to call again at the latest, None for not before `feed`."""
        for source, (server, wait, again) in list(self._pending.items()):
            if (answer := server.late()) is not None:
                self._links[source].transmit(answer, now)
            elif server.busy:
                if now >= again:
                    self._links[source].transmit(wait, now)
                    self._pending[source] = (server, wait, now + AGAIN)
                continue
            del self._pending[source]
        times = [due for link in self._requests.values() if (due := link.poll(now)) is not None]
        if self._pending:
            times.append(now + LOOK)
        return min(times, default=None)


def _posting(post: Post, name: str, source: int) -> Callable[[bytes], None]:
    return lambda frame: post(name, source, frame)


def _unheard(frame: bytes) -> None:
    """A request to all gets no flow control."""
