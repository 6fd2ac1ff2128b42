"""One control unit: its session, its lock, its memory and what it is doing."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from carservices_emulator.diagnostics.addresses import Address
from carservices_emulator.diagnostics.faults import FAULTS
from carservices_emulator.diagnostics.identifiers import CLOCK, COMMON, LIVE, Live, identity
from carservices_emulator.diagnostics.memory import ALL, EMISSIONS, Memory
from carservices_emulator.diagnostics.nrc import Nrc, Refusal
from carservices_emulator.diagnostics.records import Records
from carservices_emulator.diagnostics.results import Results
from carservices_emulator.world import World

S3 = 5.0
"""s without a request after which a session ends (ISO 14229-2: S3 server)."""
P2, P2_EXTENDED = 0.050, 5.0
"""s until an answer, and after a response pending (ISO 14229-2); told to the tester with the session."""
ATTEMPTS = 3
"""Wrong keys until the lock waits."""
DELAY = 10.0
"""s it waits then."""
WALKING = 1.0
"""m/s above which the car counts as moving."""


class Session(IntEnum):
    """Diagnostic sessions of ISO 14229-1."""

    DEFAULT = 1
    PROGRAMMING = 2
    EXTENDED = 3


@dataclass(slots=True)
class Pending:
    """An answer that takes ``seconds``; ``finish`` gives what follows the service's own byte."""

    seconds: float
    finish: Callable[[], bytes]


@dataclass(slots=True)
class Running:
    """A routine under way or done; ``result`` is its last byte once it is."""

    until: float
    result: int | None = None


class Unit:
    """The state of one unit. ``clock`` is the tester's time in s: sessions, locks and routines run on it."""

    def __init__(self, address: Address, world: World, clock: Callable[[], float]) -> None:
        self.address = address
        self.world = world
        self.clock = clock
        self.live: dict[int, Live] = {live.did: live for live in (*COMMON, *LIVE[address.name])}
        self.identity = identity(address.name)
        self.vin = world.car.profile.identity.vin.encode()
        self.memory = Memory((fault for fault in FAULTS if fault.ecu == address.name), self.snapshot)
        self.records = Records(world)
        self.results = Results(address.name)
        self.locked_until = 0.0
        self.attempts = 0
        self._chance = random.Random(address.request)
        self.restart()

    def restart(self) -> None:
        """As after power-up; identity, memory and the lock's delay are kept."""
        self.session = Session.DEFAULT
        self.unlocked = False
        self.seed = 0
        self._normal()
        self.routines: dict[int, Running] = {}
        self.late: tuple[float, int, Callable[[], bytes]] | None = None
        """Due, service and last act of an answer that was announced with response pending."""
        self.heard = self.clock()

    def enter(self, session: Session) -> None:
        """Change the session; every change locks the unit (ISO 14229-1)."""
        self.session = session
        self.unlocked = False
        self.seed = 0
        if session is Session.DEFAULT:
            self._normal()
            self.routines.clear()

    def _normal(self) -> None:
        """What a tester can switch off, as it is without one."""
        self.watching = True
        """Whether faults are recorded (service 0x85)."""
        self.mute = self.deaf = False
        """Whether it sends and hears nothing but diagnostics (service 0x28)."""

    def expire(self) -> None:
        """Fall back to the default session when the tester has been silent for too long."""
        if self.session is not Session.DEFAULT and self.late is None and self.clock() - self.heard > S3:
            self.enter(Session.DEFAULT)

    def listen(self) -> None:
        """A request has come."""
        self.expire()
        self.heard = self.clock()

    def draw_seed(self) -> int:
        """A new seed for the lock, never 0."""
        self.seed = self._chance.randrange(1, 1 << 32)
        return self.seed

    def stand_still(self, nrc: Nrc = Nrc.SPEED_TOO_HIGH) -> None:
        """Refuse while the car moves."""
        if abs(self.world.car.road.speed) > WALKING:
            raise Refusal(nrc)

    def snapshot(self) -> bytes:
        """Every live value with its identifier, led by their number."""
        values = [(CLOCK, round(self.world.time).to_bytes(4))]
        values += [(live.did, live.read(self.world)) for live in self.live.values()]
        return bytes([len(values)]) + b"".join(did.to_bytes(2) + data for did, data in values)

    def clear(self, group: int) -> bool:
        """Forget a group of codes; False for a group there is not."""
        found = self.memory.clear(group)
        if group in (ALL, EMISSIONS):
            self.records.clear()
            self.results.clear()
        return found

    def new_cycle(self) -> None:
        """The car was switched on."""
        self.memory.new_cycle()
        self.records.start()

    def step(self, dt: float) -> None:
        """Look for faults, ``dt`` s of the world's time after the last look."""
        self.expire()
        if self.watching:
            self.memory.step(self.world, dt)
            self.results.look(self.memory, self.world)
