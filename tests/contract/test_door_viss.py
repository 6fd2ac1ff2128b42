"""The door VISSv2, over WebSocket and HTTP, with a client of aiohttp."""

import contextlib
import itertools
import json

import pytest

pytest.importorskip("aiohttp", reason="needs the extra 'kuksa'")
pytest.importorskip("jwt", reason="needs the extra 'kuksa'")

import aiohttp

from tests.contract.door_car import SEAT, SPEED, VIN, doors, hal


@contextlib.asynccontextmanager
async def talk(**options):
    """The car, a session of aiohttp, and a function that sends a request and waits for its answer."""
    async with doors(doors=["viss"], **options) as (c, ports), aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{ports['viss']}/"
        async with session.ws_connect(url, protocols=["VISSv2"]) as socket:

            async def ask(action, **fields):
                await socket.send_json({"action": action, "requestId": "7", **fields})
                while True:
                    answer = await socket.receive_json(timeout=20)
                    if answer["action"] != "subscription":
                        return answer

            ask.socket, ask.url, ask.session = socket, url, session
            yield c, ask


def past(period):
    return {"type": "history", "parameter": period}


def facts(name):
    return {"type": "dynamic-metadata", "parameter": name}


def both(*paths):
    return {"type": "paths", "parameter": paths}


def above(difference):
    return {"type": "change", "parameter": {"logic-op": "gt", "diff": difference}}


async def test_get_set_and_what_is_wrong_with_a_request():
    async with talk() as (c, ask):
        await c.inject(SPEED, 12.5)
        answer = await ask("get", path=SPEED)
        assert ask.socket.protocol == "VISSv2"
        assert (answer["requestId"], answer["data"]["path"], answer["data"]["dp"]["value"]) == ("7", SPEED, "12.5")
        assert "error" not in await ask("set", path=SEAT.replace(".", "/"), value="310")
        await c.until(SEAT, 310)
        wrong = [
            ("get", {"path": "Vehicle.Nope"}, 404, "invalid_path"),
            ("get", {"path": VIN}, 404, "unavailable_data"),
            ("get", {}, 400, "bad_request"),
            ("get", {"path": SPEED, "filter": {"type": "paths", "parameter": 4}}, 400, "bad_request"),
            ("get", {"path": SPEED, "filter": "fast"}, 400, "bad_request"),
            ("set", {"path": SEAT, "value": "far"}, 400, "invalid_value"),
            ("set", {"path": SEAT, "value": "99999999"}, 400, "invalid_value"),
            ("get", {"path": SPEED, "filter": above("1")}, 400, "bad_request"),
            ("get", {"path": SPEED, "filter": past("P1H")}, 400, "invalid_duration"),
            ("get", {"path": SPEED, "filter": past("PT1H")}, 404, "unavailable_data"),
            ("get", {"path": SPEED, "filter": [past("PT1H"), facts("availability")]}, 400, "bad_request"),
            ("get", {"path": SPEED, "filter": facts("colour")}, 400, "bad_request"),
            ("subscribe", {"path": SPEED, "filter": past("PT1H")}, 400, "bad_request"),
            ("subscribe", {"path": "Vehicle", "filter": [both("*", "Speed"), above("1")]}, 400, "bad_request"),
            ("set", {"path": SEAT}, 400, "bad_request"),
            ("set", {"path": SPEED, "value": "1"}, 401, "read_only"),
            ("fly", {}, 400, "bad_request"),
            ("unsubscribe", {"subscriptionId": "99"}, 404, "invalid_subscriptionId"),
        ]
        for action, fields, number, reason in wrong:
            error = (await ask(action, **fields))["error"]
            assert (error["number"], error["reason"]) == (number, reason), fields
        for text in ("{", "[1]", "null", "[" * 10000):
            await ask.socket.send_str(text)
            assert (await ask.socket.receive_json(timeout=20))["error"]["number"] == 400


async def test_wildcards_and_metadata():
    async with talk() as (c, ask):
        await c.inject(SPEED, 3.0)
        await c.inject(SEAT, 5)
        answer = await ask(
            "get", path="Vehicle", filter={"type": "paths", "parameter": ["Speed", "Cabin.Seat.*.*.Position"]}
        )
        assert {one["path"]: one["dp"]["value"] for one in answer["data"]} == {SPEED: "3.0", SEAT: "5"}
        static = (await ask("get", path="Vehicle.Cabin.Seat", filter={"type": "static-metadata"}))["metadata"]
        row = static["Vehicle"]["children"]["Cabin"]["children"]["Seat"]["children"]["Row1"]
        assert row["children"]["DriverSide"]["children"]["Position"]["type"] == "actuator"
        for path, word in ((VIN, "unavailable"), (SPEED, "available")):
            said = await ask("get", path=path, filter=facts("availability"))
            assert (said["data"]["path"], said["data"]["dp"]["value"]) == (path, word)
        able = (await ask("get", path="Vehicle", filter=facts("server_capabilities")))["metadata"]
        assert {"timebased", "change", "dynamic-metadata"} <= set(able["filter"])
        assert "history" not in able["filter"]


async def test_one_signal_that_may_not_be_read_refuses_all_and_is_named():
    async with talk(open=False) as (c, ask):
        await c.inject(SEAT, 3)
        assert (await ask("get", path=SEAT))["data"]["dp"]["value"] == "3"
        seat, speed = SEAT.removeprefix("Vehicle."), "Speed"
        for action in ("get", "subscribe"):
            error = (await ask(action, path="Vehicle", filter=both(seat, speed)))["error"]
            assert (error["number"], error["reason"]) == (403, "user_forbidden")
            assert SPEED in error["message"]
            assert SEAT not in error["message"]
        assert (await ask("get", path="Vehicle"))["data"]["path"] == SEAT, "a branch is what may be read of it"


async def test_history_is_what_the_car_was_told_to_remember():
    source = hal()
    async with talk(source=source, history="Vehicle.Speed,Vehicle.CurrentLocation") as (c, ask):

        async def asked(path, period="PT1H"):
            return await ask("get", path=path, filter=past(period))

        async def drive(*speeds):
            """Say these, one after the other; what is remembered once the last but one is."""
            for speed in map(str, speeds):
                await source.inject(SPEED, float(speed))
                while (await ask("get", path=SPEED)).get("data", {}).get("dp", {}).get("value") != speed:
                    pass
                await c.inject(SEAT, 5)
            while True:
                found = (await asked(SPEED)).get("data", {}).get("dp", [])
                values = [point["value"] for point in (found if isinstance(found, list) else [found])]
                if str(speeds[-2]) in values:
                    return values

        for speed in itertools.cycle((8.0, 9.0)):
            await source.inject(SPEED, speed)
            if "data" in await asked(SPEED):  # the door follows the car by now
                break
        assert (await drive(1.0, 2.0, 3.0))[-2:] == ["1.0", "2.0"], "without what it says now"
        c.hub.stop()
        c.hub.start()
        await c.until(SPEED, 3.0)
        assert (await drive(4.0, 5.0))[-4:] == ["1.0", "2.0", "3.0", "4.0"], "what it said last came twice"
        assert (await asked(SPEED, "P0D"))["error"]["reason"] == "unavailable_data"
        assert (await asked(SEAT))["error"]["reason"] == "unavailable_data"
        assert (
            "history" in (await ask("get", path="Vehicle", filter=facts("server_capabilities")))["metadata"]["filter"]
        )


async def test_of_several_signals_the_first_decides_when_all_are_told():
    async with talk() as (c, ask):
        await c.inject(SPEED, 1.0)
        await c.inject(SEAT, 5)
        await ask("subscribe", path="Vehicle", filter=[both("Speed", SEAT.removeprefix("Vehicle.")), above("5")])

        async def event():
            told = (await ask.socket.receive_json(timeout=20))["data"]
            return {one["path"]: one["dp"]["value"] for one in told}

        assert await event() == {SPEED: "1.0", SEAT: "5"}
        await c.inject(SEAT, 500)
        await c.inject(SPEED, 9.0)
        assert await event() == {SPEED: "9.0", SEAT: "500"}


def between(low, high):
    bounds = [{"boundary-op": "gt", "boundary": low}, {"boundary-op": "lte", "boundary": high}]
    return {"type": "range", "parameter": bounds}


@pytest.mark.parametrize(
    ("filter_", "story"),
    [
        (None, [(1.0, ["1.0"]), (2.0, ["2.0"]), (2.5, ["2.5"])]),
        (above("5"), [(1.0, ["1.0"]), (3.0, []), (7.0, ["7.0"]), (9.0, []), (13.0, ["13.0"])]),
        (between("5", "8"), [(1.0, []), (6.0, ["6.0"]), (9.0, []), (8.0, ["8.0"])]),
        ({"type": "curvelog", "parameter": {"maxerr": "1", "bufsize": "2"}}, [(1.0, []), (2.0, ["1.0", "2.0"])]),
        ({"type": "timebased", "parameter": {"period": "10"}}, [(4.0, ["4.0", "4.0"])]),
    ],
)
async def test_a_subscription_tells_what_its_filter_lets_through(filter_, story):
    """Each value is told, or not, before the next is said: a client that lags gets the newest only."""
    async with talk() as (c, ask):
        await c.inject(SPEED, story[0][0])
        answer = await ask("subscribe", path=SPEED, **({"filter": filter_} if filter_ else {}))
        for number, (value, told) in enumerate(story):
            if number:
                await c.inject(SPEED, value)
            heard = []
            while len(heard) < len(told):
                event = await ask.socket.receive_json(timeout=20)
                assert event["subscriptionId"] == answer["subscriptionId"]
                points = event["data"]["dp"]
                heard += [one["value"] for one in (points if isinstance(points, list) else [points])]
            assert heard == told
        assert "error" not in await ask("unsubscribe", subscriptionId=answer["subscriptionId"])


async def test_http():
    async with talk() as (c, ask):
        await c.inject(SPEED, 8.0)
        get, post = ask.session.get, ask.session.post
        async with get(ask.url + "Vehicle/Speed") as answer:
            assert (answer.status, (await answer.json())["data"]["dp"]["value"]) == (200, "8.0")
        async with post(ask.url + SEAT.replace(".", "/"), json={"value": "77"}) as answer:
            assert answer.status == 200
        await c.until(SEAT, 77)
        static = json.dumps({"type": "static-metadata"})
        async with get(ask.url + "Vehicle/Speed", params={"filter": static}) as answer:
            assert (await answer.json())["metadata"]["Vehicle"]["children"]["Speed"]["unit"] == "km/h"
        for method, path, body, status in [
            (get, "Vehicle/Nope", None, 404),
            (get, "", None, 400),
            (post, "Vehicle/Speed", "{", 401),
            (post, SEAT, "{", 400),
            (post, SEAT, "x" * 100_000, 413),
        ]:
            async with method(ask.url + path, data=body) as answer:
                assert answer.status == status


@pytest.mark.parametrize("headers", [{"Origin": "https://example.org"}, {"Host": "example.org"}])
async def test_a_page_in_a_browser_gets_in_only_where_tokens_are_wanted(headers):
    async with talk() as (_, ask):
        async with ask.session.get(ask.url + SPEED, headers=headers) as answer:
            assert answer.status == 403
        async with ask.session.post(ask.url + SEAT, headers=headers, data='{"value": "1"}') as answer:
            assert answer.status == 403


async def test_too_much_ends_only_the_connection_that_sent_it():
    async with talk() as (_, ask):
        for _ in range(100):
            await ask("subscribe", path=VIN)
        assert (await ask("subscribe", path=VIN))["error"]["number"] == 429
        await ask.socket.send_str("x" * 100_000)
        while (message := await ask.socket.receive(timeout=20)).type is not aiohttp.WSMsgType.CLOSE:
            assert message.type is aiohttp.WSMsgType.TEXT
        assert message.data == 1009
        async with ask.session.get(ask.url + SPEED) as answer:
            assert answer.status == 404
