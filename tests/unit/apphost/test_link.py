"""One app's link: what it is granted, what it is refused, and what it cannot do to the host or to others."""

import asyncio
import contextlib
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carservices.app import wire
from carservices.app.wire import Kind, LinkClosed, UnknownKind, WireError
from carservices.apphost import budget, intake, link, signals
from carservices.apphost.budget import Bucket, Patience
from carservices.hal.virtual import VirtualHal
from carservices.signals import Catalogue, ChangeMode
from tests.unit.apphost.conftest import HEAT, LOCK, SPEED, TYRE, until

READ = ("read:Vehicle.Chassis.**", "read:Vehicle.Speed", "actuate:Vehicle.Cabin.Seat.**", "call:driving.explain")


async def subscribed(app, number, *globs, rate=None):
    """The answer to a subscription: signals as path → index, and the denials."""
    app.say(Kind.SUBSCRIBE, number, list(globs), rate)
    _, signals, denied = await app.hear(Kind.GRANTED)
    return {path: index for index, path, _ in signals}, denied


async def test_hello_comes_first_and_once(linked):
    async with linked(greet=False) as a:
        a.app.say(Kind.GET, 1, SPEED)
        assert (await a.app.hear(Kind.ERROR))[1] == "INVALID_ARGUMENT"
        a.app.say(Kind.HELLO, wire.VERSION, wire.SDK)
        assert await a.app.hear(Kind.WELCOME) == (wire.VERSION, {"language": "en"})
        a.app.say(Kind.HELLO, wire.VERSION, wire.SDK)
        assert "second time" in (await a.app.hear(Kind.ERROR))[2]


async def test_an_app_of_a_newer_sdk_is_ended_with_the_reason(linked):
    async with linked(greet=False) as a:
        a.app.say(Kind.HELLO, wire.VERSION, wire.SDK + 1)
        assert f"SDK {wire.SDK + 1}" in await a.events.over


async def test_signals_are_granted_one_by_one_and_what_is_missing_is_named(linked):
    async with linked(*READ) as a:
        signals, denied = await subscribed(a.app, 1, TYRE, SPEED, LOCK)
        assert list(signals) == [TYRE]
        assert {what: permission for what, permission, _ in denied} == {SPEED: "speed", LOCK: f"read:{LOCK}"}
        ((index, value, t_ns, status),) = (await a.app.hear(Kind.VALUES))[0]
        assert (index, value, status) == (signals[TYRE], 240, 0)
        assert t_ns > 0
        assert set(a.events.asked) == {"speed"}
        assert [one for one in a.events.heard if one[0] == "deny"]


async def test_what_the_person_allows_joins_the_subscription(linked):
    async with linked(*READ) as a:
        await subscribed(a.app, 1, "Vehicle.**")
        a.grants.decide("one", "speed", True)
        await a.session.requests.extend()
        _, signals, _ = await a.app.hear(Kind.GRANTED)
        assert [path for _, path, _ in signals] == [SPEED]
        assert (signals[0][2]["min_rate"], signals[0][2]["max_rate"]) == (1.0, 10.0)


async def test_two_apps_share_one_subscription_on_the_bus(linked):
    async with linked(*READ) as a:
        b = a.join()
        for one in (a, b):
            await subscribed(one.app, 1, TYRE)
            await one.app.hear(Kind.VALUES)
        top = await a.car.call("hub", "top")
        (mine,) = [peer for peer in top["peers"] if peer["name"].startswith("apps#")]
        assert mine["topics"] == 1
        a.app.say(Kind.UNSUBSCRIBE, 1)
        await until(lambda: len(a.session.signals) == 0)
        await a.say(TYRE, 250)
        assert (await b.app.hear(Kind.VALUES))[0][0][1] == 250


async def test_values_come_no_faster_than_the_grant_and_the_newest_wins(linked):
    async with linked(*READ) as a:
        a.grants.decide("one", "speed", True)
        await subscribed(a.app, 1, SPEED)
        await a.app.hear(Kind.VALUES)
        for speed in range(50):
            await a.say(SPEED, float(speed))
        seen = []
        while not seen or seen[-1] != 49.0:
            ((_, value, _, _),) = (await a.app.hear(Kind.VALUES))[0]
            seen.append(value)
        assert len(seen) < 25
        assert seen == sorted(seen)


async def test_a_slow_signal_does_not_keep_a_fast_one_waiting(linked):
    async with linked(*READ) as a:
        a.grants.decide("one", "speed", True)
        await subscribed(a.app, 1, TYRE, rate=signals.SLOWEST)
        await a.app.hear(Kind.VALUES)
        await a.say(TYRE, 250)
        await subscribed(a.app, 2, SPEED)
        ((_, value, _, _),) = (await a.app.hear(Kind.VALUES))[0]
        assert value == 0.0


async def test_what_an_app_has_not_got_is_counted_by_permission(linked):
    async with linked(*READ) as a:
        a.grants.decide("one", "speed", True)
        a.app.say(Kind.SUBSCRIBE, 1, [SPEED, TYRE], 0.5)
        await a.app.hear(Kind.VALUES)
        fast = a.join()
        await subscribed(fast.app, 1, SPEED)
        await fast.app.hear(Kind.VALUES)
        for speed in itertools.count(1):
            await a.say(SPEED, float(speed))
            ((_, value, _, _),) = (await fast.app.hear(Kind.VALUES))[0]
            assert value == speed
            if a.session.tolls["speed"].coalesced:
                break
        assert not a.session.tolls["tyres"].coalesced
        assert not fast.session.tolls["speed"].coalesced


async def test_an_app_that_does_not_read_loses_old_values_and_harms_nobody(linked):
    async with linked(*READ) as a:
        for one in (stalled := a, lively := a.join()):
            one.grants.decide("one", "speed", True)
            await subscribed(one.app, 1, SPEED)
        text = "x" * 60_000
        while not stalled.session.link.blocked:
            stalled.session.send(Kind.OK, 0, text)
        for speed in range(1, 40):
            await a.say(SPEED, float(speed))
            await asyncio.sleep(0.01)
        while (await lively.app.hear(Kind.VALUES))[0][0][1] != 39.0:
            pass
        await until(lambda: stalled.session.tolls["speed"].drops > 0)
        while (values := (await stalled.app.hear(Kind.VALUES))[0])[0][1] != 39.0:
            pass
        assert len(values) == 1


async def test_answers_for_an_app_that_never_reads_end_it(linked):
    async with linked() as a:
        with contextlib.suppress(WireError):
            while not a.events.over.done():
                a.session.send(Kind.OK, 1, "x" * 60_000)
        assert "does not read" in a.events.over.result()


async def test_a_get_a_set_and_a_call_are_judged_each(linked):
    async with linked(*READ) as a:
        a.app.say(Kind.GET, 1, TYRE)
        assert (await a.app.hear(Kind.OK))[1][0] == 240
        a.app.say(Kind.GET, 2, LOCK)
        number, code, message, details = await a.app.hear(Kind.ERROR)
        assert (number, code, details["why"]) == (2, "PERMISSION_DENIED", "undeclared")
        assert f'add "read:{LOCK}"' in message
        a.app.say(Kind.CALL, 3, "driving", "configure", {})
        assert (await a.app.hear(Kind.ERROR))[1] == "PERMISSION_DENIED"
        a.app.say(Kind.CALL, 4, "driving", "explain", {})
        assert (await a.app.hear(Kind.ERROR))[1] == "UNAVAILABLE"  # allowed, but this car has no such service
        a.app.say(Kind.WATCH, 5, "energy", "trip")
        assert (await a.app.hear(Kind.ERROR))[:2] == (5, "PERMISSION_DENIED")


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_set_waits_for_the_person_and_is_confirmed_or_refused(linked, allowed):
    async with linked(*READ) as a:
        a.app.say(Kind.SET, 1, HEAT, 50)
        await until(lambda: "seats.control" in a.events.asked)
        a.grants.decide("one", "seats.control", allowed)
        a.events.asked["seats.control"].set_result(allowed)
        if allowed:
            assert await a.app.hear(Kind.OK) == (1, None)
            assert await a.app.hear(Kind.CONFIRMED) == (1, 50)
            assert (await a.car.get(HEAT)).value == 50
            assert ("set", {"path": HEAT, "value": 50}) in a.events.heard
        else:
            assert (await a.app.hear(Kind.ERROR))[3]["why"] == "refused"


async def test_a_refused_value_is_said_in_the_words_of_the_car(linked):
    async with linked(*READ) as a:
        a.grants.decide("one", "seats.control", True)
        a.app.say(Kind.SET, 1, HEAT, 5000)
        number, code, message, _ = await a.app.hear(Kind.ERROR)
        assert (number, code) == (1, "INVALID_ARG")
        assert "100" in message


async def test_a_stream_of_a_service_comes_with_its_last_state(linked):
    async with linked("read:driving.state") as a:
        service = await a.car.connect("driving")
        service.publish("driving.state", {"motion": "parked"})
        a.app.say(Kind.WATCH, 1, "driving", "state")
        assert await a.app.hear(Kind.GRANTED) == (1, [], [])
        while (state := await a.app.hear(Kind.STREAM)) == (1, None):
            pass
        assert state == (1, {"motion": "parked"})


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ((Kind.SUBSCRIBE, 1, [], None), "INVALID_ARGUMENT"),
        ((Kind.SUBSCRIBE, 1, [SPEED] * 500, None), "INVALID_ARGUMENT"),
        ((Kind.SUBSCRIBE, 1, ["Vehicle..Speed"], None), "INVALID_ARGUMENT"),
        ((Kind.SUBSCRIBE, 1, [SPEED], 0.0), "INVALID_ARGUMENT"),
        ((Kind.SUBSCRIBE, 1, [SPEED], float("nan")), "INVALID_ARGUMENT"),
        ((Kind.SUBSCRIBE, -1, [SPEED], None), "INVALID_ARGUMENT"),
        ((Kind.SUBSCRIBE, 1, SPEED, None), "INVALID_ARGUMENT"),
        ((Kind.GET, True, SPEED), "INVALID_ARGUMENT"),
        ((Kind.GET, 1, "x" * 1000), "INVALID_ARGUMENT"),
        ((Kind.WELCOME, 1, {}), "INVALID_ARGUMENT"),
        ((Kind.IMAGE, "a", 10**9, 10**9, 1, 0, b""), "INVALID_ARGUMENT"),
    ],
)
async def test_nonsense_is_answered_and_the_link_lives_on(linked, fields, code):
    async with linked(*READ) as a:
        a.app.say(*fields)
        assert (await a.app.hear(Kind.ERROR))[1] == code
        a.app.say(Kind.GET, 2, TYRE)
        assert (await a.app.hear(Kind.OK))[0] == 2


async def test_a_kind_of_another_version_is_answered(linked):
    async with linked() as a:
        a.app.sock.send(b"\x91\x3f")  # [63]
        assert (await a.app.hear(Kind.ERROR))[:2] == (0, "UNSUPPORTED")


async def test_watching_more_than_allowed_is_refused_and_what_was_watched_goes_on(linked, monkeypatch):
    monkeypatch.setattr("carservices.apphost.requests.MAX_SIGNALS", 1)
    async with linked(*READ, "read:Vehicle.Powertrain.**") as a:
        await subscribed(a.app, 1, TYRE)
        a.app.say(Kind.SUBSCRIBE, 2, ["Vehicle.Powertrain.**"], None)
        assert (await a.app.hear(Kind.ERROR))[:2] == (2, "BUDGET")
        monkeypatch.setattr("carservices.apphost.signals.MAX_SUBSCRIPTIONS", 1)
        a.app.say(Kind.SUBSCRIBE, 2, [TYRE], None)
        assert (await a.app.hear(Kind.ERROR))[:2] == (2, "BUDGET")
        a.app.say(Kind.WATCH, 3, "driving", "state")
        assert (await a.app.hear(Kind.ERROR))[:2] == (3, "BUDGET")
        await a.say(TYRE, 250)
        while (await a.app.hear(Kind.VALUES))[0][0][1] != 250:
            pass


async def test_values_too_long_for_one_record_come_in_several_and_one_that_fits_in_none_is_counted(linked, monkeypatch):
    monkeypatch.setattr("carservices.apphost.signals.MAX_TO_APP", 5000)
    brand, model, colour = (
        f"Vehicle.VehicleIdentification.{one}" for one in ("Brand", "Model", "VehicleExteriorColor")
    )
    texts = {brand: "b" * 3000, model: "m" * 3000, colour: "c" * 3000}
    configs = (Catalogue.default().config(path, change_mode=ChangeMode.ON_CHANGE) for path in texts)
    source = VirtualHal.of(*configs, values=texts)
    async with linked("read:Vehicle.VehicleIdentification.**") as a:
        await a.car.start_hal(source, "names")
        indices, _ = await subscribed(a.app, 1, *texts)
        seen = {}
        while len(seen) < len(texts):
            seen |= {index: text for index, text, *_ in (await a.app.hear(Kind.VALUES))[0]}
        assert seen == {indices[path]: text for path, text in texts.items()}
        await source.inject(colour, "\N{AUTOMOBILE}" * 2000)
        await until(lambda: sum(toll.drops for toll in a.session.tolls.values()) == 1)


async def test_too_many_requests_at_once_are_refused(linked):
    async with linked(*READ) as a:
        for number in range(1, budget.MAX_OUTSTANDING + 2):
            a.app.say(Kind.SET, number, HEAT, 1)
        assert (await a.app.hear(Kind.ERROR))[:2] == (budget.MAX_OUTSTANDING + 1, "BUDGET")


async def test_what_is_answered_makes_room_for_more(linked):
    async with linked(*READ) as a:
        for number in range(1, budget.MAX_OUTSTANDING + 2):
            a.app.say(Kind.GET, number, TYRE)
            assert len(await a.app.hear(Kind.OK, Kind.ERROR)) == 2, "a value, no refusal"


ONE_GET = wire.pack(Kind.GET, 1, TYRE)


@pytest.mark.parametrize("record", [ONE_GET, wire.pack(Kind.LOG, "info", "x"), b"\xc1", b"\x80"])
async def test_who_floods_the_link_is_held_back_and_ended(linked, monkeypatch, record):
    monkeypatch.setattr(link, "PAUSE_SECONDS", 0.01)
    async with linked(*READ) as a:
        sent = 1  # the hello
        with contextlib.suppress(LinkClosed):
            while not a.events.over.done():
                sent += a.app.channel.send(record)
                a.app.heard().clear()
                await asyncio.sleep(0)
        assert "broke the rules" in a.events.over.result()
        if record == ONE_GET:
            assert a.session.tolls["tyres"].refused > 0
        assert a.session.link.received <= sent


async def test_a_record_beyond_the_limit_ends_the_app(linked):
    async with linked() as a:
        a.app.say(Kind.LOG, "info", "x" * wire.MAX_FROM_APP)
        assert str(wire.MAX_FROM_APP) in await a.events.over


async def test_closing_takes_everything_back_at_once(linked):
    async with linked(*READ) as a:
        await subscribed(a.app, 1, TYRE)
        await a.session.close()
        with pytest.raises(LinkClosed):
            await a.app.hear(Kind.PING)
        top = await a.car.call("hub", "top")
        assert [peer["topics"] for peer in top["peers"] if peer["name"].startswith("apps#")] == [0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data):
    with contextlib.suppress(WireError, UnknownKind):
        record = intake.read(data)
        assert record.kind < Kind.WELCOME


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([*intake.FROM_APP]), st.lists(anything, max_size=6)), max_size=15))
async def test_no_record_breaks_a_session(linked, records):
    async with linked(*READ) as a:
        for kind, fields in records:
            with contextlib.suppress(WireError, LinkClosed):
                names = wire.FIELDS[kind]
                a.app.say(kind, *(fields + [None] * len(names))[: len(names)])
        if not a.events.over.done():
            a.app.say(Kind.GET, 77, TYRE)
            while not a.events.over.done():
                if any(fields[0] == 77 for fields in [await a.app.hear(Kind.OK, Kind.ERROR)]):
                    break


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(1, 5)), max_size=40))
def test_a_bucket_never_gives_more_than_its_rate(steps):
    now = [0.0]
    bucket = Bucket(10.0, 20.0, lambda: now[0])
    given_out = 0
    for wait, amount in steps:
        now[0] += wait
        given_out += amount * bucket.take(amount)
        assert given_out <= 20.0 + 10.0 * now[0] + 1e-6


def test_patience_is_lost_by_many_violations_in_a_short_time_only():
    now = [0.0]
    patience = Patience(lambda: now[0])
    for _ in range(200):
        now[0] += 1.0
        assert not patience.violate()
    assert [patience.violate() for _ in range(budget.MAX_VIOLATIONS)][-1]
