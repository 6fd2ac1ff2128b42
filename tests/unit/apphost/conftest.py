"""A car with an app host and bundles written for one test; and one link with a raw socket in the app's place."""

import asyncio
import contextlib
import json
from functools import partial
from types import SimpleNamespace

import pytest

from carservices.api.apps import Apps
from carservices.app import wire
from carservices.app.wire import Channel, Kind
from carservices.apphost import health, host, life
from carservices.apphost.access import Access
from carservices.apphost.feed import Feed
from carservices.apphost.grants import Grants
from carservices.apphost.images import Images
from carservices.apphost.permissions import RuleBook
from carservices.apphost.places import Places
from carservices.apphost.provided import Provided
from carservices.apphost.sandbox import Ability
from carservices.apphost.service import AppsService
from carservices.apphost.session import Gateway, Session
from carservices.apphost.usage import UsageLog
from carservices.hal.virtual import VirtualHal
from carservices.services.driving.service import DrivingService
from carservices.services.notifications.service import NotificationsService
from carservices.signals import Catalogue
from carservices.testing import PATIENCE, SOURCE_GRANTS, car

SPEED = "Vehicle.Speed"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
TYRE = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
HEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling"
LOCK = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
PARK, DRIVE = 126, 127


def hal():
    known = Catalogue.default()
    values = {SPEED: 0.0, GEAR: PARK, TYRE: 240, HEAT: 0, LOCK: True}
    rates = {SPEED: {"min_rate": 1, "max_rate": 100}}
    return VirtualHal.of(*(known.config(path, **rates.get(path, {})) for path in values), values=values)


def write_bundle(folder, code, app="org.example.one", **manifest):
    """A bundle whose module is ``main`` and whose class is ``Main``."""
    facts = {"id": app, "name": "One", "version": "1.0.0", "min_sdk": 1, "entry": "main:Main", **manifest}
    permissions = facts.pop("permissions", {})
    place = folder / app
    place.mkdir(parents=True)
    lines = [f"{key} = {json.dumps(value)}" for key, value in facts.items()]
    lines += ["[permissions]", *(f"{json.dumps(scope)} = {json.dumps(why)}" for scope, why in permissions.items())]
    (place / "app.toml").write_text("\n".join(lines))
    (place / "main.py").write_text(code)
    return app


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "state", tmp_path / "run", builtin=tmp_path / "apps", folders={})


@pytest.fixture
def hurry(monkeypatch):
    """The host looks twenty times a second and waits half a second for an answer."""
    monkeypatch.setattr(host, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(health, "PING_SECONDS", 0.2)
    monkeypatch.setattr(life, "FREEZE_SECONDS", 0.2)
    monkeypatch.setattr(life, "STOP_SECONDS", 1.0)


@pytest.fixture
def garage(places):
    """``async with garage() as c``: a car whose apps are those of ``places``; ``c.apps`` is their service."""

    @contextlib.asynccontextmanager
    async def open_garage(*more, ability=None, settings=None):
        host = partial(AppsService, places, ability or Ability(), settings)
        services = [DrivingService, NotificationsService, *more, host]
        source = hal()
        async with car(source, services) as c:
            c.say = source.inject
            c.apps = c.service(Apps)
            yield c

    return open_garage


def shown(condition=lambda screen: screen.tree is not None):
    """For `until_state`: something is in front that fulfils the condition."""
    return lambda front: front.screen is not None and condition(front.screen)


def card(name):
    return shown(lambda screen: screen.card == name)


def listed(condition, app="org.example.one"):
    """For `until_state` of the catalog."""
    return lambda catalog: any(one.id == app and condition(one) for one in catalog.apps)


async def until(condition):
    """Wait for something that nothing announces."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - there is nothing to wait on
            await asyncio.sleep(0.002)


class Recorder:
    """The `Events` of a link in a test: notes what the host would hear."""

    def __init__(self):
        self.heard = []
        self.asked = {}
        self.over = asyncio.get_running_loop().create_future()

    def hello(self):
        return {"language": "en"}

    def ask(self, permission):
        return self.asked.setdefault(permission, asyncio.get_running_loop().create_future())

    def ended(self, why):
        self.over.set_result(why)

    def note(self, what, **facts):
        self.heard.append((what, facts))

    def __getattr__(self, name):
        return lambda *values: self.heard.append((name, *values))


class Wire:
    """The app's end as raw bytes."""

    def __init__(self, sock):
        self.channel = Channel(sock, wire.MAX_TO_APP)
        self.sock = sock
        self.inbox = []

    def say(self, kind, *fields):
        return self.channel.send(wire.pack(kind, *fields))

    def heard(self):
        """What has arrived by now and was not asked for yet."""
        self.inbox += [wire.unpack(data) for data in self.channel.records()]
        return self.inbox

    async def hear(self, *kinds):
        """The fields of the next record of one of these kinds."""
        await until(lambda: any(record.kind in kinds for record in self.heard()))
        record = next(record for record in self.inbox if record.kind in kinds)
        self.inbox.remove(record)
        return record.fields


@pytest.fixture
def linked(places):
    """``async with linked(scopes) as a``: a session on a real car; ``a.app`` is the app's end of the link."""

    @contextlib.asynccontextmanager
    async def open_link(*scopes, builtin=False, greet=True, services=()):
        source = hal()
        async with car(source, services) as c:
            connection = await c.connect("apps", SOURCE_GRANTS)
            book = RuleBook.default()
            feed = Feed(connection, book.rate)
            grants = Grants(places.file("grants.json"))
            usage = UsageLog(places.file("usage.json"), lambda: grants.profile)
            gateway = Gateway(connection, feed, book, Provided(connection))

            def join(app="one"):
                wanted = {scope: {"en": "why"} for scope in scopes}
                access = Access(app, wanted, book, grants, usage, builtin=builtin)
                ours, theirs = wire.socketpair()
                events = Recorder()
                session = Session(ours, gateway, access, Images(places.run), events)
                joined = SimpleNamespace(session=session, app=Wire(theirs), events=events, access=access)
                joined.grants, joined.usage, joined.car, joined.join = grants, usage, c, join
                joined.say = source.inject
                sessions.append(joined)
                if greet:
                    joined.app.say(Kind.HELLO, wire.VERSION, wire.SDK)
                return joined

            sessions = []
            try:
                yield join()
            finally:
                for one in sessions:
                    await one.session.close()
                    one.app.sock.close()

    return open_link
