"""An app as the source of a signal: everybody sees it, one app has it, and without the app it is unavailable."""

import pytest

from carservices.app.wire import Kind
from carservices.hal.virtual import VirtualHal
from carservices.signals import Catalogue, Status
from tests.unit.apphost.conftest import TYRE, listed, shown, write_bundle

AIR, LIGHT = "Vehicle.Exterior.AirTemperature", "Vehicle.Exterior.LightIntensity"
RAIN = "Vehicle.Body.Raindetection.Intensity"
MAY = "environment.provide"
THERMOMETER = """
from carservices.app import *
class Main(App):
    async def on_start(self):
        await self.car.provide("Vehicle.Exterior.AirTemperature", -3.5)
    def view(self):
        return ListTemplate("Thermometer", [Row("x")])
"""


async def says(a, path, value, number=1):
    """What the host answers: None, or code and missing permission."""
    a.app.say(Kind.PROVIDE, number, path, value)
    fields = await a.app.hear(Kind.OK, Kind.ERROR)
    return None if len(fields) == 2 else (fields[1], fields[3].get("permission"))


async def test_others_see_what_it_says_until_it_is_gone(linked):
    async with linked("provide:Vehicle.Exterior.*", "read:Vehicle.Exterior.*") as a:
        a.grants.decide("one", MAY, True)
        assert await says(a, AIR, -3.5) is None
        assert (await a.car.until(AIR, -3.5)).status is Status.AVAILABLE
        reader = a.join()
        reader.app.say(Kind.SUBSCRIBE, 1, [AIR], None)
        assert (await reader.app.hear(Kind.GRANTED))[1][0][1] == AIR
        assert (await reader.app.hear(Kind.VALUES))[0][0][1] == -3.5
        assert await says(a, AIR, None) is None
        await a.car.until(AIR, None)
        assert await says(a, AIR, 4) is None
        await a.car.until(AIR, 4.0)
        await a.session.close()
        assert (await a.car.until(AIR, None)).status is Status.UNAVAILABLE
        await a.car.start_hal(VirtualHal.of(Catalogue.default().config(AIR), values={AIR: 9.0}), "air")
        await a.car.until(AIR, 9.0)


async def test_a_signal_has_one_source(linked):
    async with linked("provide:Vehicle.Exterior.*") as a:
        a.grants.decide("one", MAY, True)
        await a.car.start_hal(VirtualHal.of(Catalogue.default().config(LIGHT), values={LIGHT: 7}), "light")
        assert await says(a, LIGHT, 50) == ("ALREADY_EXISTS", None)
        a.grants.decide("two", MAY, True)
        other = a.join("two")
        assert await says(a, AIR, 1) is None
        assert await says(other, AIR, 2) == ("ALREADY_EXISTS", None)
        await a.session.close()
        assert await says(other, AIR, 2) is None
        await a.car.until(AIR, 2.0)


@pytest.mark.parametrize(
    ("path", "value", "refusal"),
    [
        (AIR, "warm", ("INVALID_ARGUMENT", None)),
        (AIR, float("nan"), ("INVALID_ARGUMENT", None)),
        (RAIN, 10, ("PERMISSION_DENIED", f"provide:{RAIN}")),
        (TYRE, 300, ("PERMISSION_DENIED", f"provide:{TYRE}")),
        ("Vehicle.Exterior.Nothing", 1, ("NOT_FOUND", None)),
    ],
)
async def test_only_values_and_only_what_the_car_can_do_without(linked, path, value, refusal):
    async with linked("provide:Vehicle.**") as a:
        a.grants.decide("one", MAY, True)
        assert await says(a, path, value) == refusal


async def test_the_person_decides(linked):
    async with linked("provide:Vehicle.Exterior.*") as a:
        a.grants.decide("one", MAY, False)
        assert await says(a, AIR, 1) == ("PERMISSION_DENIED", MAY)
        assert await says(a, LIGHT, 1) == ("PERMISSION_DENIED", MAY)


async def test_of_a_flood_the_newest_counts(linked):
    async with linked("provide:Vehicle.Exterior.*") as a:
        a.grants.decide("one", MAY, True)
        assert await says(a, AIR, 0) is None
        seen = []
        watch = await a.car.watch([AIR], lambda value: seen.append(value.value))
        for degrees in range(1, 16):
            a.app.say(Kind.PROVIDE, degrees, AIR, degrees)
        await a.car.until(AIR, 15.0)
        assert len(seen) < 10
        await watch.close()


async def test_a_frozen_app_says_nothing(places, garage, hurry):
    write_bundle(places.builtin, THERMOMETER, permissions={"provide:Vehicle.Exterior.AirTemperature": "Has one"})
    async with garage() as c:
        await c.apps.grant("org.example.one", MAY)
        await c.apps.open("org.example.one")
        await c.until_state(c.apps.screen, shown())
        await c.until(AIR, -3.5)
        await c.apps.home()
        await c.until_state(c.apps.apps, listed(lambda one: one.state == "frozen"))
        await c.until(AIR, None)


async def test_it_is_there_again_after_a_restart_of_the_hub(linked):
    async with linked("provide:Vehicle.Exterior.*") as a:
        a.grants.decide("one", MAY, True)
        assert await says(a, AIR, 7) is None
        await a.car.until(AIR, 7.0)
        a.car.hub.stop()
        a.car.hub.start()
        assert (await a.car.until(AIR, 7.0)).status is Status.AVAILABLE
