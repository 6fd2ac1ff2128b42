"""The app host at work: round trip of a link, load, memory of apps, start and tap to template, and under attack."""

import asyncio
import contextlib
import json
import math
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvloop
from _app_attack import under_attack
from _app_car import PERMISSIONS, Load, begin, host, numbers, write_apps
from _table import Row, arguments, show

from carservices.api.apps import Apps
from carservices.api.appscreen import Front
from carservices.api.appstatus import Catalog
from carservices.app import wire
from carservices.app.wire import FD_VARIABLE, Kind
from carservices.apphost.budget import Bucket
from carservices.apphost.link import AppLink
from carservices.apphost.permissions import RATE
from carservices.testing import TestCar, car

APPS, SIGNALS = 20, 20
SLICES = 10
FAST, MEDIUM, SLOW = (12, 100.0), (105, 10.0), (140, 1.0)
"""How many signals say something how often (Hz): 2390 updates a second."""
ROUND_TRIP_US, HOST_CPU, APP_MB, START_MS, TAP_MS = 50.0, 6.0, 25.0, 500.0, 40.0

ECHO = """
import asyncio, os, socket
from carservices.app.session import Session
from carservices.app.wire import Kind
async def main():
    sock = socket.socket(fileno=int(os.environ["FD_VARIABLE"]))
    end = asyncio.Event()
    session = Session(sock, lambda record: session.send(Kind.PONG, record.fields[0]), end.set)
    await end.wait()
asyncio.run(main())
""".replace("FD_VARIABLE", FD_VARIABLE)

PING = wire.pack(Kind.PING, 1)
BARE = """
import os, socket
sock = socket.socket(fileno=int(os.environ["FD_VARIABLE"]))
while data := sock.recv(100):
    sock.send(data)
""".replace("FD_VARIABLE", FD_VARIABLE)

WATCHER = """
from carservices.app import App, ListTemplate, Row
class Main(App):
    taps = 0
    def on_start(self):
        self.car.watch({globs}, lambda signal: None, rate=10.0)
    def view(self):
        return ListTemplate("Taps", [Row("Taps", str(self.taps), on_click=self.tap)])
    def tap(self):
        self.taps += 1
"""


CLOCK = """
import time
from carservices.app import App, ListTemplate, Row
class Main(App):
    def on_start(self):
        self.every({period}, lambda: None)
    def view(self):
        return ListTemplate("Clock", [Row("Made", str(time.monotonic_ns()))])
"""
PERIOD = 0.17
"""s between two templates: at no fixed place in a frame of the shell."""
SLICE = 40
"""Templates."""
GLASS = Path(__file__).with_name("_app_glass.py")


# -- round trip ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this process, and those it begins, on one core.

    A process that is woken on another core costs what the kernel takes to wake that core, half of the whole trip on
    an idle machine. On one core our part and that of bare sockets are seen alone.
    """
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)


async def round_trip(count: int) -> float:
    """µs until a ping through both ends' real code, in two processes, is answered: the median of the quietest slice.

    Each slice is a new app, so that the kernel chooses its core anew.
    """
    return min([statistics.median(await pings(count // SLICES)) for _ in range(SLICES)]) * 1e6


async def pings(count: int) -> list[float]:
    """Seconds, each."""
    ours, theirs = wire.socketpair()
    app = begin(["-I", "-c", ECHO], {FD_VARIABLE: str(theirs.fileno())}, theirs.fileno())
    theirs.close()
    answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()
    link = AppLink(ours, lambda _: answered.set_result(None), lambda: None, lambda: None, lambda _: over.set())
    link._messages = Bucket(math.inf, math.inf)  # the budget is not what is measured
    times = []
    for number in range(count):
        answered = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        link.send(Kind.PING, number)
        await answered
        times.append(time.perf_counter() - began)
    link.close()
    app.wait()
    return times


def bare(count: int) -> float:
    """µs for the same between two processes that do nothing but read and write, the quietest slice again."""
    slices = []
    for _ in range(SLICES):
        ours, theirs = wire.socketpair()
        with ours:
            app = begin(["-I", "-c", BARE], {FD_VARIABLE: str(theirs.fileno())}, theirs.fileno())
            theirs.close()
            times = []
            for _ in range(count // SLICES):
                began = time.perf_counter()
                ours.send(PING)
                ours.recv(len(PING))
                times.append(time.perf_counter() - began)
        app.wait()
        slices.append(statistics.median(times))
    return min(slices) * 1e6


# -- load ------------------------------------------------------------------------------------------------------------


def watchers(paths: Sequence[str]) -> dict[str, tuple[str, Sequence[str]]]:
    """Twenty apps that watch twenty signals each."""
    chosen = [[paths[(7 * number + step) % len(paths)] for step in range(SIGNALS)] for number in range(APPS)]
    return {f"org.example.app{number}": (WATCHER.format(globs=globs), globs) for number, globs in enumerate(chosen)}


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in family(int(child)))]


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def load(*, quick: bool) -> list[Row]:
    place = Path(tempfile.mkdtemp(prefix="apps"))
    paths = numbers()
    watched = [path for path in paths[: FAST[0] + MEDIUM[0]] if PERMISSIONS.rate(path) == RATE]
    bundles = watchers(watched)
    names = list(bundles)
    write_apps(place, bundles)
    rates = [rate for count, rate in (FAST, MEDIUM, SLOW) for _ in range(count)]
    try:
        async with car(Load(dict(zip(paths, rates, strict=False)))) as c, host(c, place) as process:
            apps = c.service(Apps)
            await c.until_state(apps.apps, lambda catalog: len(catalog.apps) == APPS, timeout=60)
            starts = [await opened(c, apps, name) for name in names]
            await apps.home()
            await c.until_state(apps.apps, lambda catalog: all(one.rss for one in catalog.apps), timeout=60)
            span = 7.0 if quick else 15.0
            before, began = cpu_seconds(process.pid), time.monotonic()
            counts: list[tuple[float, int]] = []
            watch = await apps.apps.watch(lambda catalog: counts.append((time.monotonic(), delivered(catalog))))
            await asyncio.sleep(span)
            share = 100 * (cpu_seconds(process.pid) - before) / (time.monotonic() - began)
            await watch.close()
            (start, first), (stop, last) = counts[1], counts[-1]  # the first came from before
            rate = (last - first) / (stop - start)
            taps = await tapped(c, apps, names[0], 10 if quick else 100)
            catalog = await apps.apps.last()
            whole = [one.rss / 1e6 for one in catalog.apps]
            own = [max(map(resident, family(one.pid))) / 1e6 for one in catalog.apps]
            level = catalog.apps[0].sandbox.level
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return [
        Row(f"host of {APPS} apps × {SIGNALS} signals, {rate:,.0f} values/s delivered", share, "% of a core", HOST_CPU),
        Row("memory of an app's own process, median", statistics.median(own), "MB", APP_MB),
        Row("… with the processes of its sandbox", statistics.median(whole), "MB", APP_MB),
        Row(f"tap to first template, sandbox {level}, median", statistics.median(starts), "ms", START_MS),
        Row("tap to changed template at the shell, p95", statistics.quantiles(taps, n=20)[-1], "ms", TAP_MS),
    ]


async def to_glass(count: int) -> float:
    """ms from an app's view to the picture that shows it, through both processes and the shell.

    The 95th percentile of the quietest slice: what else the machine does is not what is measured.
    """
    place = Path(tempfile.mkdtemp(prefix="apps"))
    write_apps(place, {"org.example.clock": (CLOCK.format(period=PERIOD), ())})
    try:
        async with car() as c, host(c, place):
            apps = c.service(Apps)
            await c.until_state(apps.apps, lambda catalog: len(catalog.apps) == 1, timeout=60)
            await opened(c, apps, "org.example.clock")
            command = [sys.executable, str(GLASS), str(c.run_dir), str(count)]
            shell = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
            said, _ = await shell.communicate()
    finally:
        shutil.rmtree(place, ignore_errors=True)
    ages = json.loads(said)
    return min(statistics.quantiles(ages[start : start + SLICE], n=20)[-1] for start in range(0, count, SLICE))


def delivered(catalog: Catalog) -> int:
    return sum(one.counters.values for one in catalog.apps)


def _shows(front: Front | None, name: str) -> bool:
    return bool(front and front.screen and front.screen.app == name and front.screen.tree)


async def opened(c: TestCar, apps: Apps, name: str) -> float:
    """ms from the tap until its first template is published."""
    began = time.perf_counter()
    await apps.open(name)
    await c.until_state(apps.screen, lambda front: _shows(front, name))
    return (time.perf_counter() - began) * 1000


async def tapped(c: TestCar, apps: Apps, name: str, count: int) -> list[float]:
    """ms from each tap until the template it changes is published."""
    await opened(c, apps, name)
    screens: asyncio.Queue = asyncio.Queue()
    watch = await apps.screen.watch(lambda front: screens.put_nowait(front and front.screen))
    screen = await screens.get()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        await apps.action(name, screen.seq, screen.tree[1]["rows"][0][1]["on_click"])
        screen = await screens.get()
        times.append((time.perf_counter() - began) * 1000)
        if screen.tree is None:
            raise RuntimeError(f"{name} shows a card in place of its template: {screen.card}, {screen.error}")
        await asyncio.sleep(0.15)
    await watch.close()
    return times


async def measure(*, quick: bool) -> list[Row]:
    count = 2000 if quick else 20_000
    with on_one_core():
        trip, limit = await round_trip(count), bare(count)
    afar, limit_afar = await round_trip(count), bare(count)
    glass = await to_glass(SLICE if quick else 5 * SLICE)
    return [
        Row(
            "round trip of an app's link on one core, median", trip, "µs", ROUND_TRIP_US, peers={"bare sockets": limit}
        ),
        Row("… wherever the kernel puts both ends, median", afar, "µs", peers={"bare sockets": limit_afar}),
        *await load(quick=quick),
        Row(f"from an app's view to the glass, p95 of the quietest {SLICE}", glass, "ms", TAP_MS),
        *await under_attack(quick=quick),
    ]


def main() -> int:
    wish = arguments(str(__doc__))
    rows = uvloop.run(measure(quick=wish.quick))  # the loop of the app host (`carservices.bus.process`)
    show("App host", rows, wish.json)
    return 0 if all(row.ok is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
