"""Reading and watching signals over the real bus: access, change modes, rates, resolution, status."""

import asyncio
import math

import pytest

from carservices.bus import CallError, UnknownSignal
from carservices.bus.identity import Grants
from carservices.hal.virtual import VirtualHal
from carservices.hub.host import HalHost
from carservices.signals import Access, ChangeMode, Datatype, SignalConfig, Status
from carservices.testing import car
from tests.contract.bench_car import AC, GEAR, HORN, RANGE, SPEED, TEMP, VALUES, VIN, bench, eventually, settled


class Counting(VirtualHal):
    """Notes every rate it is told."""

    def __init__(self, options=None):
        super().__init__(options)
        self.told = []

    async def subscribe(self, path, rate):
        self.told.append(rate)
        await super().subscribe(path, rate)


async def test_every_value_the_hal_starts_with_can_be_read():
    async with car(bench()) as c:
        for path, value in VALUES.items():
            await c.until(path, value)
        values = await c.get_all("Vehicle.**")
        assert {p: v.value for p, v in values.items() if v.status is Status.AVAILABLE} == VALUES


async def test_configs_come_as_the_hal_gave_them_and_by_glob():
    async with car(bench()) as c:
        assert (await c.configs())[TEMP].max == 28
        assert set(await c.configs("Vehicle.Cabin.**")) == {TEMP, AC}


async def test_unknown_signals_and_write_only_signals_are_not_read():
    async with car(bench()) as c:
        c.hub.hub.requests._born -= 100  # no longer young: what is unknown now stays unknown
        with pytest.raises(UnknownSignal, match=r"Vehicle\.Sped"):
            await c.get("Vehicle.Sped")
        with pytest.raises(UnknownSignal, match=r"^.{,300}$"):
            await c.get("Vehicle." + "x" * 10_000)
        with pytest.raises(CallError) as refused:
            await c.get(HORN)
        assert refused.value.code == "PERMISSION_DENIED"
        with pytest.raises(CallError, match="may not read"):
            await c.watch([HORN], lambda value: None)


async def test_a_signal_that_has_not_spoken_is_waited_for():
    hal = bench()
    async with car(hal) as c:
        answers = await c.call("hub", "get", [RANGE])
        assert answers == ["TRY_AGAIN"]
        reading = asyncio.create_task(c.get(RANGE))
        await settled(c)
        await hal.inject(RANGE, 300_000)
        assert (await reading).value == 300_000


async def test_on_change_signals_speak_only_when_they_change():
    hal = bench()
    async with car(hal) as c:
        await c.until(GEAR, 126)
        seen = []
        await c.watch([GEAR], lambda value: seen.append(value.value))
        for gear in (127, 127, 0, 0, 127):
            await hal.inject(GEAR, gear)
        await eventually(lambda: len(seen) >= 4)
        await settled(c)
        assert seen == [126, 127, 0, 127]


async def test_a_static_signal_keeps_its_first_value():
    hal = bench()
    async with car(hal) as c:
        await c.until(VIN, VALUES[VIN])
        await hal.inject(VIN, "another")
        await hal.inject(GEAR, 127)
        await c.until(GEAR, 127)
        assert (await c.get(VIN)).value == VALUES[VIN]


@pytest.mark.parametrize(("asked", "told"), [(8, 5), (5, 5), (2.5, 2.5), (1, 1), (0.1, 1), (None, 5)])
async def test_a_rate_is_clamped_to_what_the_signal_offers(asked, told):
    hal = bench()
    async with car(hal) as c:
        await c.watch([SPEED], lambda value: None, rate=asked)
        await eventually(lambda: hal.rates.get(SPEED) == told)


async def test_the_hal_is_told_the_highest_rate_anybody_wants_and_zero_at_the_end():
    hal = bench(Counting)
    async with car(hal) as c:
        other = await c.connect("shell")
        slow = await c.watch([SPEED], lambda value: None, rate=2)
        fast = await other.watch([SPEED], lambda value: None, rate=4)
        also_slow = await other.watch([SPEED], lambda value: None, rate=2)
        await fast.close()
        await slow.close()
        await also_slow.close()
        await eventually(lambda: hal.told[-1:] == [0])
        assert hal.told == [2, 4, 2, 0], "told once for each change of the maximum"


async def test_who_leaves_no_longer_counts_for_the_rate():
    hal = bench()
    async with car(hal) as c:
        other = await c.connect("shell")
        await other.watch([SPEED], lambda value: None, rate=4)
        await eventually(lambda: hal.rates.get(SPEED) == 4)
        await other.close()
        await eventually(lambda: hal.rates.get(SPEED) == 0)


async def test_two_ways_of_seeing_one_signal_at_once():
    hal = bench()
    async with car(hal) as c:
        await c.until(SPEED, 0.0)
        exact, rounded = [], []
        await c.watch([SPEED], lambda value: exact.append(value.value))
        await c.watch(SPEED, lambda value: rounded.append(value.value), resolution=10.0)
        await hal.inject(SPEED, 47.3)
        await eventually(lambda: exact[-1:] == [47.3] and rounded[-1:] == [50.0])
        assert set(rounded) <= {0.0, 50.0}


@pytest.mark.parametrize(
    ("offered", "asked", "repeated"), [(True, True, False), (True, False, True), (False, True, True)]
)
async def test_an_unchanged_value_is_said_again_only_without_variable_rate(offered, asked, repeated):
    config = SignalConfig(
        path=SPEED,
        datatype=Datatype.FLOAT,
        change_mode=ChangeMode.CONTINUOUS,
        min_rate=1,
        max_rate=100,
        variable_rate=offered,
    )
    async with car(VirtualHal.of(config, values={SPEED: 0.0})) as c:
        seen, control = [], []
        await c.watch(SPEED, lambda value: seen.append(value.value), rate=50, variable_rate=asked)
        await c.watch(SPEED, lambda value: control.append(value.timestamp), rate=100, variable_rate=False)
        await eventually(lambda: len(seen if repeated else control) > 10)
        assert repeated or seen == [0.0]


@pytest.mark.parametrize(
    ("rate", "resolution"), [(None, 0.5), ("fast", 0.0), (math.nan, 0.0), (None, 3 * 10**18), ([], 0.0)]
)
async def test_a_wish_that_makes_no_sense_is_refused_in_one_line(rate, resolution):
    async with car(bench()) as c:
        with pytest.raises(CallError) as refused:
            await c.call("hub", "subscribe", [[SPEED], rate, resolution, True])
        assert refused.value.code == "INVALID_ARGUMENT"
        assert "\n" not in refused.value.message


async def test_a_signal_that_fails_and_returns_says_so_once_each():
    hal = bench()
    async with car(hal) as c:
        await c.until(TEMP, 21.0)
        seen = []
        await c.watch([TEMP], lambda value: seen.append((value.status, value.value)))
        await hal.fail(TEMP)
        await hal.fail(TEMP)
        await hal.recover(TEMP)
        await eventually(lambda: len(seen) >= 3)
        await settled(c)
        assert seen == [(Status.AVAILABLE, 21.0), (Status.UNAVAILABLE, None), (Status.AVAILABLE, 21.0)]


async def test_what_a_hal_may_not_say_becomes_an_error_and_is_counted():
    class Wild(VirtualHal):
        def _emit(self, path):
            super()._emit(path)
            if self._open and path == TEMP:
                self._batches[-1][TEMP].value = 99.0

    async with car(bench(Wild)) as c:
        value = await c.until(TEMP, None)
        assert value.status is Status.ERROR
        assert (await c.call("hub", "top"))["invalid"] >= 1


async def test_injecting_is_for_tools_and_checked():
    async with car(bench()) as c:
        await c.inject(GEAR, 127)
        assert (await c.get(GEAR)).value == 127
        await c.inject(GEAR, None, Status.ERROR)
        assert (await c.get(GEAR)).status is Status.ERROR
        with pytest.raises(CallError, match="-1, 0, 1, 126, 127"):
            await c.inject(GEAR, 5)


async def test_a_watch_takes_in_signals_that_appear_later_and_ends_when_closed():
    hal = bench()
    late = VirtualHal.of(SignalConfig(path="Vehicle.Late", datatype=Datatype.BOOLEAN), values={"Vehicle.Late": True})
    async with car(hal) as c:
        seen = []
        watch = await c.watch(["Vehicle.*"], lambda value: seen.append(value.path))
        await c.start_hal(late, "late")
        await eventually(lambda: "Vehicle.Late" in seen)
        await watch.close()
        count = len(seen)
        await late.inject("Vehicle.Late", False)
        await c.until("Vehicle.Late", False)
        assert len(seen) == count


async def test_the_second_watch_gets_the_last_value_at_once_and_survives_the_first():
    hal = bench()
    async with car(hal) as c:
        await c.until(GEAR, 126)
        first = await c.watch([GEAR], lambda value: None)
        seen = []
        await c.watch([GEAR], lambda value: seen.append(value.value))
        assert seen == [126]
        await first.close()
        await hal.inject(GEAR, 127)
        await eventually(lambda: seen == [126, 127])


async def test_watching_again_after_closing_misses_nothing():
    hal = bench()
    async with car(hal) as c:
        for gear in (126, 127, 0, 1) * 5:
            await hal.inject(GEAR, gear)
            await c.until(GEAR, gear)


async def test_a_failing_callback_is_reported_and_stops_nobody():
    hal = bench()
    async with car(hal) as c:
        errors, seen = [], []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: errors.append(context["exception"]))
        await c.until(GEAR, 126)
        await c.watch([GEAR], lambda value: 1 / (value.value - 127))
        await c.watch([GEAR], lambda value: seen.append(value.value))
        for gear in (127, 0, 1):
            await hal.inject(GEAR, gear)
        await eventually(lambda: seen == [126, 127, 0, 1])
        assert [type(error) for error in errors] == [ZeroDivisionError]


async def test_two_hals_offering_one_path_the_first_keeps_it(caplog):
    first, second = (
        bench(),
        VirtualHal.of(
            SignalConfig(path=GEAR, datatype=Datatype.INT8),
            SignalConfig(path="Vehicle.Second", datatype=Datatype.INT8),
            values={GEAR: 5, "Vehicle.Second": 2},
        ),
    )
    async with car(first) as c:
        await c.start_hal(second, "second")
        await c.until("Vehicle.Second", 2)
        assert (await c.get(GEAR)).value == 126
        assert GEAR in caplog.text


async def test_a_hal_may_not_run_twice():
    async with car(bench()) as c:
        twin = await c.connect("hal.virtual")
        with pytest.raises(CallError, match="already running"):
            await HalHost(twin, bench()).run()
        assert (await c.get(TEMP)).value == 21.0


async def test_a_bad_config_is_refused_whole_and_leaves_nothing_behind():
    good = SignalConfig(path=GEAR, datatype=Datatype.INT8, access=Access.READ).model_dump(mode="json")
    async with car() as c:
        broken = await c.connect("hal.broken")
        with pytest.raises(CallError, match="bad config"):
            await broken.call("hub", "announce", [good, {**good, "path": "Vehicle.X", "datatype": "colour"}])
        await c.start_hal(bench())
        await c.until(GEAR, 126)


async def test_a_read_of_what_nobody_watches_is_sampled_first():
    hal = bench()
    async with car(hal) as c:
        await c.get(SPEED)
        await eventually(lambda: hal.rates.get(SPEED) == 0)
        assert c.hub.hub.requests._reads._waiting == []
        old = await c.get(SPEED)
        assert (await c.get(SPEED)).timestamp > old.timestamp
        await eventually(lambda: hal.rates.get(SPEED) == 0)


async def test_who_may_not_read_a_signal_has_it_not_sampled_either():
    hal = bench(Counting)
    async with car(hal) as c:
        nobody = await c.connect("nobody", Grants())
        assert await nobody.call("hub", "get", [SPEED]) == ["PERMISSION_DENIED"]
        await settled(c)
        assert hal.told == []


class Deaf(VirtualHal):
    """Speaks once and samples for nobody."""

    async def subscribe(self, path, rate):
        self.rates[path] = rate


async def test_a_read_of_a_source_that_says_nothing_makes_do_with_the_last_value():
    async with car(bench(Deaf)) as c:
        first = await c.get(SPEED)
        assert first.status is Status.AVAILABLE
        assert await c.get(SPEED) == first


async def test_a_read_of_what_somebody_watches_waits_for_nothing(monkeypatch):
    monkeypatch.setattr("carservices.hub.reads.FRESH_SECONDS", math.inf)
    hal = bench(Deaf)
    async with car(hal) as c:
        await c.watch(SPEED, lambda value: None)
        assert (await c.get(SPEED)).value == 0.0


async def test_who_leaves_while_a_read_waits_has_nothing_sampled_any_more(monkeypatch):
    monkeypatch.setattr("carservices.hub.reads.FRESH_SECONDS", math.inf)
    hal = bench(Deaf)
    async with car(hal) as c:
        reader = await c.connect("reader")
        reading = asyncio.create_task(reader.get(SPEED))
        await eventually(lambda: hal.rates.get(SPEED))
        await reader.close()
        await asyncio.gather(reading, return_exceptions=True)
        await eventually(lambda: hal.rates[SPEED] == 0)


async def test_subscriptions_that_never_arrive_end_the_wait_for_them(monkeypatch):
    monkeypatch.setattr("carservices.hub.requests.SYNC_SECONDS", 0.5)
    async with car(bench()) as c:
        other = await c.connect("other")
        await c.call("hub", "subscribe_states", ["lamps.state"])
        syncing = asyncio.create_task(c.call("hub", "sync", ["lamps.state"]))
        await settled(c)
        await other.close()
        with pytest.raises(CallError, match="did not arrive at the hub"):
            await syncing
        assert c.hub.hub.requests._syncs == []


async def test_who_leaves_waits_for_no_subscription_any_more(monkeypatch):
    monkeypatch.setattr("carservices.hub.requests.SYNC_SECONDS", math.inf)
    async with car(bench()) as c:
        other = await c.connect("other")
        await other.call("hub", "subscribe_states", ["lamps.state"])
        syncing = asyncio.create_task(other.call("hub", "sync", ["lamps.state"]))
        await eventually(lambda: c.hub.hub.requests._syncs)
        await other.close()
        await asyncio.gather(syncing, return_exceptions=True)
        await eventually(lambda: not c.hub.hub.requests._syncs)
