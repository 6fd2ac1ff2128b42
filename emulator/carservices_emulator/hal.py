"""The emulator as a HAL: the hub cannot tell it from a real car."""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from carservices.hal import Hal, HalError, Health, Options, SetError
from carservices.hal.diagnose import Answers, Ecu, Request
from carservices.hal.recording import Recorder
from carservices.signals import Code, Datum, SignalConfig, Status, Value
from carservices_emulator.commands import COMMANDS, Clear, parse
from carservices_emulator.diagnostics import ECUS, Diagnostics
from carservices_emulator.diagnostics.keeper import Keeper
from carservices_emulator.drivers import ManualDriver, ParkedDriver
from carservices_emulator.ecus import CarBus
from carservices_emulator.gnss.port import NmeaPort, open_port
from carservices_emulator.gnss.receiver import Quality
from carservices_emulator.recording import Replay
from carservices_emulator.sampler import Sampler
from carservices_emulator.signals import CONFIGS, ENTRIES
from carservices_emulator.simulation import STEP, Simulation
from carservices_emulator.status import describe
from carservices_emulator.worldfile import Moment, WorldFile
from carservices_hal.can.bus import BusOptions

TICK = 0.01
"""s between two ticks on CAN: the cycle of the fastest messages."""
FASTEST, CALM, ASLEEP = 0.02, 0.1, 0.5
"""s between two ticks: at most, while something happens, and while nothing does."""
LONGEST = 1.0
"""s of real time one tick makes up for after the process was held up."""
MOST_REFUSALS = 100
"""Refused commands that are remembered."""
MAX_FACTOR = 200.0
LAST_MOMENT = 86_400.0
PENDING = 0.02
"""s between two looks for an answer a control unit has announced."""
KEEP = 0.5
"""s between two looks for what the control units have to remember without power."""
KEEP_WORLD = 2.0
"""s between two times the world is kept: where the car is and how full; what is set is kept before it is accepted."""
SLICE = 20.0
"""s of simulation at a time while seeking: about 10 ms."""


log = logging.getLogger(__name__)


class EmulatorOptions(Options):
    """Which car in which world: names of shipped files, or paths of the user's own; ``speed`` is the time factor.

    With ``can`` (``zmq:car``) the car's control units speak on that bus, and the HAL offers what a bus cannot carry.
    ``gnss`` is how good the satellite receiver is; its NMEA goes to ``nmea`` (``tcp:PORT``, ``pty`` or a file) at
    ``nmea_rate`` Hz of simulated time.
    """

    profile: str = "renault-megane-e-tech-ev60"
    scenario: str = "city"
    seed: int = 0
    speed: float = Field(1.0, gt=0, le=MAX_FACTOR)
    trip: str | None = None
    can: BusOptions | None = None
    gnss: Quality = "exact"
    nmea: str | None = None
    nmea_rate: float = Field(1.0, ge=0.1, le=10)


class EmulatorHal(Hal[EmulatorOptions]):
    """Runs a `Simulation` in real time; everything beyond its signals goes through `control`."""

    Options = EmulatorOptions

    def __init__(self, options: EmulatorOptions | None = None) -> None:
        super().__init__(options or EmulatorOptions())
        self._sampler = Sampler(CONFIGS)
        self._wake = asyncio.Event()
        self._bus: CarBus | None = None
        self._nmea: NmeaPort | None = None
        self._keeper = Keeper()
        self._kept = 0.0
        self._world_file = WorldFile(None)
        self._world_kept = 0.0
        self._open = False
        self._replay: Replay | None = None
        self._recorder: Recorder | None = None
        self._factor = self.options.speed
        self._paused = False
        self._sim: Simulation | None = None

    @property
    def simulation(self) -> Simulation:
        """The world behind the HAL; exists once it is open."""
        if self._sim is None:
            raise HalError("the emulator is not open; call open() first")
        return self._sim

    async def open(self) -> Sequence[SignalConfig]:
        self._world_file = WorldFile(self.keep_in)
        kept = self._world_file.take()
        if kept is None:
            self._load(self.options.scenario)
        else:
            self._sim, self._factor, self._paused = kept.simulation, kept.factor, kept.paused
        self._keeper.restore(self.simulation.diagnostics)
        offered = CONFIGS
        if self.options.can is not None:
            self._bus = CarBus(self.options.can, self._observe, self._commanded, self._wake.set, self._units)
            offered = {path: config for path, config in CONFIGS.items() if path not in self._bus.paths}
            await self._bus.open()
        if self.options.nmea is not None:
            try:
                self._nmea = await open_port(self.options.nmea, self.options.nmea_rate)
            except BaseException:
                await self.close()  # the bus is open by now
                raise
            log.info("NMEA of the receiver: %s", self._nmea.outlet.address)
        self._open = True
        self._sampler = Sampler(offered)
        self._sampler.urge_all()
        return list(offered.values())

    async def events(self) -> AsyncIterator[Sequence[Value]]:
        loop = asyncio.get_running_loop()
        last = loop.time()
        self._world_file.forget()
        while self._open:
            now = loop.time()
            self._advance(min(now - last, LONGEST))
            last = now
            if self._bus is not None:
                await self._bus.tick(now)
            if self._nmea is not None:
                self._nmea.tick(self.simulation.world.receiver, self.simulation.time)
            batch = self._sampler.collect(self._replay or self.simulation, now)
            if batch:
                self._record(batch)
                yield batch
            if now - self._kept >= KEEP:
                self._kept = now
                self._keeper.look(self.simulation.diagnostics)
            if now - self._world_kept >= KEEP_WORLD:
                self._keep_world()
            self._wake.clear()
            if not self._open or self._sampler.urgent:
                continue
            timer = loop.call_at(now + self._period(), self._wake.set)
            try:
                await self._wake.wait()
            finally:
                timer.cancel()

    async def set(self, path: str, value: Datum) -> None:
        self._act(path, value)
        if ENTRIES[path].instant or ENTRIES[path].read(self.simulation.world) == value:
            self._sampler.urge(path)
        self._wake.set()

    async def subscribe(self, path: str, rate: float) -> None:
        if path not in ENTRIES:
            raise HalError(f"{path} is not a signal of the emulator")
        self._sampler.subscribe(path, rate)
        self._wake.set()

    async def health(self) -> Health:
        simulation = self.simulation
        figures = {"time": round(simulation.time, 1), "factor": 0.0 if self._paused else self._factor}
        words = f"{simulation.profile.identity.model}, {simulation.world.driver.name}"
        if self._bus is None:
            return Health(True, words, figures)
        return Health(not self._bus.fault, self._bus.fault or words, figures | self._bus.figures())

    async def control(self, verb: str, arguments: dict[str, Any]) -> Any:
        """Developer commands: `COMMANDS`, and scenario, seek, speed, pause, record, replay, status; diagnose, ecus."""
        result: Any = None
        if verb == "seek":
            await self._seek(**arguments)
        elif verb == "diagnose":
            return await self._diagnose(Request.parse(arguments))
        elif verb in COMMANDS:
            result = self.simulation.do(command := parse(verb, arguments))
            if verb in ("inject", "fail", "set") and (path := arguments.get("path")):
                self._sampler.urge(path)
            elif isinstance(command, Clear):
                self._sampler.urge_all()
        else:
            result = self._world_command(verb, arguments)
        self._wake.set()
        return result

    async def close(self) -> None:
        if self._open:
            self._keeper.write(self.simulation.diagnostics)
        self._open = False
        self._stop_recording()
        self._wake.set()
        if self._nmea is not None:
            self._nmea.outlet.close()
            self._nmea = None
        bus, self._bus = self._bus, None
        if bus is not None:
            await bus.close()

    def _observe(self, path: str) -> tuple[Datum | None, Status]:
        return (self._replay or self.simulation).observe(path)

    def _units(self) -> Diagnostics:
        return self.simulation.diagnostics

    def _act(self, path: str, value: Datum) -> None:
        if self._replay is not None:
            raise SetError(Code.NOT_AVAILABLE, "a recording is playing; end it with `replay` without a file")
        self.simulation.set(path, value)
        self._keep_world()

    def _keep_world(self) -> None:
        self._world_kept = asyncio.get_running_loop().time()
        self._world_file.write(Moment(self.simulation, self._factor, self._paused))

    def _commanded(self, path: str, value: Datum) -> Code:
        """A command came by CAN, whose answer is a code only: `status` has the reason in words."""
        try:
            self._act(path, value)
        except SetError as error:
            refusals = self.simulation.refusals
            refusals.append(f"{self.simulation.time:.1f} s: {path}: {error}")
            del refusals[:-MOST_REFUSALS]
            return error.code
        return Code.OK

    async def _seek(self, seconds: Any = None, **rest: Any) -> None:
        """Go to a moment, in slices that leave the event loop time for everybody else."""
        if rest or isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < LAST_MOMENT:
            raise HalError(f"seek takes seconds, from 0 to {LAST_MOMENT:g}")
        if self._replay is not None:
            self._replay.seek(float(seconds))
            return
        simulation = self.simulation
        if seconds < simulation.time:
            simulation.reset()
        while simulation.time < seconds - STEP:
            simulation.run(min(SLICE, seconds - simulation.time))
            await asyncio.sleep(0)

    async def _diagnose(self, request: Request) -> Answers:
        """Ask the control units; a pending answer is waited for."""
        if self._bus is not None:
            raise HalError("the control units are on the CAN bus; ask the HAL that reads it")
        if self._replay is not None:
            raise HalError("a recording is playing, which has no control units; end it with `replay` without a file")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + request.timeout
        answers, pending = self.simulation.diagnostics.request(request.to, request.data)
        while pending and loop.time() < deadline:
            await asyncio.sleep(PENDING)
            for source, server in list(pending.items()):
                if (answer := server.late()) is not None:
                    answers.append((source, answer))
                    del pending[source]
        return [[source, answer] for source, answer in answers]

    def _world_command(self, verb: str, arguments: dict[str, Any]) -> Any:
        match verb, arguments:
            case "scenario", {"name": str(name)}:
                self._replay = None
                self._load(name)
            case "speed", {"factor": int() | float() as factor} if 0 < factor <= MAX_FACTOR:
                self._factor = float(factor)
            case "pause", {**rest} if rest.keys() <= {"on"}:
                self._paused = bool(rest.get("on", True))
            case "disturb", {"ecu": str(ecu), "kind": str(kind), **rest} if rest.keys() <= {"on"}:
                if self._bus is None:
                    raise HalError("this car is not on CAN; start it with `carservices emulator --can`")
                self._bus.disturb(ecu, kind, on=bool(rest.get("on", True)))
            case "record", {**rest} if rest.keys() <= {"file"}:
                self._stop_recording()
                if self._bus is not None:
                    raise HalError(
                        "what this car shows is on its CAN bus; record there, as with `python -m can.logger`"
                    )
                if rest.get("file"):
                    self._recorder = Recorder(str(rest["file"]))
                    self._sampler.urge_all()
            case "replay", {**rest} if rest.keys() <= {"file"}:
                self._replay = Replay(str(rest["file"])) if rest.get("file") else None
                self._sampler.urge_all()
            case "status", {}:
                return self._status()
            case "ecus", {**rest} if not rest:
                here = ECUS.values() if self._bus is None else ()
                return [Ecu(name=ecu.name, request=ecu.request, response=ecu.response) for ecu in here]
            case _:
                raise HalError(
                    f"the emulator does not take {verb[:40]}({', '.join(map(str, arguments))[:80]}); it takes"
                    f" {', '.join(COMMANDS)}, scenario(name), seek(seconds), speed(factor up to {MAX_FACTOR:g}),"
                    " pause(on), record(file), replay(file), status(), disturb(ecu, kind, on), ecus(),"
                    " diagnose(to, data, timeout)"
                )
        return None

    def _status(self) -> dict[str, Any]:
        clock = {
            "speed": self._factor,
            "paused": self._paused,
            "recording": str(self._recorder.path) if self._recorder else None,
            "replay": None,
            "nmea": self._nmea.outlet.address if self._nmea else None,
            "disturbances": self._bus.disturbed() if self._bus else {},
        }
        if self._replay is not None:
            clock |= {
                "time": round(self._replay.time, 2),
                "duration": self._replay.end,
                "replay": str(self._replay.path),
            }
        return describe(self.simulation) | clock

    def _load(self, scenario: str) -> None:
        options = self.options
        simulation = Simulation(options.profile, scenario, options.seed, epoch=datetime.now(UTC).replace(microsecond=0))
        simulation.world.receiver.be(options.gnss)
        if options.trip is not None:
            simulation.world.seat("trip", trip=options.trip)
        self._sim = simulation
        self._sampler.urge_all()

    def _advance(self, elapsed: float) -> None:
        """Let ``elapsed`` s of real time pass in the world."""
        if self._paused or elapsed <= 0.0:
            return
        seconds = elapsed * self._factor
        if self._replay is not None:
            self._replay.run(seconds)
            return
        if self._bus is not None:
            self.simulation.world.unheard = self._bus.mute
        steps = math.ceil(seconds / STEP)
        self.simulation.run(seconds, seconds / steps)

    def _period(self) -> float:
        """s until the next tick: as fast as the bus or the fastest subscriber, slow when nothing moves."""
        if self._bus is not None:
            return TICK
        rate = max(self._sampler.rate, 0.0 if self._nmea is None else 1.0 / self._nmea.period)
        if rate > 1.0 / CALM:
            return max(FASTEST, 1.0 / rate)
        return CALM if self._busy() or rate > 1.0 / ASLEEP else ASLEEP

    def _busy(self) -> bool:
        if self._replay is not None:
            return True
        simulation = self.simulation
        car, driver = simulation.car, simulation.world.driver
        resting = isinstance(driver, ParkedDriver | ManualDriver) and car.pedals.accelerator <= 0.0
        return not resting or car.road.speed != 0.0 or car.body.moving or self._factor > 1.0

    def _record(self, batch: Sequence[Value]) -> None:
        if self._recorder is None:
            return
        try:
            self._recorder.write((self._replay or self.simulation).time, batch)
        except HalError as error:
            self._recorder = None
            self.simulation.refusals.append(str(error))

    def _stop_recording(self) -> None:
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None
