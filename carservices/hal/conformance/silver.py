"""Silver: a HAL that stays right under faults, bursts, cancellation and reopening (most of it from Android's VTS)."""

import asyncio
import contextlib
import itertools
import time

from carservices.hal.base import HalError, Health
from carservices.hal.conformance.bronze import (
    available,
    bad_timestamps,
    changed_statics,
    fail_on,
    misfit,
    takes,
    unechoed,
)
from carservices.hal.conformance.footprint import Footprint
from carservices.hal.conformance.rig import (
    OPEN_TIMEOUT,
    QUIET,
    Bench,
    Broken,
    NotApplicable,
    Rig,
    in_time,
    record,
    settle,
)
from carservices.hal.conformance.rules import RuleBook
from carservices.hal.conformance.samples import echoes, other
from carservices.signals import Access, ChangeMode, Datum, SignalConfig, Status

BURST = 10_000
"""Commands of a burst."""
BURST_TIME = 2.0
"""Seconds after which a slow bus has been burdened enough."""
CANCEL_AFTER = (0, 1, 2, 5, 20)
"""Turns of the event loop open() gets before it is cancelled."""
HIGH_SPEED = 200.0
"""The speed factor tried where an option `speed` has no lower maximum."""

rule = RuleBook("silver")


@rule
async def min_rate_kept(rig: Rig) -> None:
    """Subscribed at its lowest rate a continuous signal does not come at its highest."""
    async with rig.bench() as bench:
        await bench.first_values()
        chosen = [c for c in available(bench, bench.continuous(least_rate=1)) if c.max_rate >= 4 * c.min_rate][:4]
        if not chosen:
            raise NotApplicable("no continuous signal has rates to choose from")
        for config in chosen:
            await bench.hal.subscribe(config.path, config.min_rate)
        await bench.until(lambda: False, 0.1)
        start, began = len(bench.heard), time.monotonic_ns()
        await bench.until(lambda: False, rig.listen)
        elapsed = (time.monotonic_ns() - began) / 1e9
        counts = {  # by the HAL's own times: on a busy machine what was queued before comes now
            c.path: sum(value.timestamp >= began for value in bench.of(c.path, start)) for c in chosen
        }
        fail_on(
            f"{c.path} came {counts[c.path]} times in {elapsed:.3g} s at {c.min_rate:g} Hz"
            for c in chosen
            if counts[c.path] > 2 + 2 * c.min_rate * elapsed
        )


@rule
async def stable_value_stable_timestamp(rig: Rig) -> None:
    """An on-change signal does not repeat its value with a new timestamp."""
    bench = await rig.recording()
    on_change = [c.path for c in bench.configs.values() if c.change_mode is ChangeMode.ON_CHANGE]
    fail_on(
        f"{path} repeated {one.value!r}"
        for path in on_change
        for one, two in itertools.pairwise(bench.of(path))
        if (one.value, one.status) == (two.value, two.status)
    )


@rule
async def batch_holds_a_path_once(rig: Rig) -> None:
    """A batch holds each path once."""
    bench = await rig.recording()
    for _, heard in itertools.groupby(bench.heard, key=lambda heard: heard.batch):
        paths = [entry.value.path for entry in heard]
        fail_on(f"{path} is twice in one batch" for path in paths if paths.count(path) > 1)


@rule
async def recovery_sends_one_event(rig: Rig) -> None:
    """A signal that fails turns unavailable, and sends one event with its value when it is back."""
    async with rig.bench() as bench:
        await bench.first_values()
        config = first_on_change(bench)
        start = len(bench.heard)
        try:
            await bench.hal.control("fail", {"path": config.path})
        except HalError as error:
            raise NotApplicable(f"no fault can be made: {error}") from error
        if not await bench.until(lambda: bench.latest[config.path].status is not Status.AVAILABLE):
            raise Broken(f"{config.path} failed and still says {bench.latest[config.path].value!r}")
        await bench.hal.control("clear", {"path": config.path})
        await bench.until(lambda: bench.latest[config.path].status is Status.AVAILABLE)
        await bench.until(lambda: False, 0.2)
        back = [value for value in bench.of(config.path, start) if value.status is Status.AVAILABLE]
        if len(back) != 1:
            raise Broken(f"{config.path} came back with {len(back)} events instead of one")


@rule
async def set_before_first_value(rig: Rig) -> None:
    """A set before the first value is taken or refused with SetError, and the first values come all the same."""
    known = {path: value.value for path, value in (await rig.recording()).latest.items()}
    bench = rig.bench()
    await bench.open()
    try:
        moved: dict[str, Datum] = {}
        for config in rig.settable(bench, Access.READ_WRITE, Access.WRITE)[:8]:
            was = known.get(config.path)
            if await takes(bench, config.path, other(config, was)) and was is not None:
                moved[config.path] = was
        bench.listen()
        await bench.first_values()
        for path, was in moved.items():
            await takes(bench, path, was)
    finally:
        await bench.close()
    if not bench.heard:
        raise Broken("no value came after an early set")


@rule
async def burst_of_sets(rig: Rig) -> None:
    """10,000 sets at once are taken or refused, and the last one taken wins."""
    async with rig.bench() as bench:
        await bench.first_values()
        config, values = await echoing_signal(rig, bench)
        for length in (BURST // 2, BURST // 2 - 1):  # each value comes last once: forgetting cannot look right twice
            last = await burst(bench, config, values, length)
            if last is None:
                raise Broken(f"{config.path} refused every set of a burst")
            if not await settles_on(bench, config, last):
                is_now = bench.latest[config.path].value
                raise Broken(f"{config.path} says {is_now!r}, the last set of a burst was {last!r}")
        await takes(bench, config.path, values[0])  # a slow bus may have been burdened with an even number


@rule
async def burst_of_subscribes(rig: Rig) -> None:
    """10,000 changes of rate leave the signal alive and no heap of tasks."""
    async with rig.bench() as bench:
        await bench.first_values()
        chosen = available(bench, bench.continuous(least_rate=1))
        if not chosen:
            raise NotApplicable("no continuous signal of 1 Hz or more")
        config = chosen[0]
        before, deadline = Footprint.now(), time.monotonic() + BURST_TIME
        for turn in range(BURST):
            await bench.hal.subscribe(config.path, config.max_rate if turn % 2 else config.min_rate)
            if turn % 100 == 99:
                await asyncio.sleep(0)
                if time.monotonic() > deadline:
                    break
        await bench.hal.subscribe(config.path, config.max_rate)
        start = len(bench.heard)
        if not await bench.until(lambda: bool(bench.of(config.path, start))):
            raise Broken(f"{config.path} is silent after a burst of subscribes")
        if not await settle(lambda: len(Footprint.now().leaks_since(before)) <= 1, rig.patience):
            raise Broken(f"a burst of subscribes left {len(Footprint.now().leaks_since(before))} tasks")


@rule
async def cancelled_open_leaves_nothing(rig: Rig) -> None:
    """open() can be cancelled at any moment; close() then cleans up."""
    before = Footprint.now()
    for turns in CANCEL_AFTER:
        hal = rig.make({})
        opening = asyncio.create_task(hal.open())
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await in_time(opening, OPEN_TIMEOUT, "a cancelled open()")
        await in_time(hal.close(), OPEN_TIMEOUT, "close() after a cancelled open()")
    await settle(lambda: not Footprint.now().leaks_since(before), rig.patience / 5)
    fail_on(f"a cancelled open() left {leak}" for leak in Footprint.now().leaks_since(before))


@rule
async def close_ends_events(rig: Rig) -> None:
    """events() ends when the HAL is closed."""
    async with rig.bench() as bench:
        await bench.first_values()
        await in_time(bench.hal.close(), OPEN_TIMEOUT, "close()")
        if not await settle(bench.ended.is_set, rig.patience):
            raise Broken("events() still waits after close()")


@rule
async def reopen_works(rig: Rig) -> None:
    """A closed HAL can be opened again: same signals, values again."""
    bench = rig.bench()
    async with bench:
        await bench.first_values()
    configs, spoke = bench.configs, bool(bench.latest)
    bench.latest.clear()
    async with bench:
        if bench.configs != configs:
            raise Broken("the second open() lists other signals")
        await bench.first_values()
        if spoke and not bench.latest:
            raise Broken("no value came after the second open()")


@rule
async def health_answers(rig: Rig) -> None:
    """health() says ok while the source works."""
    async with rig.bench() as bench:
        await bench.first_values()
        health = await in_time(bench.hal.health(), rig.patience, "health()")
        if not isinstance(health, Health) or not health.ok:
            raise Broken(f"health() says {health}")


@rule
async def unknown_verb_refused(rig: Rig) -> None:
    """A control verb nobody knows is refused with HalError."""
    async with rig.bench() as bench:
        with contextlib.suppress(HalError):
            answer = await bench.hal.control("no such verb", {})
            raise Broken(f"control('no such verb') answered {answer!r}")


@rule
async def long_time_at_speed(rig: Rig) -> None:
    """Where the options have a speed, the rules hold at its highest too."""
    field = rig.options.model_fields.get("speed")
    if field is None:
        raise NotApplicable("the options have no speed")
    limits = [limit for limit in (getattr(m, "le", None) for m in field.metadata) if isinstance(limit, int | float)]
    async with rig.bench(speed=min([HIGH_SPEED, *limits])) as bench:
        await record(bench, rig.listen)
    fail_on(why for heard in bench.heard if (why := misfit(bench, heard.value)))
    fail_on(bad_timestamps(bench))
    fail_on(changed_statics(bench))


def first_on_change(bench: Bench) -> SignalConfig:
    """A readable on-change signal that has a value."""
    on_change = [c for c in bench.configs.values() if c.change_mode is ChangeMode.ON_CHANGE]
    found = available(bench, on_change)
    if not found:
        raise NotApplicable("no on-change signal has a value")
    return found[0]


async def echoing_signal(rig: Rig, bench: Bench) -> tuple[SignalConfig, tuple[Datum, Datum]]:
    """A signal whose sets come back, and two values for it."""
    for config in available(bench, rig.settable(bench, Access.READ_WRITE))[:8]:
        now = bench.latest[config.path].value
        start, there = len(bench.heard), other(config, now)
        if now is not None and await takes(bench, config.path, there):
            if await unechoed(bench, {config.path: there}, start):
                break  # the rule set_echoes says so already
            return config, (now, there)
    raise NotApplicable("no set is taken and echoed")


async def burst(bench: Bench, config: SignalConfig, values: tuple[Datum, Datum], length: int) -> Datum | None:
    """Set the two values in turn; the last one the HAL took."""
    deadline = time.monotonic() + BURST_TIME / 2
    last: Datum | None = None
    for turn, value in enumerate(itertools.islice(itertools.cycle(values), length)):
        if await takes(bench, config.path, value):
            last = value
        if time.monotonic() > deadline:
            break
        if turn % 100 == 99:
            await asyncio.sleep(0)
    return last


async def settles_on(bench: Bench, config: SignalConfig, value: Datum) -> bool:
    """Whether the signal comes to have this value and keeps it."""

    def there() -> bool:
        return echoes(config, value, bench.latest[config.path].value)

    for _ in range(5):
        if not await bench.until(there):
            return False
        if not await bench.until(lambda: not there(), QUIET):
            return True
    return False
