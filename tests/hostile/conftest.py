"""One car for all attacks on it, with an app that everybody can see whether it is served."""

import contextlib
import itertools
import json
import os
import re
import shutil
from pathlib import Path

import pytest
import pytest_asyncio

from carservices.api.apps import Apps
from carservices.api.appstatus import AppState
from carservices.apphost import disk, health, host, life, link
from carservices.apphost.places import Places
from carservices.apphost.sandbox import Level, Limits, cgroups, probe
from carservices.apphost.service import AppsService
from carservices.bus import CallError
from carservices.services.driving.service import DrivingService
from carservices.services.notifications.service import NotificationsService
from carservices.testing import car
from tests.hostile import attacks
from tests.hostile.attacks import ATTACKS
from tests.hostile.attacks.arms import HEAT, MUTE, NET, RULES, SILENT, SPEED
from tests.unit.apphost.conftest import card, hal, listed, shown, until, write_bundle

ABILITY = probe()
GOOD = "org.example.good"
PERMISSIONS = {"read:Vehicle.Chassis.**": "x", f"read:{SPEED}": "x", f"actuate:{HEAT}": "x"}
RELAYED = 2
"""Values that the other app passes on while the attack goes on."""
MOST_GROWTH = 200 << 20
"""Bytes of memory that hub, app host and test, which are one process here, may grow by in one attack."""
MOST_DESCRIPTORS = 20
TAPS = 200
FEW = (20.0, 40.0)
"""Records a second, and at once, that a flood exceeds on a machine of any speed."""
RELAY = f"""
from carservices.app import App, MessageTemplate
class Main(App):
    def on_start(self):
        self.car.watch("{SPEED}", self.relay, rate=10.0)
    def relay(self, speed):
        self.spawn(self.car.set("{HEAT}", int(speed.value)))
    def view(self):
        return MessageTemplate("Good", "still here")
"""


NO_CACHE = shutil.ignore_patterns("__pycache__")


def attacker(name):
    return f"org.example.{name}"


def write_attacker(folder, name):
    bundles = folder / "apps"
    facts = {"permissions": PERMISSIONS, "hosts": ["example.org"], "category": ATTACKS[name].category}
    app = write_bundle(bundles, f"from tests.hostile.attacks import begin\nbegin({name!r})\n", attacker(name), **facts)
    shutil.copytree(Path(attacks.__file__).parent, bundles / app / "tests/hostile/attacks", ignore=NO_CACHE)
    for name in ("tests/__init__.py", NET):  # another `tests` that is installed would come before one without
        (bundles / app / name).touch()
    (bundles / app / "secret").symlink_to(folder / "secret")
    (bundles / app / "others").symlink_to(folder / "state")


@contextlib.asynccontextmanager
async def beset(folder, ability, names):
    """A car with an app that has to be served and one for each of these attacks."""
    folder.chmod(0o755)
    (folder / "secret").write_text("of the person")
    places = Places(folder / "state", folder / "run", builtin=folder / "apps", folders={})
    write_bundle(places.builtin, RELAY, GOOD, permissions=PERMISSIONS, background=True)
    for name in names:
        write_attacker(folder, name)
    given = {app: {"speed": True, "seats.control": app == GOOD} for app in (GOOD, *map(attacker, names))}
    places.file("grants.json").write(json.dumps({"profiles": {"default": given}}))
    source = hal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(host, "CHECK_SECONDS", 0.1)
        patch.setattr(health, "PING_SECONDS", 0.2)
        patch.setattr(life, "STOP_SECONDS", 0.5)
        patch.setattr(disk, "MAX_FILES", 500)
        patch.setattr(disk, "MAX_BYTES", 20 << 20)
        patch.setattr(link, "PAUSE_SECONDS", 0.01)
        services = [DrivingService, NotificationsService, lambda: AppsService(places, ability)]
        async with car(source, services) as running:
            running.say, running.places, running.numbers = source.inject, places, itertools.cycle(range(1, 100))
            running.apps = running.service(Apps)
            await running.apps.open(GOOD)
            await running.until_state(running.apps.screen, shown())
            yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def c(tmp_path_factory):
    """One car for all attacks: what one of them breaks, the next ones find broken."""
    async with beset(tmp_path_factory.mktemp("hostile"), ABILITY, ATTACKS) as running:
        yield running


class Net(cgroups.Group):
    """A control group that the host knows nothing of: if the host does not hold an app to its limits, this does."""

    def __init__(self, name, _limits):
        super().__init__(name, Limits(memory=2 << 30, processes=1000, cpu=2.0))
        self.controllers = frozenset()

    knows = can_freeze = False
    kill = prefer = lambda *_: None

    def out_of_memory(self):
        return False


async def relayed(c):
    """The other app hears of a signal and answers with another one."""
    number = next(c.numbers)
    await c.say(SPEED, float(number))
    await c.until(HEAT, number)


async def status(c, app, condition):
    catalog = await c.until_state(c.apps.apps, listed(condition, app))
    return next(one for one in catalog.apps if one.id == app)


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def groups(app):
    """Control groups that are left of an app; one with a process inside cannot be removed."""
    return [folder for mount in cgroups.mounts() for folder in mount.folder.glob(f"{cgroups.OURS}-{app}-*")]


async def withstand(c, name, monkeypatch):
    """Let one attacker loose: nobody else notices, and it ends as it has to."""
    attack, app = ATTACKS[name], attacker(name)
    if attack.machine and ABILITY.level is not Level.FULL:
        pytest.skip(f"this machine gives no full sandbox, and the attack is on the machine: {ABILITY.missing}")
    if attack.ends == RULES:
        monkeypatch.setattr(link, "MESSAGES", FEW)
    memory, files = resident(), descriptors()
    await c.apps.open(app)
    if attack.card is None:
        await c.apps.open(GOOD)
    for _ in range(RELAYED):
        await relayed(c)
    if attack.ends is not None and (SILENT in attack.ends or MUTE in attack.ends):
        if attack.ends != MUTE:
            await status(c, app, lambda one: one.state is not AppState.STARTING)
        monkeypatch.setattr(health, "START_SECONDS", 1.0)
        monkeypatch.setattr(health, "ANSWER_SECONDS", 1.5)
        monkeypatch.setattr(health, "BACKGROUND_PATIENCE", 2.0)
    if attack.card is not None:
        if attack.ends is not None:
            await c.until_state(c.apps.screen, shown())
            with contextlib.suppress(CallError):  # not responding any more
                for _ in range(TAPS):
                    await c.apps.action(app, 1, 1)
        front = await c.until_state(c.apps.screen, card(attack.card))
        assert front.screen.error
        await c.apps.open(GOOD)
    if attack.ends is not None:
        ended = await status(c, app, lambda one: one.last_error and one.pid is None)
        assert re.search(attack.ends, ended.last_error)
    await c.apps.close(app)
    await status(c, app, lambda one: one.state is AppState.STOPPED)
    await relayed(c)
    assert not (c.places.data / "default" / app / "won").exists()
    await until(lambda: not groups(app))
    assert descriptors() <= files + MOST_DESCRIPTORS
    assert resident() <= memory + MOST_GROWTH
    await c.apps.clear_data(app)
    assert (await status(c, GOOD, lambda one: True)).last_error is None
