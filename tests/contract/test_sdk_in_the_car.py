"""The SDK and the app host agree: the tutorial's app in a real process, in a real car."""

import contextlib
from pathlib import Path

import pytest

from carservices.api.apps import Apps
from carservices.api.permissions import Decision
from carservices.app.codec import decode
from carservices.apphost.places import Places
from carservices.apphost.sandbox import Ability
from carservices.apphost.service import AppsService
from carservices.hal.virtual import VirtualHal
from carservices.services.driving.service import DrivingService
from carservices.services.notifications.service import NotificationsService
from carservices.signals import Catalogue
from carservices.testing import car

BUNDLES = Path(__file__).parents[2] / "apps"
TYRES = "org.carservices.tyres"
FRONT_LEFT = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
SPEED = "Vehicle.Speed"
DRIVEN = "Vehicle.TraveledDistance"
VALUES = {FRONT_LEFT: 240, GEAR: 126, SPEED: 0.0, DRIVEN: 5_000_000}


@pytest.fixture
def garage(tmp_path):
    """A parked car with the bundles of this repository."""

    @contextlib.asynccontextmanager
    async def open_garage():
        places = Places(tmp_path / "state", tmp_path / "run", builtin=BUNDLES, folders={})
        known = Catalogue.default()
        hal = VirtualHal.of(*(known.config(path) for path in VALUES), values=VALUES)
        services = [DrivingService, NotificationsService, lambda: AppsService(places, Ability())]
        async with car(hal, services) as c:
            yield c, c.service(Apps), hal

    return open_garage


def template(front):
    """The template in front, None when there is none."""
    return decode(front.screen.tree) if front and front.screen and front.screen.tree else None


def shows(condition):
    def holds(front):
        shown = template(front)
        return shown is not None and condition(shown)

    return holds


async def test_the_tyres_in_the_car(garage):
    async with garage() as (c, apps, hal):
        for permission in await apps.permissions(TYRES):
            if permission.decision is not Decision.GRANTED:
                await apps.grant(TYRES, permission.id)
        await apps.open(TYRES)
        front = await c.until_state(apps.screen, shows(lambda t: t.rows and t.rows[0].text == "240 kPa"))
        assert [row.title for row in template(front).rows] == ["Front left"]
        await hal.inject(FRONT_LEFT, 180)
        front = await c.until_state(apps.screen, shows(lambda t: t.rows[0].badge == "low"))
        care = template(front).actions[0]
        await apps.action(TYRES, front.screen.seq, care.on_click, [])
        front = await c.until_state(apps.screen, shows(lambda t: t.title == "Care"))
        assert front.screen.depth == 2
        await apps.action(TYRES, front.screen.seq, template(front).buttons[0].on_click, [])
        await c.until_state(apps.screen, shows(lambda t: t.rows[0].text == "in 10000 km"))
        await apps.back()
        await c.until_state(apps.screen, shows(lambda t: t.title == "Tyres"))
