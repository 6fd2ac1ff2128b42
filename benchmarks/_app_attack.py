"""What an app gets to feel of hostile ones: how old its values are when they reach it, in quiet and under attack."""

import asyncio
import contextlib
import shutil
import statistics
import tempfile
from pathlib import Path

from _app_car import Load, host, numbers, write_apps
from _table import Row

from carservices.api.apps import Apps
from carservices.api.appstatus import AppState
from carservices.apphost.store.places import DATA
from carservices.bus import CallError
from carservices.testing import car

RATE = 5.0
"""Hz of each signal: below what an app may have, so that no value waits for its turn."""
SIGNALS = 40
TIMES_QUIET = 2.0
GOOD = "org.example.good"
LISTENER = """
import time
from carservices.app import App, MessageTemplate
class Main(App):
    def on_start(self):
        self.ages = (self.files / "ages").open("w", buffering=1)
        self.car.watch({globs}, lambda one: print(time.monotonic_ns() - one.t_ns, file=self.ages), rate=10.0)
    def view(self):
        return MessageTemplate("Good", "still here")
"""
HOSTILE = """
import os, time
from carservices.app import App
TEXT = "y" * 90
from carservices.app.wire import Kind, pack
class Main(App):
    def on_start(self):
        self.spawn(self.attack())
    async def attack(self):
        import asyncio
        link = self.runtime.session
        number = 1000
        while True:
            number += 1
            {attack}
"""
ATTACKS = {
    "flood": "link._channel.send(pack(Kind.LOG, 'info', 'x' * 2000))",
    "garbage": "link._channel.send(os.urandom(1000))",
    "templates": "link.send(Kind.VIEW, '1', 1, number, ['ListTemplate', {'rows': [['Row', {'title': TEXT}]] * 500}])"
    "\n            await asyncio.sleep(0.006)",
    "subscriptions": "link.send(Kind.SUBSCRIBE, number, ['Vehicle.**'], None); link.send(Kind.UNSUBSCRIBE, number)"
    "; await asyncio.sleep(0.12)",
    "processor": "[os.fork() for _ in range(2)]; exec('while True: pass')",
}
"""The first two break the rules and are started again, the others stay within them as far as they can."""


def attacker(name: str) -> str:
    return f"org.example.{name}"


async def under_attack(*, quick: bool) -> list[Row]:
    place = Path(tempfile.mkdtemp(prefix="apps"))
    paths = numbers()[:SIGNALS]
    hostile = {attacker(name): (HOSTILE.format(attack=attack), paths) for name, attack in ATTACKS.items()}
    write_apps(place, {GOOD: (LISTENER.format(globs=paths), paths), **hostile})
    ages = place / "state" / DATA / "default" / GOOD / "ages"
    span = 3 if quick else 20
    try:
        async with car(Load(dict.fromkeys(paths, RATE))) as c, host(c, place):
            apps = c.service(Apps)
            await c.until_state(apps.apps, lambda catalog: len(catalog.apps) == 1 + len(ATTACKS), timeout=60)
            await apps.open(GOOD)
            await c.until_state(apps.screen, lambda front: front.screen and front.screen.tree)
            await asyncio.sleep(1.0)
            quiet = await aged(ages, span)
            attacks = asyncio.create_task(attack(apps))
            await asyncio.sleep(1.0)
            beset = await aged(ages, span)
            attacks.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await attacks
            catalog = await apps.apps.last()
            assert catalog is not None
            level = next(one.sandbox.level for one in catalog.apps if one.id == GOOD)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    job = f"age of a value at an app while {len(ATTACKS)} others attack, sandbox {level}, p99"
    return [
        Row("age of a value at an app in quiet, p99", quiet, "ms"),
        Row(job, beset, "ms"),
        Row("… times as old as in quiet", beset / quiet, "×", TIMES_QUIET),
    ]


async def attack(apps: Apps) -> None:
    """All at once, in the background; who was ended begins again."""
    while True:
        catalog = await apps.apps.last()
        for one in catalog.apps if catalog else ():
            if one.id != GOOD and one.pid is None:
                if one.state is AppState.DISABLED:
                    await apps.enable(one.id)
                with contextlib.suppress(CallError):
                    await apps.open(one.id)
                await apps.open(GOOD)
        await asyncio.sleep(2.0)


async def aged(file: Path, seconds: int) -> float:
    """ms, the 99th percentile of what the app writes down in a second.

    Of so many seconds the lower quartile: what else the machine does is not what is measured.
    """
    found = []
    for _ in range(seconds):
        known = len(lines(file))
        await asyncio.sleep(1.0)
        found.append(statistics.quantiles([int(line) / 1e6 for line in lines(file)[known:]], n=100)[-1])
    return statistics.quantiles(found, n=4)[0]


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines()
