"""A contract is one class: proxy, dispatch, validation, errors and help all follow it, over the real bus."""

import asyncio
from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from carservices.api import Contract, Stream, call
from carservices.bus import CallError
from carservices.bus.identity import TOKEN_VARIABLE, read_secret, token_for
from carservices.services.runner import serve
from carservices.testing import SOURCE_GRANTS, car
from tests.contract.bench_car import eventually


class Mode(StrEnum):
    ECO = "eco"
    SPORT = "sport"


class Stop(BaseModel, frozen=True):
    latitude: float = Field(ge=-90, le=90)
    """Degrees."""
    mode: Mode = Mode.ECO


class Trips(Contract):
    """Plans trips."""

    name = "trips"
    next_stop = Stream(Stop)

    @call
    async def plan(self, stops: list[Stop], factor: Annotated[float, Field(gt=0)] = 1.0) -> list[Stop]:
        """Order the stops."""
        raise NotImplementedError

    @call
    async def fail(self, how: str) -> None:
        """Go wrong."""
        raise NotImplementedError


class MoreTrips(Trips):
    @call
    async def clear(self) -> int:
        """Forget all stops."""
        raise NotImplementedError


class TripService(MoreTrips):
    async def plan(self, stops: list[Stop], factor: float = 1.0) -> list[Stop]:
        return [stop.model_copy(update={"latitude": stop.latitude * factor}) for stop in reversed(stops)]

    async def fail(self, how: str) -> None:
        if how == "known":
            raise CallError("NOT_FOUND", "no such stop", {"stop": 7})
        raise RuntimeError("unexpected")

    async def clear(self) -> int:
        return "many"  # type: ignore[return-value]


HOME, WORK = Stop(latitude=50.0), Stop(latitude=10.0, mode=Mode.SPORT)


async def test_models_go_there_and_back_as_what_they_are():
    async with car(services=[TripService]) as c:
        trips = c.service(Trips)
        assert await trips.plan([HOME, WORK]) == [WORK, HOME]
        assert await trips.plan(stops=[HOME], factor=0.5) == [Stop(latitude=25.0)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([{"latitude": 95}],), "stops.0.latitude"),
        (([{"latitude": 5, "mode": "lazy"}],), "'eco' or 'sport'"),
        (([HOME], 0.0), "factor"),
        ((), "stops"),
        (([HOME], 1.0, 3), "too many"),
    ],
)
async def test_a_wrong_argument_does_not_leave_the_caller(arguments, says):
    async with car(services=[TripService]) as c:
        with pytest.raises(CallError, match=says) as failed:
            await c.service(Trips).plan(*arguments)
        assert failed.value.code == "INVALID_ARGUMENT"
        assert "\n" not in failed.value.message


@pytest.mark.parametrize(
    "parameters", [None, [], 3, {}, {"stops": "x"}, {"stops": [{"latitude": "north"}]}, {"stops": [], "factor": -1}]
)
async def test_the_service_validates_too(parameters):
    """A caller without our contract sends what it likes."""
    async with car(services=[TripService]) as c:
        with pytest.raises(CallError, match=r"trips\.plan") as failed:
            await c.call("trips", "plan", parameters)
        assert failed.value.code == "INVALID_ARGUMENT"
        assert "\n" not in failed.value.message


async def test_fields_of_a_newer_caller_are_ignored():
    async with car(services=[TripService]) as c:
        answer = await c.call("trips", "plan", {"stops": [{"latitude": 5, "name": "new"}], "hurry": True})
        assert answer == [{"latitude": 5.0, "mode": "eco"}]


async def test_a_call_the_service_does_not_have_is_unsupported():
    async with car(services=[TripService]) as c:
        for method in ("fly", "start", "__init__", "dispatch", ""):
            with pytest.raises(CallError, match="plan, fail, clear") as failed:
                await c.call("trips", method)
            assert failed.value.code == "UNSUPPORTED"
        with pytest.raises(CallError) as failed:
            await c.call("hub", "fly")
        assert failed.value.code == "UNSUPPORTED"


async def test_errors_travel_as_data():
    async with car(services=[TripService]) as c:
        trips = c.service(Trips)
        with pytest.raises(CallError) as failed:
            await trips.fail("known")
        assert (failed.value.code, failed.value.message, failed.value.details) == (
            "NOT_FOUND",
            "no such stop",
            {"stop": 7},
        )
        with pytest.raises(CallError, match=r"trips\.fail failed: unexpected") as failed:
            await trips.fail("badly")
        assert failed.value.code == "INTERNAL"
        assert await trips.plan([]) == []


async def test_an_answer_against_the_contract_is_an_error_of_the_service():
    async with car(services=[TripService]) as c:
        with pytest.raises(CallError, match=r"trips\.clear") as failed:
            await c.service(MoreTrips).clear()
        assert failed.value.code == "INTERNAL"


async def test_a_stream_has_a_last_value_for_who_comes_later():
    async with car(services=[TripService]) as c:
        trips = c.service(Trips)
        assert await trips.next_stop.last() is None
        early, late = [], []
        watch = await trips.next_stop.watch(early.append)
        service = c._services["trips"][1]
        service.next_stop.publish(HOME)
        await eventually(lambda: early == [HOME])
        await trips.next_stop.watch(late.append)
        assert late == [HOME] == [await trips.next_stop.last()]
        await watch.close()
        service.next_stop.publish(WORK)
        await eventually(lambda: late == [HOME, WORK])
        assert early == [HOME]


async def test_a_state_that_does_not_fit_reaches_nobody():
    async with car(services=[TripService]) as c:
        errors, seen = [], []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: errors.append(context["exception"]))
        await c.service(Trips).next_stop.watch(seen.append)
        c._services["trips"][0].publish("trips.next_stop", {"latitude": 500})
        await eventually(lambda: errors)
        assert isinstance(errors[0], ValidationError)
        assert seen == []


def test_the_help_comes_from_the_class():
    data = MoreTrips.describe()
    assert (data["name"], list(data["calls"])) == ("trips", ["plan", "fail", "clear"])
    plan = data["calls"]["plan"]
    assert plan["help"] == "Order the stops."
    assert plan["signature"].startswith("(stops: list[")
    assert plan["parameters"]["required"] == ["stops"]
    latitude = data["streams"]["trips.next_stop"]["properties"]["latitude"]
    assert (latitude["maximum"], latitude["description"]) == (90, "Degrees.")
    assert plan["result"]["$defs"]["Stop"]["properties"]["latitude"] == latitude


class Driven(TripService):
    """What runs beside its calls fails."""

    async def run(self) -> None:
        raise ZeroDivisionError("beside the calls")


async def test_a_service_whose_work_beside_the_calls_fails_ends_so_that_it_is_started_anew(monkeypatch):
    async with car() as c:
        await (await c.connect(Driven.name, SOURCE_GRANTS)).close()
        monkeypatch.setenv(TOKEN_VARIABLE, token_for(read_secret(c.run_dir), Driven.name))
        with pytest.raises(ZeroDivisionError):
            await serve(c.run_dir, f"{__name__}:Driven", {}, lambda: None)
