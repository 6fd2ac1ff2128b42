"""One volume: the audio service's and the car's signal, whoever turns it and whatever of the car goes away."""

import asyncio
import random

import pytest

from carservices.api.audio import Audio
from carservices.hal import SetError
from carservices.hal.virtual import VirtualHal
from carservices.services.audio.carvolume import PATH
from carservices.services.audio.output import Clock
from carservices.services.audio.service import AudioService
from carservices.services.runner import begin
from carservices.signals import Access, Code, Datatype, SignalConfig
from carservices.system.table import SERVICES
from carservices.testing import car
from tests.contract.bench_car import PATIENCE, eventually, settled

LEFT = 35
"""Percent at which the car was left."""


def head_unit(hal=VirtualHal, access=Access.READ_WRITE):
    config = SignalConfig(path=PATH, datatype=Datatype.UINT8, access=access, unit="percent", min=0, max=100)
    return hal.of(config, values={PATH: LEFT})


class Hesitant(VirtualHal):
    """Takes a set when it is let, and is done with it when it is let again."""

    def __init__(self, options=None):
        super().__init__(options)
        self.let = asyncio.Semaphore(0)
        self.asked = []

    async def set(self, path, value):
        self.asked.append(value)
        await self.let.acquire()
        await super().set(path, value)
        await self.let.acquire()


@pytest.fixture
def service(tmp_path):
    """One whose volume was chosen before."""
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "volume.json").write_text("0.25")
    return lambda: AudioService(tmp_path, output=Clock)


async def sounds(c, volume):
    return await c.until_state(c.service(Audio).state, lambda state: state.volume == volume)


async def both(c):
    """Percent of what sounds, and of the signal."""
    state = await c.service(Audio).state.last()
    return round(100 * state.volume), (await c.get(PATH)).value


async def test_whoever_turns_it_turns_both_and_nothing_is_sent_back(service):
    hal = head_unit()
    async with car(hal) as c:
        connection = await c.connect("audio", SERVICES["audio"].grants)
        audio = service()
        await begin(audio, connection)
        await c.until(PATH, 25)
        await c.service(Audio).set_volume(0.6)
        await c.until(PATH, 60)
        await (await c.set(PATH, 40)).confirmed()
        await sounds(c, 0.4)
        await hal.inject(PATH, 0)
        await sounds(c, 0.0)
        await c.service(Audio).set_volume(0.404)
        await c.until(PATH, 40)
        await settled(c)
        assert (await sounds(c, 0.404)).volume == 0.404, "finer than the signal"
        await hal.inject(PATH, 41)
        await sounds(c, 0.41)
        await audio.stop()
    assert [value for _, value in hal.sets] == [25, 60, 40, 40]
    async with car(services=[service]) as c:
        await sounds(c, 0.41)


async def test_a_new_car_begins_with_its_own_volume(tmp_path):
    hal = head_unit()
    async with car(hal, services=[lambda: AudioService(tmp_path, output=Clock)]) as c:
        await sounds(c, LEFT / 100)
    assert not hal.sets


@pytest.mark.parametrize("goes", ["the HAL", "the hub", "the source"])
async def test_what_comes_back_is_told_what_sounds(service, goes):
    hal = head_unit()
    async with car(services=[service]) as c:
        audio = c.service(Audio)
        await audio.set_volume(0.5)
        name = await c.start_hal(hal)
        await c.until(PATH, 50)
        if goes == "the HAL":
            await c.kill_hal(name)
            await audio.set_volume(0.7)
            hal = head_unit()
            await c.start_hal(hal)
        elif goes == "the hub":
            c.hub.stop()
            await hal.inject(PATH, LEFT)
            c.hub.start()
            await c.until(PATH, 50)
            await audio.set_volume(0.7)
        else:
            await hal.fail(PATH)
            await c.until(PATH, None)
            await audio.set_volume(0.7)
            await hal.inject(PATH, LEFT)
        await c.until(PATH, 70)
        await hal.inject(PATH, 20)
        await sounds(c, 0.2)


async def test_a_drag_over_a_slow_car_never_jumps_back_and_skips_what_is_old(service):
    hal, volumes = head_unit(Hesitant), []
    async with car(hal, services=[service]) as c:
        audio = c.service(Audio)
        await eventually(lambda: hal.asked == [25])
        await audio.state.watch(lambda state: state and volumes.append(state.volume))
        for percent in range(30, 91, 10):
            await audio.set_volume(percent / 100)
        hal.let.release()
        await c.until(PATH, 25)
        await settled(c)
        for _ in range(3):
            hal.let.release()
        await c.until(PATH, 90)
        await settled(c)
        assert volumes == sorted(volumes)
        assert hal.asked == [25, 90]
        await audio.set_volume(0.5)
        await eventually(lambda: hal.asked[2:] == [50])
        await hal.inject(PATH, 10)  # while ours is under way
        await sounds(c, 0.1)
        for _ in range(4):
            hal.let.release()
        await eventually(lambda: [value for _, value in hal.sets] == [25, 90, 50, 10])
        await settled(c)
        assert (await sounds(c, 0.1)).volume == 0.1, "it reached the service last"


async def test_turned_by_all_at_once_it_ends_as_one(service):
    hal, chance = head_unit(), random.Random(1)
    async with car(hal, services=[service]) as c:
        audio = c.service(Audio)

        async def turn(how):
            for _ in range(20):
                await how(chance.randrange(101))
                await asyncio.sleep(0)

        await asyncio.gather(
            turn(lambda level: audio.set_volume(level / 100)),
            turn(lambda level: c.set(PATH, level)),
            turn(lambda level: hal.inject(PATH, level)),
        )
        before = None
        async with asyncio.timeout(PATIENCE):
            while (now := (await both(c), len(hal.sets))) != before or len(set(now[0])) > 1:
                before = now
                await settled(c)


@pytest.mark.parametrize("access", [Access.READ, Access.READ_WRITE])
async def test_a_car_that_does_not_let_it_be_set_can_still_turn_it(service, access):
    hal = head_unit(access=access)
    hal.refuse[PATH] = SetError(Code.INTERNAL_ERROR, "the amplifier is off")
    async with car(hal, services=[service]) as c:
        await c.service(Audio).set_volume(0.6)
        await settled(c)
        await sounds(c, 0.6)
        for percent in (36, 60):
            await hal.inject(PATH, percent)
            await sounds(c, percent / 100)
