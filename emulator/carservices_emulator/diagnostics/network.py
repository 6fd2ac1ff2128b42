"""All control units of the emulated car, and the ways a request reaches them."""

import time
from collections.abc import Callable

from carservices_emulator.diagnostics.addresses import ECUS, FUNCTIONAL, FUNCTIONAL_29, addressed
from carservices_emulator.diagnostics.nrc import Nrc
from carservices_emulator.diagnostics.server import NEGATIVE, Server
from carservices_emulator.world import World

LOOK = 0.5
"""s of the world's time between two looks for faults."""


class Diagnostics:
    """The units of one car; sessions and routines run on ``clock`` (s), faults on the world's time."""

    def __init__(self, world: World, clock: Callable[[], float] = time.monotonic) -> None:
        self.world = world
        self.servers = {name: Server(ecu, world, clock) for name, ecu in ECUS.items()}
        self._since = 0.0
        self._on = world.car.on

    @property
    def vin(self) -> str:
        """Which car it is."""
        return self.world.car.profile.identity.vin

    def power_up(self) -> None:
        """The units were without power: a car that is on begins a new cycle."""
        if self._on:
            for server in self.servers.values():
                server.new_cycle()

    def step(self, dt: float) -> None:
        """Let ``dt`` s of the world's time pass."""
        on = self.world.car.on
        begins, self._on = on and not self._on, on
        if begins:
            self.power_up()
        self._since += dt
        if self._since >= LOOK:
            for server in self.servers.values():
                server.step(self._since)
            self._since = 0.0

    def request(
        self, to: int, data: bytes, hears: Callable[[str], bool] = lambda name: True
    ) -> tuple[list[tuple[int, bytes]], dict[int, Server]]:
        """Send a request to an id: the answers with the ids they come from, and the units whose answer is pending.

        ``hears`` says of a unit whether it is on the bus.
        """
        answers: list[tuple[int, bytes]] = []
        pending: dict[int, Server] = {}
        for ecu, source in addressed(to):
            if not hears(ecu.name):
                continue
            server = self.servers[ecu.name]
            answer = server.respond(data, functional=to in (FUNCTIONAL, FUNCTIONAL_29))
            if answer == bytes((NEGATIVE, *data[:1], Nrc.RESPONSE_PENDING)):
                pending[source] = server
            elif answer is not None:
                answers.append((source, answer))
        return answers, pending
