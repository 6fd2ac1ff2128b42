"""Decisions, use log and questions: kept per person, bounded, and honest after damage."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api.permissions import Decision, Level, Permission, Question
from carservices.api.state import StateFile
from carservices.apphost.access import Access, Why
from carservices.apphost.grants import Grants
from carservices.apphost.permissions import RuleBook
from carservices.apphost.places import Places
from carservices.apphost.questions import MOST_PER_APP, Questions
from carservices.apphost.sandbox import Ability
from carservices.apphost.service import AppsService
from carservices.apphost.usage import DAYS, MOST, UsageLog
from carservices.bus import CarError
from carservices.hal.virtual import VirtualHal
from carservices.signals import Catalogue
from carservices.testing import car
from tests.unit.apphost.conftest import HEAT, LOCK, SPEED, TYRE

BOOK = RuleBook.default()
FREE = "Vehicle.Exterior.AirTemperature"


def anna():
    return "anna"


@pytest.fixture
def books(tmp_path):
    return SimpleNamespace(
        grants=Grants(StateFile("apps", "grants.json", tmp_path)),
        usage=UsageLog(StateFile("apps", "usage.json", tmp_path), anna),
        directory=tmp_path,
    )


def access(books, *scopes, builtin=False):
    return Access(
        "one", {scope: {"en": "because"} for scope in scopes}, BOOK, books.grants, books.usage, builtin=builtin
    )


@pytest.mark.parametrize(
    ("judge", "why", "permission", "cure"),
    [
        (lambda a: a.read(TYRE), None, "", ""),
        (lambda a: a.read(SPEED), Why.UNDECIDED, "speed", "asked for 'speed'"),
        (lambda a: a.read(FREE), Why.UNDECLARED, f"read:{FREE}", '[permissions] in app.toml'),
        (lambda a: a.read("Vehicle.Body.Horn.IsActive"), Why.NEVER, "read:Vehicle.Body.Horn.IsActive", "no app"),
        (lambda a: a.write(HEAT), Why.UNDECIDED, "seats.control", "parked"),
        (lambda a: a.write(TYRE), Why.NEVER, f"actuate:{TYRE}", "no app"),
        (lambda a: a.write(LOCK), Why.NEVER, "doors.control", "part of the car"),
        (lambda a: a.call("driving.explain"), None, "", ""),
        (lambda a: a.call("driving.configure"), Why.UNDECLARED, "call:driving.configure", "app.toml"),
        (lambda a: a.stream("energy.trip"), Why.UNDECIDED, "energy", "asked"),
        (lambda a: a.stream("apps.catalog"), Why.NEVER, "read:apps.catalog", "no app"),
        (lambda a: a.special("files:music"), Why.UNDECIDED, "files:music", "asked"),
    ],
)  # fmt: skip
def test_each_refusal_names_what_is_missing_and_the_cure(books, judge, why, permission, cure):
    denial = judge(
        access(
            books,
            "read:Vehicle.Chassis.**",
            "read:Vehicle.Speed",
            "actuate:Vehicle.Cabin.**",
            "call:driving.explain",
            "read:energy.trip",
            "files:music",
        )
    )
    assert (denial and denial.why, denial.permission if denial else "") == (why, permission)
    assert denial is None or cure in denial.cure


@given(st.sampled_from(sorted(Catalogue.default())), st.booleans())
def test_nothing_can_be_read_or_set_without_a_line_in_the_manifest(tmp_path_factory, path, builtin):
    file = StateFile("apps", "none.json", tmp_path_factory.getbasetemp())
    books = SimpleNamespace(grants=Grants(file), usage=UsageLog(file, anna))
    bare = access(books, "read:Vehicle.NotThere", builtin=builtin)
    assert bare.read(path) is not None
    assert bare.write(path) is not None


def kept(books):
    """The grants as the next start of the car finds them."""
    return Grants(StateFile("apps", "grants.json", books.directory))


def test_decisions_belong_to_a_person_and_survive(books):
    mine = access(books, "read:Vehicle.Speed")
    books.grants.decide("one", "speed", True)
    assert mine.read(SPEED) is None
    books.grants.name("guest", "Guest")
    books.grants.use("guest")
    assert mine.read(SPEED).why is Why.UNDECIDED
    books.grants.decide("one", "speed", False)
    assert mine.read(SPEED).why is Why.REFUSED
    again = kept(books)
    assert (again.profile, again.decided("one", "speed")) == ("guest", False)
    again.use("default")
    assert kept(books).decided("one", "speed") is True
    again.forget("one")
    assert kept(books).decided("one", "speed") is None
    again.remove("guest")
    assert list(kept(books).names) == ["default"]


def test_a_reason_that_stands_for_two_scopes_is_said_once(books):
    mine = access(books, "read:Vehicle.Speed", "read:Vehicle.AverageSpeed")
    assert [len(mine.describe(name).scopes) for name in mine.wanted] == [2]
    assert mine.describe("speed").reasons == ({"en": "because"},)


def test_parts_of_the_car_have_signature_permissions_but_are_asked_for_dangerous_ones(books):
    own = access(books, "read:Vehicle.ADAS.**", "read:Vehicle.Speed", builtin=True)
    assert own.decision("adas") is Decision.GRANTED
    assert own.decision("speed") is Decision.ASK
    assert access(books, "read:Vehicle.ADAS.**").decision("adas") is Decision.NEVER


@pytest.mark.parametrize("damage", ["", "{", '{"profiles": 3}', "\0"])
def test_damaged_books_are_started_anew(tmp_path, damage):
    for name in ("grants.json", "usage.json"):
        (tmp_path / "apps").mkdir(exist_ok=True)
        (tmp_path / "apps" / name).write_text(damage)
    grants = Grants(StateFile("apps", "grants.json", tmp_path))
    usage = UsageLog(StateFile("apps", "usage.json", tmp_path), anna)
    assert (grants.decided("one", "speed"), usage.of("one")) == (None, [])
    grants.decide("one", "speed", True)
    assert Grants(StateFile("apps", "grants.json", tmp_path)).decided("one", "speed") is True


def test_a_clock_that_is_set_back_costs_no_count(tmp_path):
    now = [datetime(2026, 3, 10, 12)]
    usage = UsageLog(StateFile("apps", "usage.json", tmp_path), anna, now=lambda: now[0])
    for day in (10, 8, 10, 9):
        now[0] = datetime(2026, 3, day, 12)
        usage.count("one", "speed")
    usage.save()
    again = UsageLog(StateFile("apps", "usage.json", tmp_path), anna, now=lambda: now[0])
    assert [(one.day[-2:], one.used) for one in again.of("one")] == [("10", 2), ("09", 1), ("08", 1)]
    assert again.today("one", "speed").used == 1


def test_a_request_counts_each_permission_once(books):
    mine = access(books, "read:Vehicle.Chassis.**", "read:Vehicle.Speed")
    for path in (TYRE, TYRE, SPEED):
        mine.read(path)
    mine.count_uses()
    assert (books.usage.today("one", "tyres").used, books.usage.today("one", "speed").denied) == (1, 1)


def test_of_permissions_that_each_suffice_one_is_counted(books):
    mine = access(books, "read:Vehicle.IsMoving")
    assert mine.read("Vehicle.IsMoving") is None
    mine.count_uses()
    assert [books.usage.today("one", name).used for name in ("driving", "powertrain", "speed")] == [1, 0, 0]


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc"), st.booleans()), max_size=60))
def test_the_use_log_keeps_a_week_and_counts_right(tmp_path_factory, uses):
    start = datetime(2026, 3, 20, 12)
    now = [start]
    log = UsageLog(StateFile("apps", f"{id(uses)}.json", tmp_path_factory.mktemp("log")), anna, lambda: now[0])
    for day, permission, denied in sorted(uses):
        now[0] = start + timedelta(days=day)
        log.count("one", permission, denied=denied)
    kept = log.of("one")
    today = now[0].date().isoformat()
    for permission in "abc":
        wanted = [denied for day, name, denied in uses if name == permission and start + timedelta(days=day) == now[0]]
        counted = log.today("one", permission)
        assert (counted.used, counted.denied) == (wanted.count(False), wanted.count(True))
    assert all(one.day <= today for one in kept)
    assert len({one.day for one in kept if one.day > (now[0] - timedelta(days=DAYS)).date().isoformat()}) <= DAYS


def test_the_use_log_survives_and_is_bounded(tmp_path):
    file = StateFile("apps", "usage.json", tmp_path)
    log = UsageLog(file, anna)
    for number in range(MOST + 50):
        log.count("one", f"network:host{number}")
    log.save()
    assert len(UsageLog(file, anna).of("one")) == MOST
    assert UsageLog(file, lambda: "ben").of("one") == []


async def test_questions_wait_their_turn_and_one_app_cannot_ask_without_end():
    changes = []
    questions = Questions(lambda: changes.append(questions.asked(parked=True)))

    def ask(name, app="one"):
        permission = Permission(
            id=name,
            level=Level.DANGEROUS,
            group="",
            sentence={},
            reasons=(),
            scopes=(),
            decision=Decision.ASK,
        )
        return questions.ask(lambda number: Question(id=number, app=app, name={}, permission=permission))

    first = ask("speed")
    assert ask("speed") is first
    assert all(ask(f"p{number}") is not None for number in range(MOST_PER_APP - 1))
    assert ask("too many") is None
    assert ask("speed", app="two") is not None
    asked = questions.asked(parked=False)
    assert (asked.question.permission.id, asked.waiting, asked.driver_may_answer) == ("speed", MOST_PER_APP, False)
    assert [questions.asked(parked=False, front=app).question.app for app in ("two", "one", None)] == [
        "two",
        "one",
        "one",
    ]
    questions.settle("one", "speed", True)
    assert first.result() is True
    questions.drop("one")
    assert (changes[-1].question.app, changes[-1].waiting) == ("two", 0)


async def test_a_state_directory_that_takes_nothing_is_named(tmp_path):
    state = tmp_path / "state"
    state.write_text("a file where a folder should be")
    service = AppsService(Places(state, tmp_path), Ability())
    with pytest.raises(CarError, match=f"cannot be kept in {state} .*: make room, or correct its rights"):
        async with car(VirtualHal(), [lambda: service]):
            pass
