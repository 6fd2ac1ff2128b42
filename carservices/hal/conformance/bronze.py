"""Bronze: the ten rules without which a hub cannot work with a HAL, and no leaks."""

import time
from collections.abc import Iterable

from carservices.hal.base import SetError
from carservices.hal.conformance.footprint import Footprint
from carservices.hal.conformance.rig import Bench, Broken, NotApplicable, Rig, record, settle
from carservices.hal.conformance.rules import RuleBook
from carservices.hal.conformance.samples import bad, echoes, other
from carservices.signals import Access, ChangeMode, Datum, SignalConfig, Status, Value
from carservices.signals.check import InvalidValue, check

AGE = 5_000_000_000
"""How old a sample may be when it arrives, in ns: far more than a busy machine needs."""
SAMPLED = 4
"""Continuous signals whose rate is measured."""

rule = RuleBook("bronze")


@rule
async def lists_signals(rig: Rig) -> None:
    """open() says what exists: at least one signal, each path once."""
    paths = [config.path for config in (await rig.recording()).declared]
    if not paths:
        raise Broken("open() lists no signal")
    fail_on(f"open() lists {path} twice" for path in paths if paths.count(path) > 1)


@rule
async def only_declared_paths(rig: Rig) -> None:
    """Events come only for signals that open() listed."""
    bench = await rig.recording()
    fail_on(f"{path} was never listed" for path in bench.latest if path not in bench.configs)


@rule
async def values_fit(rig: Rig) -> None:
    """A value has the type and range its signal declares, and is None unless available."""
    bench = await rig.recording()
    fail_on(why for heard in bench.heard if (why := misfit(bench, heard.value)))


@rule
async def timestamps_are_now(rig: Rig) -> None:
    """Timestamps of a signal strictly increase, are not in the future, and those of samples are recent."""
    fail_on(bad_timestamps(await rig.recording()))


@rule
async def static_never_changes(rig: Rig) -> None:
    """A static signal keeps its value."""
    fail_on(changed_statics(await rig.recording()))


@rule
async def max_rate_reached(rig: Rig) -> None:
    """Subscribed at its highest rate a continuous signal comes at least half as often."""
    async with rig.bench() as bench:
        await bench.first_values()
        chosen = available(bench, bench.continuous(least_rate=1))[:SAMPLED]
        if not chosen:
            raise NotApplicable("no continuous signal of 1 Hz or more")
        start = len(bench.heard)
        for config in chosen:
            await bench.hal.subscribe(config.path, config.max_rate)
        await bench.until(lambda: all(best_rate(bench, c, start) >= c.max_rate / 2 for c in chosen))
        fail_on(
            f"{c.path} came at {best_rate(bench, c, start):.3g} Hz, its max_rate is {c.max_rate:g} Hz"
            for c in chosen
            if best_rate(bench, c, start) < c.max_rate / 2
        )


@rule
async def set_echoes(rig: Rig) -> None:
    """A set that was taken comes back as an event with its value."""
    async with rig.bench() as bench:
        await bench.first_values()
        before = dict(bench.latest)
        sent: dict[str, Datum] = {}
        start = len(bench.heard)
        for config in rig.settable(bench, Access.READ_WRITE):
            known = before.get(config.path)
            value = other(config, known.value if known else None)
            if await takes(bench, config.path, value):
                sent[config.path] = value
        if not sent:
            raise NotApplicable("every set was refused")
        missing = await unechoed(bench, sent, start, rig.patience / 5)
        for path, was in before.items():
            if path in sent and was.value is not None:
                await takes(bench, path, was.value)
    if missing:  # one set may undo another: a fan set by hand ends its automatic
        tried = missing
        missing = await unechoed_again(rig, tried)
        if missing and 1 < len(tried) < len(sent):
            missing = await unechoed_alone(rig, missing)
    fail_on(f"{path} was set to {value!r} and that value never came back" for path, value in missing.items())


@rule
async def bad_values_refused(rig: Rig) -> None:
    """A set out of range or of the wrong type is refused with SetError."""
    async with rig.bench() as bench:
        await bench.first_values()
        fail_on(
            [
                f"{config.path} took {value!r}, {why}"
                for config in rig.settable(bench, Access.READ_WRITE, Access.WRITE)
                for value, why in bad(config)
                if await takes(bench, config.path, value)
            ]
        )


@rule
async def read_only_refused(rig: Rig) -> None:
    """A set of a read-only signal is refused with SetError."""
    async with rig.bench() as bench:
        await bench.first_values()
        fail_on(
            [
                f"{config.path} is read-only and took a value"
                for config in rig.settable(bench, Access.READ)
                if await takes(bench, config.path, other(config, None))
            ]
        )


@rule
async def unknown_refused(rig: Rig) -> None:
    """A set of a signal nobody listed is refused with SetError."""
    async with rig.bench() as bench:
        if await takes(bench, "Vehicle.NoSuchBranch.NoSuchSignal", 1):
            raise Broken("a set of Vehicle.NoSuchBranch.NoSuchSignal was taken")


@rule
async def close_leaves_nothing(rig: Rig) -> None:
    """close() leaves no task, thread or socket behind."""
    before = Footprint.now()
    async with rig.bench() as bench:
        await record(bench, seconds=0.1)
    await settle(lambda: not Footprint.now().leaks_since(before), rig.patience / 5)
    fail_on(f"left {leak}" for leak in Footprint.now().leaks_since(before))


def fail_on(faults: Iterable[str]) -> None:
    """Raise `Broken` with the first fault and the number of others."""
    found = list(dict.fromkeys(faults))
    if found:
        raise Broken(found[0] + (f" (and {len(found) - 1} more)" if len(found) > 1 else ""))


def misfit(bench: Bench, value: Value) -> str | None:
    """Why this value is none of its signal's; None when it fits."""
    config = bench.configs.get(value.path)
    if config is None:
        return None
    if value.status is not Status.AVAILABLE:
        return (
            f"{value.path} is {value.status.name} and has the value {value.value!r}"
            if value.value is not None
            else None
        )
    try:
        check(config, value.value)
    except InvalidValue as error:
        return str(error)
    return None


def bad_timestamps(bench: Bench) -> Iterable[str]:
    last: dict[str, int] = {}
    for value, at, _ in bench.heard:
        config = bench.configs.get(value.path)
        if value.timestamp > at:
            yield f"{value.path} has a timestamp {(value.timestamp - at) / 1e9:.3g} s in the future"
        elif config and config.change_mode is ChangeMode.CONTINUOUS and at - value.timestamp > AGE:
            yield f"{value.path} has a sample {(at - value.timestamp) / 1e9:.3g} s old"
        if value.timestamp <= last.get(value.path, -1):
            yield f"{value.path} has two events whose timestamps do not increase"
        last[value.path] = value.timestamp


def changed_statics(bench: Bench) -> Iterable[str]:
    first: dict[str, Value] = {}
    for value, _, _ in bench.heard:
        config = bench.configs.get(value.path)
        if config and config.change_mode is ChangeMode.STATIC and value.status is Status.AVAILABLE:
            was = first.setdefault(value.path, value).value
            if value.value != was:
                yield f"{value.path} is static and changed from {was!r} to {value.value!r}"


def available(bench: Bench, configs: list[SignalConfig]) -> list[SignalConfig]:
    """Those of the signals that have a value now."""
    return [c for c in configs if c.path in bench.latest and bench.latest[c.path].status is Status.AVAILABLE]


def best_rate(bench: Bench, config: SignalConfig, since: int) -> float:
    """The highest rate in Hz over some half second's worth of successive samples; 0 before there are that many."""
    stamps = [value.timestamp for value in bench.of(config.path, since)]
    gaps = max(2, round(config.max_rate / 4))
    spans = [later - earlier for earlier, later in zip(stamps, stamps[gaps:], strict=False)]
    return gaps * 1e9 / max(min(spans), 1) if spans else 0.0


async def takes(bench: Bench, path: str, value: Datum) -> bool:
    """Whether the HAL takes this set; any error but SetError is `Broken`."""
    try:
        await bench.hal.set(path, value)
    except SetError:
        return False
    except Exception as error:
        raise Broken(f"set({path}, {value!r}) raised {type(error).__name__} instead of SetError: {error}") from error
    return True


async def unechoed_again(rig: Rig, paths: Iterable[str]) -> dict[str, Datum]:
    """Those of the signals that say nothing either when no others are set, in a HAL opened anew, with all patience."""
    async with rig.bench() as bench:
        await bench.first_values()
        sent: dict[str, Datum] = {}
        start = len(bench.heard)
        before = {path: bench.latest[path].value if path in bench.latest else None for path in paths}
        for path, was in before.items():
            sent[path] = other(bench.configs[path], was)
            await takes(bench, path, sent[path])
        missing = await unechoed(bench, sent, start)
        for path, was in before.items():
            if was is not None:
                await takes(bench, path, was)
    return missing


async def unechoed_alone(rig: Rig, paths: Iterable[str]) -> dict[str, Datum]:
    """The first of the signals that says nothing either when it alone is set, in a HAL opened anew."""
    async with rig.bench() as bench:
        await bench.first_values()
        for path in paths:
            known = bench.latest.get(path)
            value, start = other(bench.configs[path], known.value if known else None), len(bench.heard)
            taken = await takes(bench, path, value)
            if not taken or await unechoed(bench, {path: value}, start):
                return {path: value}
            if known is not None and known.value is not None:
                await takes(bench, path, known.value)
    return {}


async def unechoed(bench: Bench, sent: dict[str, Datum], since: int, quiet: float | None = None) -> dict[str, Datum]:
    """Those of the sent values that do not come back within the bench's patience; or ``quiet`` s after another did."""
    missing, seen = dict(sent), since

    def all_back() -> bool:
        nonlocal seen
        for value, _, _ in bench.heard[seen:]:
            if value.path in missing and echoes(bench.configs[value.path], missing[value.path], value.value):
                del missing[value.path]
        seen = len(bench.heard)
        return not missing

    end, known = time.monotonic() + bench.patience, -1
    while not all_back() and len(missing) != known and (left := end - time.monotonic()) > 0:
        known = len(missing)
        await bench.until(lambda known=known: all_back() or len(missing) < known, min(left, quiet or left))  # type: ignore[misc]
    return missing
