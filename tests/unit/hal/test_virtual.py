"""VirtualHal does what other people's tests lean on."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from carservices.hal import HalError, SetError, VirtualHal
from carservices.hal.registry import BadOptions, build
from carservices.signals import Access, ChangeMode, Code, Datatype, SignalConfig, Status

SPEED = SignalConfig(
    path="Vehicle.Speed", datatype=Datatype.FLOAT, change_mode=ChangeMode.CONTINUOUS, min_rate=1, max_rate=100
)
FAN = SignalConfig(path="Vehicle.Fan", datatype=Datatype.UINT8, access=Access.READ_WRITE, max=100)


@asynccontextmanager
async def opened(**values):
    hal = VirtualHal.of(SPEED, FAN, values={f"Vehicle.{name}": value for name, value in values.items()})
    await hal.open()
    batches = hal.events()
    yield hal, batches
    await hal.close()
    await batches.aclose()


async def said(batches):
    return [(value.path, value.value, value.status) for value in await anext(batches)]


async def test_the_first_batch_carries_every_signal_that_has_a_value():
    async with opened(Speed=3.0) as (_, batches):
        assert await said(batches) == [("Vehicle.Speed", 3.0, Status.AVAILABLE)]


async def test_a_set_is_remembered_and_echoed():
    async with opened() as (hal, batches):
        await hal.set("Vehicle.Fan", 40)
        assert hal.sets == [("Vehicle.Fan", 40)]
        assert await said(batches) == [("Vehicle.Fan", 40, Status.AVAILABLE)]


async def test_a_refusal_names_what_the_test_wants():
    async with opened() as (hal, _):
        hal.refuse["Vehicle.Fan"] = SetError(Code.NOT_AVAILABLE_DISABLED, "power is off", blocking="Vehicle.Power")
        with pytest.raises(SetError, match="power is off") as refused:
            await hal.set("Vehicle.Fan", 40)
        assert refused.value.blocking == "Vehicle.Power"
        assert hal.sets == []


async def test_failing_and_recovering():
    async with opened(Fan=7) as (hal, batches):
        await anext(batches)
        await hal.fail("Vehicle.Fan")
        assert await said(batches) == [("Vehicle.Fan", None, Status.UNAVAILABLE)]
        with pytest.raises(SetError, match="does not answer"):
            await hal.set("Vehicle.Fan", 8)
        await hal.recover("Vehicle.Fan")
        assert await said(batches) == [("Vehicle.Fan", 7, Status.AVAILABLE)]


async def test_two_values_of_a_signal_make_two_batches():
    async with opened() as (hal, batches):
        await hal.inject("Vehicle.Fan", 1)
        await hal.inject("Vehicle.Speed", 1.0)
        await hal.inject("Vehicle.Fan", 2)
        assert [len(await anext(batches)), len(await anext(batches))] == [2, 1]


@pytest.mark.parametrize(("asked", "given"), [(10, 10), (0.1, 1), (1000, 100), (0, 0)])
async def test_rates_are_clamped(asked, given):
    async with opened() as (hal, _):
        await hal.subscribe("Vehicle.Speed", asked)
        assert hal.rates == {"Vehicle.Speed": given}


async def test_a_continuous_signal_is_sampled_until_nobody_wants_it():
    async with opened(Speed=1.0) as (hal, batches):
        await hal.subscribe("Vehicle.Speed", 100)
        stamps = [(await anext(batches))[0].timestamp for _ in range(5)]
        assert stamps == sorted(set(stamps))
        await hal.subscribe("Vehicle.Speed", 0)
        await hal.inject("Vehicle.Fan", 1)
        while (batch := await anext(batches))[-1].path != "Vehicle.Fan":
            pass
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(batches), 0.05)
        assert batch[-1].value == 1


@pytest.mark.parametrize(("path", "value"), [("Vehicle.Fan", 101), ("Vehicle.Fan", "x"), ("Vehicle.Nothing", 1)])
async def test_an_injection_that_cannot_be_is_an_error(path, value):
    async with opened() as (hal, _):
        with pytest.raises(HalError, match=path):
            await hal.inject(path, value)


async def test_the_next_process_goes_on_with_what_was_set_and_broken_before(tmp_path):
    for first in (True, False):
        hal = VirtualHal.of(SPEED, FAN, values={SPEED.path: 0.0, FAN.path: 0})
        hal.keep_in = tmp_path / "kept"
        await hal.open()
        batches = hal.events()
        if first:
            await hal.set(FAN.path, 40)
            await hal.fail(SPEED.path)
        else:
            assert await said(batches) == [
                (SPEED.path, None, Status.UNAVAILABLE),
                (FAN.path, 40, Status.AVAILABLE),
            ]
        await batches.aclose()  # and no close: it was killed


@pytest.mark.parametrize("content", [b"", b"[" * 9999, b"[]", b'{"a": 1}', b'[{"Vehicle.Fan": 900}, {}]', b"[[], 3]"])
async def test_what_was_spoilt_is_told_and_left(tmp_path, caplog, content):
    (tmp_path / "values.json").write_bytes(content)
    hal = VirtualHal.of(FAN, values={FAN.path: 7})
    hal.keep_in = tmp_path
    await hal.open()
    assert await said(hal.events()) == [(FAN.path, 7, Status.AVAILABLE)]
    assert "cannot be taken up" in caplog.text


@pytest.mark.parametrize(("values", "match"), [({"Vehicle.Nose": 1}, "not among"), ({FAN.path: 101}, "100")])
def test_a_value_that_fits_no_signal_is_a_bad_option(values, match):
    with pytest.raises(BadOptions, match=match):
        build("virtual", VirtualHal, {"signals": [FAN], "values": values})
