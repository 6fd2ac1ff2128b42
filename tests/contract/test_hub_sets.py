"""Commands: accepted, confirmed by the echo, failed with code, reason and blocking signal; refused; audited."""

import asyncio
import gc
import json
import math

import pytest

from carservices.bus import CallError, SetFailed
from carservices.bus.identity import Grants
from carservices.bus.wire import Kind
from carservices.hal import Hal, SetError
from carservices.hal.virtual import VirtualHal
from carservices.signals import Access, Code, Datatype, SignalConfig, Status, Value
from carservices.testing import car
from tests.contract.bench_car import AC, GEAR, HORN, SIGNALS, TEMP, bench, eventually


class Mute(VirtualHal):
    """Takes every command and does nothing."""

    async def set(self, path, value):
        self.sets.append((path, value))


class Slow(VirtualHal):
    """Answers a set only when `go` is set."""

    def __init__(self, options=None):
        super().__init__(options)
        self.go = asyncio.Event()

    async def set(self, path, value):
        await self.go.wait()
        await super().set(path, value)


def outcomes(c):
    return [(e["what"], e.get("path"), e.get("code")) for e in c.hub.hub.audit.entries]


async def test_accepted_then_confirmed_by_the_echo():
    hal = bench()
    async with car(hal) as c:
        handle = await c.set(TEMP, 22)
        value = await handle.confirmed()
        assert (value.value, value.status) == (22.0, Status.AVAILABLE)
        assert hal.sets == [(TEMP, 22.0)]
        assert value.timestamp == (await c.get(TEMP)).timestamp
        await eventually(lambda: c._handles == {})


async def test_accepted_is_not_confirmed():
    hal = bench(Mute)
    async with car(hal) as c:
        await c.until(AC, False)
        handle = await c.set(AC, True)
        confirming = asyncio.create_task(handle.confirmed())
        await c.call("hub", "hals")
        assert not confirming.done()
        await hal.inject(AC, True)
        assert (await confirming).value is True


async def test_a_set_to_what_already_is_confirms_without_an_event():
    hal = bench(Mute)
    async with car(hal) as c:
        await c.until(TEMP, 21.0)
        assert (await (await c.set(TEMP, 21.0)).confirmed()).value == 21.0


async def test_a_float_held_in_32_bits_still_confirms():
    hal = bench(Mute)
    async with car(hal) as c:
        handle = await c.set(TEMP, 21.3)
        await hal.inject(TEMP, 21.299999237060547)
        assert (await handle.confirmed()).value == 21.299999237060547


async def test_a_write_only_signal_confirms_when_it_is_accepted():
    async with car(bench(Mute)) as c:
        assert (await (await c.set(HORN, True)).confirmed()).value is True


@pytest.mark.parametrize(
    ("code", "reason", "blocking"),
    [
        (Code.NOT_AVAILABLE_SPEED_HIGH, "not above 5 km/h", "Vehicle.Speed"),
        (Code.NOT_AVAILABLE_DISABLED, "the climate control is off", None),
        (Code.INTERNAL_ERROR, "the actuator is broken", None),
        (Code.ACCESS_DENIED, "locked by the workshop", None),
    ],
)
async def test_a_hal_refuses_with_code_reason_and_blocking_signal(code, reason, blocking):
    hal = bench()
    hal.refuse[TEMP] = SetError(code, reason, blocking)
    async with car(hal) as c:
        with pytest.raises(SetFailed) as refused:
            await c.set(TEMP, 22.0)
        assert (refused.value.code, refused.value.reason, refused.value.blocking) == (code, reason, blocking)
        assert outcomes(c)[-1] == ("refused", TEMP, code.name)
        assert c.hub.hub.audit.entries[-1].get("blocking") == blocking


class Sensor(Hal[Hal.Options]):
    """A HAL that only reads."""

    async def open(self):
        return [SignalConfig(path=AC, datatype=Datatype.BOOLEAN, access=Access.READ_WRITE)]

    async def events(self):
        yield [Value(AC, False, 1)]
        await asyncio.Event().wait()


async def test_a_hal_that_takes_no_commands_accepts_none():
    async with car(Sensor) as c:
        await c.until(AC, False)
        with pytest.raises(SetFailed, match="Sensor takes no commands") as refused:
            await c.set(AC, True)
        assert refused.value.code is Code.ACCESS_DENIED


@pytest.mark.parametrize(
    ("path", "value", "code", "says"),
    [
        ("Vehicle.Sped", 1, Code.INVALID_ARG, "no HAL offers Vehicle.Sped: did you mean Vehicle.Speed?"),
        (GEAR, 127, Code.ACCESS_DENIED, "read-only"),
        (TEMP, 99.0, Code.INVALID_ARG, "from 16 to 28 Celsius"),
        (TEMP, float("nan"), Code.INVALID_ARG, "from 16 to 28 Celsius"),
        (TEMP, "warm", Code.INVALID_ARG, "from 16 to 28 Celsius"),
        (AC, 1, Code.INVALID_ARG, "true or false"),
        (AC, "x" * 100_000, Code.INVALID_ARG, "true or false"),
    ],
)
async def test_the_hub_refuses_what_cannot_be_in_one_line_with_the_cure(path, value, code, says):
    hal = bench(Mute)
    async with car(hal) as c:
        c.hub.hub.requests._born -= 100
        with pytest.raises(SetFailed, match=says) as refused:
            await c.set(path, value)
        assert refused.value.code is code
        assert len(str(refused.value)) < 300
        assert outcomes(c) == [("refused", path, code.name)]
        assert len(json.dumps(c.hub.hub.audit.entries[0])) < 1000
        assert hal.sets == [], "no HAL is asked"


@pytest.mark.parametrize(("value", "timeout"), [(object(), 1.0), (22.0, math.inf)], ids=["value", "timeout"])
async def test_what_cannot_travel_is_an_invalid_argument(value, timeout):
    async with car(bench()) as c:
        with pytest.raises(SetFailed) as refused:
            await c.set(TEMP, value, timeout=timeout)
        assert refused.value.code is Code.INVALID_ARG


@pytest.mark.parametrize("timeout", [-1.0, math.nan])
async def test_a_deadline_that_cannot_be_is_an_invalid_argument(timeout):
    async with car(bench()) as c:
        with pytest.raises(CallError, match="a timeout of") as refused:
            await c.call("hub", "set", [TEMP, 22.0, timeout])
        assert refused.value.code == "INVALID_ARGUMENT"


async def test_who_has_no_grant_may_not_actuate():
    async with car(bench()) as c:
        shell = await c.connect("shell", Grants(read=("**",), actuate=(AC,)))
        await (await shell.set(AC, True)).confirmed()
        with pytest.raises(SetFailed, match="shell has no grant") as refused:
            await shell.set(TEMP, 22.0)
        assert refused.value.code is Code.ACCESS_DENIED


async def test_a_set_nobody_confirms_fails_at_its_deadline():
    async with car(bench(Mute)) as c:
        await c.until(TEMP, 21.0)
        handle = await c.set(TEMP, 25.0, timeout=0.05)
        with pytest.raises(SetFailed, match="did not confirm") as failed:
            await handle.confirmed()
        assert failed.value.code is Code.TRY_AGAIN
        assert outcomes(c) == [("set", TEMP, None), ("failed", TEMP, "TRY_AGAIN")]


async def test_a_failure_nobody_asks_for_is_no_error_of_the_program():
    errors = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context))
    async with car(bench(Mute)) as c:
        await c.set(TEMP, 25.0)
        await c.kill_hal("mute")
        await eventually(lambda: c._handles == {})
        gc.collect()
    assert errors == []


async def test_a_hal_that_does_not_answer_fails_the_set_at_its_deadline():
    async with car(bench(Slow)) as c:
        with pytest.raises(SetFailed, match=r"hal\.slow did not answer in time"):
            await c.set(TEMP, 25.0, timeout=0.05)
        assert c.hub.hub.calls.pending == {}


async def test_an_error_event_fails_what_waits_for_confirmation():
    hal = bench(Mute)
    async with car(hal) as c:
        handle = await c.set(TEMP, 25.0)
        await hal.inject(TEMP, None, Status.ERROR)
        with pytest.raises(SetFailed) as failed:
            await handle.confirmed()
        assert failed.value.code is Code.INTERNAL_ERROR


@pytest.mark.parametrize("hal", [Mute, Slow])
async def test_a_hal_that_dies_fails_its_sets_at_once(hal):
    async with car(bench(hal)) as c:

        async def set_it():
            return await (await c.set(TEMP, 25.0)).confirmed()

        setting = asyncio.create_task(set_it())
        await eventually(lambda: TEMP in c.hub.hub.commands.sets.by_path)
        await c.kill_hal(hal.__name__.lower())
        with pytest.raises(SetFailed, match="has stopped") as failed:
            await setting
        assert failed.value.code is Code.NOT_AVAILABLE
        with pytest.raises(SetFailed, match="its HAL has stopped"):
            await c.set(TEMP, 25.0)


async def test_two_sets_on_their_way_are_each_confirmed():
    hal = bench(Slow)
    async with car(hal) as c:
        setting = [asyncio.create_task(c.set(TEMP, degrees)) for degrees in (22.0, 23.0)]
        await eventually(lambda: len(c.hub.hub.commands.sets.of(TEMP)) == 2)
        hal.go.set()
        values = [(await (await task).confirmed()).value for task in setting]
        assert values == [22.0, 23.0]
        await eventually(lambda: not c.hub.hub.commands.sets.by_path)


async def test_every_step_is_in_the_audit_log_and_its_file():
    async with car(bench()) as c:
        await c.until(TEMP, 21.0)
        await (await c.set(TEMP, 22.0)).confirmed()
        entries = await c.call("hub", "audit", 10)
        assert [(e["who"], e["what"], e["value"]) for e in entries] == [
            ("tool", "set", 22.0),
            ("tool", "confirmed", 22.0),
        ]
        lines = (c.run_dir / "audit.jsonl").read_text().splitlines()
        assert [json.loads(line) for line in lines] == entries


async def test_a_list_is_set_and_confirmed():
    config = SignalConfig(path="Vehicle.Colours", datatype=Datatype.FLOAT_ARRAY, access=Access.READ_WRITE)
    async with car(VirtualHal.of(config)) as c:
        assert (await (await c.set("Vehicle.Colours", [0.5, 1])).confirmed()).value == [0.5, 1.0]


async def test_another_list_confirms_nothing():
    path = "Vehicle.Colours"
    config = SignalConfig(path=path, datatype=Datatype.FLOAT_ARRAY, access=Access.READ_WRITE)
    hal = Mute.of(config)
    async with car(hal) as c:
        handle = await c.set(path, [0.5, 1.0])
        for said in ([0.5, 2.0], [0.5], [0.5, 1.0]):
            await hal.inject(path, said)
        assert (await handle.confirmed()).value == [0.5, 1.0]


async def test_no_handle_waits_for_a_connection_that_was_closed():
    async with car(bench(Mute)) as c:
        shell = await c.connect("shell")
        handle = await shell.set(TEMP, 25.0)
        await shell.close()
        with pytest.raises(SetFailed, match="closed"):
            await handle.confirmed()


async def test_who_leaves_waits_for_no_confirmation_any_more():
    async with car(bench(Mute)) as c:
        await c.until(TEMP, 21.0)
        shell = await c.connect("shell")
        await shell.set(TEMP, 25.0)
        assert len(c.hub.hub.commands.sets.of(TEMP)) == 1
        await shell.close()
        await eventually(lambda: c.hub.hub.commands.sets.by_path == {})


@pytest.mark.parametrize("answer", [[], ["WHAT"], ["INTERNAL", "text", "no details"], ["X", "y", {"status": 77}]])
async def test_a_hal_that_answers_nonsense_still_gets_the_caller_an_answer(answer):
    """Spoken by hand: our own HAL host would never say it."""
    async with car() as c:
        rogue = await c.connect("hal.rogue")
        await rogue.call("hub", "announce", [config.model_dump(mode="json") for config in SIGNALS])

        honest = rogue._link._send
        rogue._link._send = lambda reply: honest([Kind.ERROR, reply[1], *answer])
        rogue.serve_locally(lambda caller, method, params: asyncio.sleep(0))
        with pytest.raises(SetFailed) as failed:
            await c.set(TEMP, 22.0)
        assert failed.value.code in (Code.NOT_AVAILABLE, Code.INTERNAL_ERROR)
        rogue._link._send = honest
