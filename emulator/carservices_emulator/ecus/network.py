"""The control units on their bus: sends what is due, hands commands to the car, and shows at once what they changed."""

import asyncio
from collections.abc import Callable
from functools import cache

from carservices.hal import HalError
from carservices.signals import Code, Datum
from carservices_emulator.diagnostics import ECUS, Diagnostics
from carservices_emulator.ecus.disturbance import MUTE, Disturbance
from carservices_emulator.ecus.receiver import CommandMessage
from carservices_emulator.ecus.sender import CyclicMessage, Observe
from carservices_hal.can.bus import BusOptions
from carservices_hal.can.car import Car
from carservices_hal.can.mapping import Command, Reading
from carservices_hal.can.port import Frame, Port

CAR = "emulated"
"""Name of the car's files in `carservices_hal.cars`."""
RETRY = 1.0
"""s between attempts at a lost bus."""
STAGGER = 0.003
"""s between the first frames of two messages, so that those of one cycle do not all come at once."""

Act = Callable[[str, Datum], Code]
"""Does what a command asks for, and says what became of it."""
Hear = Callable[[bytes], None]
"""Takes the payload of a frame."""


class Network:
    """The control units on one bus. ``wake`` is called when there is something to send before the next tick.

    What a tester may have forbidden them (service 0x28) concerns these messages only: ``units`` says what that is.

    Other protocols than the cyclic messages and their commands join by `listen` and `post`.
    """

    def __init__(
        self, bus: BusOptions, observe: Observe, act: Act, wake: Callable[[], None], units: Callable[[], Diagnostics]
    ) -> None:
        car = emulated_car()
        self.paths = frozenset(car.configs)
        """The signals that are on the bus."""
        self.disturbances: dict[str, set[Disturbance]] = {name: set() for name in ECUS}
        self.sent = self.dropped = 0
        self._bus = bus
        self._observe = observe
        self._act = act
        self._wake = wake
        self._units = units
        self._cyclic = cyclic_of(car)
        self._carrier = {path: cyclic for cyclic in self._cyclic for path in cyclic.paths}
        self._posted: list[tuple[int, bytes]] = []
        self._commands = commands_of(car)
        self._listeners: dict[int, Hear] = {}
        self._port = Port(bus.settings(), RETRY, self._heard, lambda _fault: None)

    async def open(self) -> None:
        """Join the bus, with whoever listens by now. Raises HalError."""
        self._port.keys = frozenset(self._commands) | frozenset(self._listeners)
        await self._port.open()
        now = asyncio.get_running_loop().time()
        for index, cyclic in enumerate(self._cyclic):
            cyclic.due = now + index * STAGGER % cyclic.message.period

    async def close(self) -> None:
        await self._port.close()

    async def tick(self, now: float) -> None:
        """Send what was posted, and what is due at ``now`` s."""
        for cyclic in self._cyclic:
            if now >= cyclic.due:
                self._show(cyclic)
                cyclic.sent(now)
        frames, self._posted = self._posted, []
        if not frames:
            return
        try:
            await self._port.send(frames, fd=self._bus.fd)
            self.sent += len(frames)
        except HalError:  # the port says why in `fault`, and tries to get its bus back
            self.dropped += len(frames)

    def listen(self, key: int, hear: Hear) -> None:
        """Give the payloads of the frames with this key to ``hear``; said before `open`."""
        self._listeners[key] = hear

    def hears(self, ecu: str) -> bool:
        """Whether the control unit is on the bus."""
        return Disturbance.OFF not in self.disturbances[ecu]

    def post(self, ecu: str, key: int, payload: bytes) -> None:
        """Send a frame of this control unit with the next tick, unless it is mute."""
        if not self.disturbances[ecu] & MUTE:
            self._posted.append((key, payload))
            self._wake()

    def disturb(self, ecu: str, disturbance: Disturbance, *, on: bool) -> None:
        """Begin or end a disturbance of one control unit."""
        (self.disturbances[ecu].add if on else self.disturbances[ecu].discard)(disturbance)

    @property
    def mute(self) -> set[str]:
        """The control units whose cyclic messages stay away."""
        return {ecu for ecu in self.disturbances if not self._speaks(ecu)}

    @property
    def fault(self) -> str:
        """Why there is no bus now; empty while there is."""
        return self._port.fault

    def figures(self) -> dict[str, float]:
        """Counters for `carservices ps`."""
        rejected = sum(command.rejected for _, command in self._commands.values())
        return {"sent": self.sent, "dropped": self.dropped, "rejected": rejected, "errors": self._port.errors}

    def _heard(self, frames: list[Frame]) -> None:
        for key, payload, at in frames:
            if key in self._listeners:
                self._listeners[key](bytes(payload))
            elif key in self._commands:
                ecu, message = self._commands[key]
                for path, value in message.requests(payload, at) if self._obeys(ecu) else ():
                    answer = message.answer(self._act(path, value))
                    if self._speaks(ecu):
                        self.post(ecu, message.answer_key, answer)
                    self._show(self._carrier[path])  # now, while it is as it was set
                    self._wake()

    def _show(self, cyclic: CyclicMessage) -> None:
        """Put a message as it is now among the frames to send, unless its control unit is mute."""
        ecu = cyclic.message.sender
        if self._speaks(ecu):
            self._posted.append((cyclic.message.key, cyclic.next_frame(self._observe, self.disturbances[ecu])))

    def _speaks(self, ecu: str) -> bool:
        return not self.disturbances[ecu] & MUTE and not self._units().servers[ecu].unit.mute

    def _obeys(self, ecu: str) -> bool:
        return self.hears(ecu) and not self._units().servers[ecu].unit.deaf


@cache
def emulated_car() -> Car:
    """Database and mapping of the emulated car."""
    return Car([CAR], CAR)


def cyclic_of(car: Car) -> list[CyclicMessage]:
    """What the control units send: the messages with readings."""
    readings: dict[int, list[Reading]] = {}
    for reading in car.mapping.readings:
        readings.setdefault(reading.key, []).append(reading)
    guards = car.mapping.protections
    return [CyclicMessage(car.messages[key], of_message, guards.get(key)) for key, of_message in readings.items()]


def commands_of(car: Car) -> dict[int, tuple[str, CommandMessage]]:
    """What they hear: key → control unit and its message of requests."""
    owners = {f"{ecu}_COMMAND": ecu for ecu in ECUS}
    commands: dict[int, list[Command]] = {}
    for command in car.mapping.commands.values():
        commands.setdefault(command.message.key, []).append(command)
    guards, answers = car.mapping.protections, car.mapping.answers
    return {
        key: (owners[car.messages[key].name], CommandMessage(car.messages[key], of_message, guards[key], answers[key]))
        for key, of_message in commands.items()
    }
