"""Who offers a signal: one source at a time, and another one once it is withdrawn."""

import asyncio

from carservices.bus import wire
from carservices.bus.offers import Offers
from carservices.signals import Catalogue, Status
from carservices.system.table import DOORS
from carservices.testing import PATIENCE, car
from carservices_hal.doors.providers import Providers

SEAT = "Vehicle.Cabin.Seat.Row1.PassengerSide.Position"
CONFIG = Catalogue.default().config(SEAT)
HEIGHT, BELT = (
    Catalogue.default().config(f"Vehicle.Cabin.Seat.Row1.PassengerSide.{what}") for what in ("Height", "IsBelted")
)


class Silent:
    """A provider that takes no commands."""

    def actuate(self, path, value): ...
    def sampled(self, path, rate): ...


async def until_free(offers):
    """The hub may learn a little later that the source before is gone."""
    async with asyncio.timeout(PATIENCE):
        while await offers.offer([CONFIG]):  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_what_is_withdrawn_has_no_source_until_another_one_offers_it():
    async with car() as c:
        first = Offers(await c.connect("hal.first", DOORS))
        second = Offers(await c.connect("hal.second", DOORS))
        assert await first.offer([CONFIG]) == []
        assert await second.offer([CONFIG]) == [SEAT]
        first.publish([(SEAT, 5, 1)])
        await c.until(SEAT, 5)
        first.withdraw([SEAT])
        assert (first.config(SEAT), first.value(SEAT)) == (None, None)
        assert (await c.until(SEAT, None)).status is Status.UNAVAILABLE
        await until_free(second)
        second.publish([(SEAT, 7, 2)])
        await c.until(SEAT, 7)
        c.hub.stop()
        c.hub.start()
        await c.until(SEAT, 7)
        assert await first.offer([CONFIG]) == [SEAT]


async def test_what_was_refused_is_not_taken_when_its_source_is_away_for_a_moment():
    async with car() as c:
        owner = await c.connect("hal.first", DOORS)
        assert await Offers(owner).offer([CONFIG]) == []
        second = Offers(await c.connect("hal.second", DOORS))
        assert await second.offer([CONFIG]) == [SEAT]
        await owner.close()
        assert await second.offer([HEIGHT]) == []
        again = Offers(await c.connect("hal.first", DOORS))
        await until_free(again)
        again.publish([(SEAT, 9, 1)])
        await c.until(SEAT, 9)


async def test_an_offer_that_was_cut_off_is_made_again_and_of_two_claims_at_once_one_is_refused():
    async with car() as c:
        offers = Offers(await c.connect("hal.first", DOORS))
        cut = asyncio.create_task(offers.offer([CONFIG]))
        await asyncio.sleep(0)
        cut.cancel()
        await asyncio.wait({cut})
        assert await offers.offer([CONFIG]) == []
        offers.publish([(SEAT, 5, 1)])
        await c.until(SEAT, 5)
        providers = Providers(await c.connect("hal.second", DOORS))
        answers = await asyncio.gather(*(providers.claim(Silent(), [HEIGHT]) for _ in range(2)), return_exceptions=True)
        assert [str(one) for one in answers if one] == [f"another provider has claimed {HEIGHT.path}"]


async def test_what_was_given_is_silenced_once_and_what_somebody_moves_stays_on_offer():
    async with car() as c:
        door = await c.connect("hal.second", DOORS)
        providers, giver, mover, source = Providers(door), Silent(), Silent(), object()
        await providers.claim(giver, [CONFIG, HEIGHT])
        await providers.claim(mover, [CONFIG], actuation=True)
        await providers.offer([BELT])
        providers.publish([(SEAT, 5, 1), (HEIGHT.path, 5, 1)])
        providers.publish([(BELT.path, True, 1)], source)
        said, push = [], door.push
        door.push = lambda frame: said.extend(wire.unpack(frame[1:])) or push(frame)
        providers.release(giver)
        providers.end(source)
        assert sorted((index, value) for index, value, *_ in said) == [(0, None), (1, None), (2, None)]
        assert (providers.config(SEAT), providers.config(HEIGHT.path), providers.config(BELT.path)) == (
            CONFIG,
            None,
            None,
        )
        providers.release(mover)
        assert len(said) == 3 + 1
        assert providers.config(SEAT) is None
