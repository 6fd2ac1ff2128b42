"""The bus against raw ZeroMQ and its peers: latency, throughput, CPU, calls, and the hub's share at a car's real load.

Real processes on one machine, the same msgpack payload, all in one run; figures are rough when the machine is busy.
What is asyncio of a peer's client runs in uvloop as ours does.
    python benchmarks/bus.py [--quick] [--json]
"""

import asyncio
import contextlib
import itertools
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import uvloop
from pydantic import BaseModel, Field

from benchmarks._table import Row, arguments, show
from benchmarks._transports import TRANSPORTS, Ours, Transport, fork
from carservices.api import Contract, call
from carservices.bus import CallError
from carservices.hal import Hal, Options
from carservices.hub.host import HalHost
from carservices.signals import ChangeMode, Datatype, SignalConfig, Value

RATE = 1000
NEEDED = ("raw brokered", "ours")
PEERS = ("mosquitto", "nats", "d-bus", "redis")
WARM, END = -1.0, -1e6
"""Values below zero mean: the subscription works; this phase is over. They count down, as equal values are dropped."""


@dataclass(frozen=True)
class Effort:
    """How much to measure: phases of (messages, rate; 0 is a flood) by number of subscribers, each so many times.

    Rounds go over all transports, so that a busy moment of the machine does not hit one alone. After ``budget`` s
    what is not measured yet is left out, and a transport that is silent for ``patience`` s too.
    """

    phases: dict[int, Sequence[tuple[int, int]]]
    times: int
    rounds: int
    calls: int
    load: float
    patience: float
    budget: float


QUICK = Effort({1: [(600, RATE), (2000, 0)], 20: [(60, RATE // 10), (200, 0)]}, 1, 2, 1000, 2.0, 5.0, 31.0)
FULL = Effort({1: [(2000, RATE), (50_000, 0)], 20: [(300, RATE // 10), (5000, 0)]}, 1, 6, 5000, 10.0, 15.0, 600.0)


@dataclass
class Phase:
    """What one phase of one transport showed; times in µs."""

    p50: float
    p99: float
    deliveries: float
    cpu: float
    lost: float


def cpu_of(pid: int) -> float:
    """Seconds of CPU a process has used, all its threads; ``stat`` knows it to 10 ms only, as long as a short phase."""
    return sum(int(stat.read_text().split()[0]) for stat in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    cuts = quantiles(values, n=100)
    return cuts[49], cuts[98]


# -- the two ends ----------------------------------------------------------------------------------------------------


def subscriber(transport: Transport, run_dir: Path, pipe: Connection) -> None:
    warm, cpu = False, 0.0
    stamps: list[int] = []
    arrivals: list[int] = []

    def take(value: float, stamp: int) -> None:
        nonlocal warm, cpu
        if value >= 0:
            if not arrivals:
                cpu = time.process_time()
            stamps.append(stamp)
            arrivals.append(time.monotonic_ns())
        elif value > END and not warm:
            warm = True
            pipe.send("warm")
        elif value <= END and arrivals:
            late = [(arrival - stamp) / 1000 for arrival, stamp in zip(arrivals, stamps, strict=True)]
            pipe.send((len(arrivals), arrivals[0], arrivals[-1], *percentiles(late), time.process_time() - cpu))
            stamps.clear()
            arrivals.clear()

    uvloop.run(transport.subscribe(run_dir, take))


def publisher(transport: Transport, run_dir: Path, pipe: Connection, burst: int) -> None:
    """Says warm-ups until told (count, rate); after each phase it says END until told the next one."""

    async def publish() -> None:
        async with transport.publisher(run_dir) as send:
            beat = WARM
            while True:
                while not pipe.poll():
                    await send(beat, time.monotonic_ns())
                    beat -= 1
                    await asyncio.sleep(0.02)
                count, rate = pipe.recv()
                before = time.process_time()
                await (pace if rate else flood)(send, count, rate or burst)
                pipe.send(time.process_time() - before)
                beat = END + beat

    with contextlib.suppress(OSError):  # dbus-fast has closed its own connection in a flood; the pipe's end tells it
        uvloop.run(publish())


async def pace(send: Callable[..., Any], count: int, rate: int) -> None:
    start = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        await send(float(number), time.monotonic_ns())


async def flood(send: Callable[..., Any], count: int, burst: int) -> None:
    for number in range(count):
        await send(float(number), time.monotonic_ns())
        if burst and number % burst == burst - 1:
            await asyncio.sleep(0.001)


# -- one transport ---------------------------------------------------------------------------------------------------


def measure(transport: Transport, subscribers: int, effort: Effort) -> list[Phase]:
    """Run the phases with so many subscriber processes; the least disturbed of the times."""
    with tempfile.TemporaryDirectory(prefix="bus") as name, contextlib.ExitStack() as stack:
        run_dir = Path(name)
        brokers = transport.start(run_dir)
        for pid in brokers:
            stack.callback(kill, pid)
        readers = [start(stack, subscriber, transport, run_dir) for _ in range(subscribers)]
        writer = start(stack, publisher, transport, run_dir, transport.bursts.get(subscribers, 0))
        for reader in readers:
            assert receive(reader, effort.patience) == "warm"
        phases = effort.phases[subscribers]
        return [
            best([run_phase(brokers, readers, writer, *phase, effort.patience) for _ in range(effort.times)])
            for phase in phases
        ]


def start(
    stack: contextlib.ExitStack, target: Callable[..., None], transport: Transport, run_dir: Path, *more: int
) -> Connection:
    ours, theirs = fork.Pipe()
    process = fork.Process(target=target, args=(transport, run_dir, theirs, *more), daemon=True)
    process.start()
    theirs.close()
    stack.enter_context(ours)
    stack.callback(lambda: kill(process.pid or 0))
    return ours


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def receive(pipe: Connection, patience: float) -> Any:
    if not pipe.poll(patience):
        raise TimeoutError(f"no answer in {patience:g} s")
    return pipe.recv()


def run_phase(
    brokers: list[int], readers: list[Connection], writer: Connection, count: int, rate: int, patience: float
) -> Phase:
    before = sum(map(cpu_of, brokers))
    writer.send((count, rate))
    writer_cpu = receive(writer, patience)
    results = [receive(reader, patience) for reader in readers]
    cpu = sum(map(cpu_of, brokers)) - before + writer_cpu + sum(r[5] for r in results)
    delivered = sum(r[0] for r in results)
    seconds = (max(r[2] for r in results) - min(r[1] for r in results)) / 1e9
    p50 = sorted(r[3] for r in results)[len(results) // 2]
    p99 = sorted(r[4] for r in results)[len(results) // 2]
    return Phase(p50, p99, delivered / seconds, cpu / count * 1e6, 1 - delivered / count / len(results))


# -- calls and the real load -----------------------------------------------------------------------------------------


class Point(BaseModel, frozen=True):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Bench(Contract):
    """Answers at once."""

    name = "bench"

    @call
    async def route(self, points: list[Point], profile: str) -> list[Point]:
        """The points, the other way round."""
        raise NotImplementedError


class BenchService(Bench):
    async def route(self, points: list[Point], profile: str) -> list[Point]:
        return points[::-1]


def serve_calls(run_dir: Path) -> None:
    async def serve() -> None:
        car = await Ours.connect(run_dir, "bench")
        await car.provide(BenchService())
        await asyncio.Event().wait()

    uvloop.run(serve())


async def until_served(bench: Bench) -> None:
    """The service's process may still be starting."""
    while True:
        with contextlib.suppress(CallError):
            await bench.route([], "car")
            return
        await asyncio.sleep(0.02)


def call_rows(count: int) -> list[Row]:
    """Round trips of a validated call between two processes through the hub."""
    points = [Point(latitude=50.0 + i, longitude=10.0) for i in range(4)]

    async def ask(run_dir: Path) -> list[float]:
        car = await Ours.connect(run_dir, "reader")
        bench = car.service(Bench)
        await until_served(bench)
        times = []
        for _ in range(count):
            before = time.perf_counter_ns()
            await bench.route(points, "car")
            times.append((time.perf_counter_ns() - before) / 1e6)
        await car.close()
        return times

    with tempfile.TemporaryDirectory(prefix="bus") as name:
        run_dir, ours = Path(name), Ours()
        pids = [*ours.start(run_dir), *ours.spawn(serve_calls, run_dir)]
        try:
            p50, p99 = percentiles(uvloop.run(ask(run_dir)))
        finally:
            for pid in pids:
                kill(pid)
    return [Row("call with validation, p50", p50, "ms", 0.4), Row("call with validation, p99", p99, "ms", 1.5)]


LOAD = {100: 10, 10: 100, 1: 390}
"""Signals by rate in Hz: 2,390 updates a second of 500 signals."""
LOADED = [(f"Vehicle.Q{number % 4}.S{number}", rate) for rate, n in LOAD.items() for number in range(n)]
LOADED = [(f"Vehicle.Q{i % 4}.S{i}", rate) for i, (_, rate) in enumerate(LOADED)]


class LoadHal(Hal[Options]):
    """Signals at their rates, in a batch every 10 ms as a CAN HAL sends them."""

    async def open(self) -> list[SignalConfig]:
        continuous = {"datatype": Datatype.DOUBLE, "change_mode": ChangeMode.CONTINUOUS, "min_rate": 1}
        return [SignalConfig(path=path, max_rate=rate, **continuous) for path, rate in LOADED]

    async def events(self) -> Any:
        start, tick = time.monotonic(), 0
        while True:
            now = time.monotonic_ns()
            due = [p for i, (p, rate) in enumerate(LOADED) if (tick + i) % (100 // rate) == 0]
            yield [Value(path, float(tick), now) for path in due]
            tick += 1
            await asyncio.sleep(max(0.0, start + tick / 100 - time.monotonic()))


def load_hal(run_dir: Path) -> None:
    async def serve() -> None:
        await HalHost(await Ours.connect(run_dir, "hal.bench"), LoadHal(LoadHal.Options())).run()

    uvloop.run(serve())


def load_service(run_dir: Path, quarter: int, counter: Any) -> None:
    async def serve() -> None:
        car = await Ours.connect(run_dir, "reader")

        def count(value: Value) -> None:
            counter.value += 1

        await car.watch([f"Vehicle.Q{quarter}.*"], count)
        await asyncio.Event().wait()

    uvloop.run(serve())


def load_rows(seconds: float) -> list[Row]:
    """The hub's CPU while a car's worth of signals goes to 8 services, each watching a quarter of the tree."""
    with tempfile.TemporaryDirectory(prefix="bus") as name:
        run_dir, ours = Path(name), Ours()
        pids = ours.start(run_dir)
        counters = [fork.Value("Q", 0, lock=False) for _ in range(8)]
        pids += ours.spawn(load_hal, run_dir)
        for number, counter in enumerate(counters):
            pids += ours.spawn(load_service, run_dir, number % 4, counter)
        try:
            while not all(counter.value for counter in counters):
                time.sleep(0.05)
            time.sleep(0.5)
            cpu, count, began = cpu_of(pids[0]), sum(c.value for c in counters), time.monotonic()
            time.sleep(seconds)
            took = time.monotonic() - began
            share = (cpu_of(pids[0]) - cpu) / took * 100
            rate = (sum(c.value for c in counters) - count) / took
        finally:
            for pid in pids:
                kill(pid)
    expected = sum(hz * n for hz, n in LOAD.items()) * 2
    return [
        Row("real load (2,390/s, 8 services), hub's share of a core", share, "%", 5.0),
        Row(f"real load, deliveries/s (of {expected})", rate, "/s", expected * 0.95, less=False),
    ]


# -- the table -------------------------------------------------------------------------------------------------------


def rows(effort: Effort) -> list[Row]:
    results: dict[tuple[str, int], list[list[Phase]]] = {}
    began = time.monotonic()
    for _, (subscribers, transport) in itertools.product(range(effort.rounds), order(effort, present())):
        if time.monotonic() - began > effort.budget:
            print(f"{transport.name} with {subscribers} subscribers is left out: no time left", file=sys.stderr)
            continue
        try:
            phases = measure(transport, subscribers, effort)
        except (TimeoutError, EOFError) as error:
            reason = str(error) or "it closed its connection in the flood"
            print(f"{transport.name} with {subscribers} subscribers is left out: {reason}", file=sys.stderr)
            continue
        results.setdefault((transport.name, subscribers), []).append(phases)
    least = {key: [best(phase) for phase in zip(*runs, strict=True)] for key, runs in results.items()}
    return [row for subscribers in effort.phases for row in compare(least, subscribers)]


def order(effort: Effort, transports: Sequence[Transport]) -> list[tuple[int, Transport]]:
    """What the goals need comes first, then whom we must be ahead of, if time should run out."""
    pairs = itertools.product(effort.phases, transports)
    return sorted(pairs, key=lambda pair: (pair[1].name not in NEEDED, pair[1].name not in PEERS))


def present() -> list[Transport]:
    """The transports that are installed here."""
    for transport in TRANSPORTS:
        if missing := transport.missing():
            print(f"{transport.name} is left out: {missing}", file=sys.stderr)
    return [transport for transport in TRANSPORTS if not transport.missing()]


def best(runs: Sequence[Phase]) -> Phase:
    """The least disturbed of several runs, figure by figure."""
    lows = {name: min(getattr(run, name) for run in runs) for name in ("p50", "p99", "cpu", "lost")}
    return Phase(deliveries=max(run.deliveries for run in runs), **lows)


def compare(results: dict[tuple[str, int], list[Phase]], subscribers: int) -> list[Row]:
    bursts = {t.name: f"{t.name} (bursts of {t.bursts[subscribers]})" for t in TRANSPORTS if t.bursts}

    def row(job: str, phase: int, figure: str, unit: str, less: bool, goal: float | None = None) -> Row:
        labels = bursts if "flood" in job else {}
        found = {
            labels.get(name, name): getattr(r[phase], figure) for (name, n), r in results.items() if n == subscribers
        }
        text = f"{subscribers} subscriber{'s' if subscribers > 1 else ''}: {job}"
        return Row(text, found.pop("ours", None), unit, goal, less, found)

    one = subscribers == 1
    raw = results.get(("raw brokered", subscribers))
    flood_goal = 0.8 * raw[1].deliveries if raw and not one else None
    pace_rate = f"{RATE if one else RATE // 10}/s"
    return [
        row(f"{pace_rate}, p50", 0, "p50", "µs", True, 150.0 if one else None),
        row(f"{pace_rate}, p99", 0, "p99", "µs", True, 500.0 if one else None),
        row(f"{pace_rate}, CPU per message, all processes", 0, "cpu", "µs", True),
        row("flood", 1, "deliveries", "/s", False, flood_goal),
        row("flood, CPU per message, all processes", 1, "cpu", "µs", True),
    ]


if __name__ == "__main__":
    options = arguments(__doc__ or "")
    effort = QUICK if options.quick else FULL
    with contextlib.suppress(PermissionError):
        os.nice(-10)  # for all processes measured here: others on the machine are not what is measured
    table = [*rows(effort), *call_rows(effort.calls), *load_rows(effort.load)]
    show("The bus", table, options.json)
