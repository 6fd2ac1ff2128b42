"""How a control unit answers: the checks every request passes, in ISO 14229-1's order, and its answer in bytes."""

from collections.abc import Callable

from carservices_emulator.diagnostics import pids
from carservices_emulator.diagnostics.addresses import Address
from carservices_emulator.diagnostics.nrc import UNHEARD, Nrc, Refusal
from carservices_emulator.diagnostics.obd import MODES
from carservices_emulator.diagnostics.routines import restart, settle
from carservices_emulator.diagnostics.uds import SERVICES, Service
from carservices_emulator.diagnostics.unit import Pending, Session, Unit
from carservices_emulator.world import World

NEGATIVE = 0x7F
ANSWER = 0x40
"""Added to the service's byte in a positive answer."""
TESTER_PRESENT = 0x3E
"""The one service a unit has time for while it is busy."""
SUPPRESS = 0x80
"""Bit of the sub-function: no positive answer."""
LONGEST = 4095
"""Bytes of the longest answer (ISO 15765-2 with 12 bits of length)."""


class Server:
    """One unit that answers; `respond` takes requests, `late` gives the answers it announced as pending."""

    def __init__(self, address: Address, world: World, clock: Callable[[], float]) -> None:
        self.unit = Unit(address, world, clock)
        self.address = address

    def respond(self, request: bytes, *, functional: bool = False) -> bytes | None:
        """The answer to a request, None for silence. A request to all units is ``functional``."""
        if not request:
            return None
        self.late()  # nobody has fetched it: the tester has given up
        self.unit.listen()
        service = request[0]
        try:
            return self._answer(service, request[1:])
        except Refusal as refusal:
            if functional and refusal.nrc in UNHEARD:
                return None
            return bytes((NEGATIVE, service, refusal.nrc))

    def late(self) -> bytes | None:
        """The final answer to a request that was answered with response pending, once it is there."""
        unit = self.unit
        if unit.late is None or unit.clock() < unit.late[0]:
            return None
        _, service, finish = unit.late
        unit.late = None
        unit.listen()
        try:
            return bytes([service + ANSWER]) + finish()
        except Refusal as refusal:
            return bytes((NEGATIVE, service, refusal.nrc))

    @property
    def busy(self) -> bool:
        """Whether a final answer is still to come."""
        return self.unit.late is not None

    def new_cycle(self) -> None:
        """The car was switched off and on, and the unit with it."""
        restart(self.unit)
        self.unit.new_cycle()

    def step(self, dt: float) -> None:
        """Let the unit look for faults, ``dt`` s of the world's time after the last look."""
        unit = self.unit
        unit.step(dt)
        settle(unit)
        trouble = unit.records.look(unit.memory)
        if trouble is not None:
            unit.records.frame = (trouble.fault.number >> 8, pids.freeze(unit))

    def _answer(self, number: int, data: bytes) -> bytes | None:
        unit = self.unit
        if number in MODES and self.address.obd:
            return bytes([number + ANSWER]) + MODES[number](unit, data)
        service = SERVICES.get(number)
        if service is None:
            raise Refusal(Nrc.SERVICE_NOT_SUPPORTED)
        if unit.late is not None and number != TESTER_PRESENT:
            raise Refusal(Nrc.BUSY)
        if service.extended and unit.session is Session.DEFAULT:
            raise Refusal(Nrc.SERVICE_NOT_IN_SESSION)
        quiet = False
        if service.subs is not None and data:
            quiet = bool(data[0] & SUPPRESS)
            data = bytes([data[0] & ~SUPPRESS]) + data[1:]
        self._check(service, data)
        result = service.handler(unit, data)
        if isinstance(result, Pending):
            unit.late = (unit.clock() + result.seconds, number, result.finish)
            raise Refusal(Nrc.RESPONSE_PENDING)
        if len(result) >= LONGEST:
            raise Refusal(Nrc.RESPONSE_TOO_LONG)
        return None if quiet else bytes([number + ANSWER]) + result

    def _check(self, service: Service, data: bytes) -> None:
        least, most = service.length
        if service.subs is not None:
            if not data:
                raise Refusal(Nrc.INCORRECT_LENGTH)
            if data[0] not in service.subs:
                raise Refusal(Nrc.SUB_FUNCTION_NOT_SUPPORTED)
            least, most = service.subs[data[0]]
        if not least <= len(data) <= most:
            raise Refusal(Nrc.INCORRECT_LENGTH)
