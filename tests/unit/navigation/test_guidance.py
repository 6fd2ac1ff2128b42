"""Guidance: each maneuver in time, in three languages, a new route when one is left, arrival."""

import itertools
import math
import string
import tomllib
from pathlib import Path

import pytest

from carservices.api.navigation import Guidance, GuidanceState, Place, Position, RouteOptions, RouteState
from carservices.api.routes import ManeuverKind
from carservices.api.state import StateFile
from carservices.services.navigation.engine.base import Engine, Leg, Maneuver, Route, RouteError, RouteRequest, Via
from carservices.services.navigation.engine.choice import Engines
from carservices.services.navigation.engine.graph import RoadGraph
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import metres
from carservices.services.navigation.guide.announcer import SILENT, Announcer, Stage, Voice, next_real, stage
from carservices.services.navigation.guide.guide import Guide
from carservices.services.navigation.guide.progress import SURE, Progress
from carservices.services.navigation.guide.sentences import ENDS, sentences
from carservices.services.navigation.journey import Journey
from carservices.services.navigation.remarks import FOLDER, Remark, languages
from carservices.services.navigation.trips.told import told
from carservices.services.navigation.trips.trip import Trip
from carservices.signals.earth import DEGREE_M
from tests.unit.navigation.roads import drive

HERE, THERE = (53.55354, 13.27298), (53.54349, 13.31280)
NOW = 1_800_000_000.0
WORTH_TWO_M = 150.0
"""m between two maneuvers from which on the second is told beforehand and again when it is due."""


@pytest.fixture(scope="module")
def city(neubrandenburg_graph: Path) -> RoadEngine:
    return RoadEngine(RoadGraph.load(neubrandenburg_graph))


async def route_of(city: RoadEngine, *points: tuple[float, float]) -> Route:
    return (await city.route(RouteRequest(tuple(Via(*point) for point in points))))[0]


async def test_every_maneuver_is_announced_in_time_and_the_car_arrives(city: RoadEngine):
    route = await route_of(city, HERE, THERE)
    guide = Guide(route, Voice("en"))
    said: list[tuple[float, float, str]] = []
    last = None
    for moment in drive(city, route, sigma=2.0, rate=4.0):
        guidance = guide.update(moment.position, NOW + moment.time)
        if guidance.sentence and guidance.sentence != last:
            last = guidance.sentence
            said.append((moment.s, moment.position.speed_kmh / 3.6, last.text))
    assert guidance.state is GuidanceState.ARRIVED
    assert said[-1][2].startswith("You have reached your destination")
    passed = 0.0
    for mark, maneuver in zip(guide.progress.marks, route.maneuvers, strict=True):
        if next_real([maneuver], 0) is None or maneuver.kind in ENDS:
            continue
        orders = [(mark - s, v) for s, v, text in said if "now" in text and maneuver.streets[0] in text and s < mark]
        assert orders, f"{maneuver.kind} at {mark:.0f} m was never said"
        ahead, speed = orders[-1]
        assert 10.0 <= ahead <= max(25.0, 4.0 * speed) + 5.0
        early = [(mark - s, v) for s, v, text in said if text.startswith("In ") and maneuver.streets[0] in text]
        if mark - passed > WORTH_TWO_M:
            assert any(ahead < early_m <= max(300.0, 35.0 * v) for early_m, v in early), f"{maneuver.kind}: {early}"
        passed = mark


def test_a_new_route_is_said_to_the_end_before_its_first_turn():
    voice = Voice("en")
    voice.say_plain("new_route", NOW)
    announcer = Announcer([Maneuver(ManeuverKind.RIGHT, 0, 0.0, 0.0)], [200.0], voice)
    said = []
    for seconds in (1.0, 2.9, 3.1):
        announcer.update(0, 200.0, 10.0, "", NOW + seconds)
        said.append(voice.last.text)
    assert said == ["New route.", "New route.", "In 200 metres, turn right."]


async def test_the_remaining_way_and_time_only_shrink_and_the_delay_is_the_drivers(city: RoadEngine):
    route = await route_of(city, HERE, THERE)
    guide = Guide(route, Voice("en"))
    moments = drive(city, route, sigma=1.0)
    seen = [guide.update(moment.position, NOW + 2.0 * moment.time) for moment in moments]  # twice the expected time
    left = [one.remaining_m for one in seen]
    assert all(b <= a + 5.0 for a, b in itertools.pairwise(left))
    assert seen[0].eta == pytest.approx(NOW + route.seconds, abs=5.0)
    assert seen[-1].delay_s == pytest.approx(2.0 * len(seen) - route.seconds, abs=15.0)
    assert any(one.limit_kmh == 30 and one.street for one in seen)


@pytest.mark.parametrize("turn", [30.0, 90.0, 170.0])
def test_who_drives_straight_on_at_a_turn_has_left_the_route_soon_and_not_at_once(turn: float):
    """As long as the corner can be the lane, and however far the route turns."""
    corner = 53.5, 13.2
    start, end = beyond(corner, 180.0, 300.0), beyond(corner, turn, 300.0)
    route = Route((start, corner, end), 600.0, 60.0, (Leg(600.0, 60.0, 2),), (), (), "")
    for on, left in ((0.0, False), (5.0, False), (30.0, True)):
        progress = Progress(route)
        for _ in range(SURE):
            progress.update(*beyond(corner, 0.0, on), 0.0, 1.0)
        assert progress.left is left


def beyond(place: tuple[float, float], course: float, metres: float) -> tuple[float, float]:
    """A place so far from another."""
    north, east = metres * math.cos(math.radians(course)), metres * math.sin(math.radians(course))
    return place[0] + north / DEGREE_M, place[1] + east / (DEGREE_M * math.cos(math.radians(place[0])))


@pytest.mark.parametrize("jump", [-3600.0, 86_400.0])
async def test_a_clock_that_is_set_on_the_way_changes_the_time_of_arrival_and_nothing_else(
    city: RoadEngine, jump: float
):
    route = await route_of(city, HERE, THERE)
    plain, jumped = Guide(route, Voice("en")), Guide(route, Voice("en"))
    for moment in drive(city, route, sigma=1.0, rate=2.0):
        now = NOW + moment.time
        usual = plain.update(moment.position, now)
        other = jumped.update(moment.position, now + (jump if moment.s > 1000.0 else 0.0))
        assert other.remaining_s == pytest.approx(usual.remaining_s, rel=0.01)
        assert other.delay_s == pytest.approx(usual.delay_s, abs=2.0)
        assert other.sentence == usual.sentence
        if moment.s > 2000.0:
            break
    assert other.eta == pytest.approx(usual.eta + jump, abs=2.0)


@pytest.mark.parametrize(
    ("distance", "speed", "expected"),
    [
        (500, 13.9, Stage.FAR),
        (450, 13.9, Stage.EARLY),
        (170, 13.9, Stage.SOON),
        (50, 13.9, Stage.NOW),
        (1200, 36.1, Stage.EARLY),
        (140, 36.1, Stage.NOW),
        (20, 0.0, Stage.NOW),
    ],
)
def test_what_is_near_depends_on_the_speed(distance: float, speed: float, expected: Stage):
    assert stage(distance, speed) is expected


def test_a_remark_holds_measures_and_other_remarks_in_its_language():
    assert Remark.of("ends_beside", km=2.94).text("de").startswith("Die Route endet 2,9 km vor dem Ort")
    why = Remark.of("plugs_busy", place="Park 140")
    assert Remark.of("next_stop_is", why=why, place="Park 200").text("fr") == (
        "Toutes les prises de Park 140 sont occupées : le prochain arrêt de recharge est Park 200."
    )


@pytest.mark.parametrize("language", languages())
def test_every_maneuver_can_be_said_in_every_language(language: str):
    words = sentences(language)
    for kind in set(ManeuverKind) - set(SILENT) | {ManeuverKind.CONTINUE}:
        maneuver = Maneuver(kind, 0, 0.0, 0.0, ("Ring",), roundabout_exit=2)
        text = words.ahead(maneuver, 320.0, maneuver)
        assert text.endswith(".")
        assert "{" not in text
    for kind in ENDS:
        assert words.arrived(kind)


def test_the_tables_of_all_languages_have_the_same_words():
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    for table in tables[1:]:
        for part, words in tables[0].items():
            assert words.keys() == table[part].keys()
            for key, text in words.items():
                assert _fields(text) == _fields(table[part][key])


@pytest.mark.parametrize(
    ("language", "metres", "text"),
    [
        ("en", 47, "50 metres"),
        ("en", 320, "300 metres"),
        ("de", 640, "600 Metern"),
        ("de", 1_480, "1,5 Kilometern"),
        ("fr", 1_020, "un kilomètre"),
        ("en", 12_400, "12 kilometres"),
    ],
)
def test_distances_are_said_as_people_do(language: str, metres: float, text: str):
    assert sentences(language).distance(metres) == text


class Dead(Engine):
    """An engine whose process has ended."""

    name = "dead"
    up = True
    asked = 0

    async def route(self, request: object) -> list[Route]:
        self.asked += 1
        raise RouteError("engine_down", Remark.of("engine_silent"))

    matrix = isochrone = match = route


async def missed_turn(
    city: RoadEngine, engine: Engine, tmp_path: Path
) -> tuple[Journey, list[Guidance], list[RouteState]]:
    """Guided to THERE, the car goes straight on towards another place, as if the driver had missed the turn."""
    told: list[RouteState] = []
    journey = Journey(StateFile("navigation", "journey.json", tmp_path), told.append)
    routes = await city.route(RouteRequest((Via(*HERE), Via(*THERE))))
    journey.drive(
        journey.offer(
            [Trip(route) for route in routes], Place(lat=THERE[0], lon=THERE[1], name="There"), RouteOptions()
        )[0].id
    )
    other = await route_of(city, HERE, (53.49538, 13.31028))
    seen = []
    for moment in drive(city, other, sigma=1.0, rate=4.0):
        seen.append(journey.update(moment.position, engine, NOW + moment.time))
        await journey.settle()
        if moment.s > 1500.0:
            break
    return journey, seen, told


async def test_a_missed_turn_leads_to_a_new_route_at_once(city: RoadEngine, tmp_path: Path):
    journey, seen, told = await missed_turn(city, city, tmp_path)
    left = next(k for k, one in enumerate(seen) if one.state is GuidanceState.REROUTING)
    assert seen[left + 1].state is GuidanceState.DRIVING
    assert len({state.route.id for state in told if state.route}) > 1
    assert any(one.sentence and one.sentence.text == "New route." for one in seen[left:])
    assert journey.plan.destination.name == "There"
    start, *turns = told[-1].turns
    here = start.lat, start.lon
    assert not any("uturn" in one.kind.value and metres(here, (one.lat, one.lon)) < 300 for one in turns)


async def test_without_an_engine_guidance_goes_on_with_the_route_in_hand(city: RoadEngine, tmp_path: Path):
    journey, seen, _ = await missed_turn(city, Dead(), tmp_path)
    assert seen[-1].state is GuidanceState.REROUTING
    assert seen[-1].message == "The routing engine does not answer."
    journey.speak("fr")
    assert journey.state().problem == "Le calcul d’itinéraire ne répond pas."
    assert seen[-1].turn is not None
    assert journey.guide is not None


async def test_of_three_engines_the_first_that_answers_is_asked(city: RoadEngine, monkeypatch: pytest.MonkeyPatch):
    first, second = Dead(), Dead()
    engines = Engines([first, second, city])
    routes = await engines.route(RouteRequest((Via(*HERE), Via(*THERE))))
    assert routes[0].engine == engines.name == "roads"
    assert "répond pas" in told(Trip(routes[0]), "", "fr").warning
    assert (first.asked, second.asked) == (1, 1)
    first.up = False
    monkeypatch.setattr("carservices.services.navigation.engine.choice.REST_S", 0.0)
    seconds, _ = await engines.matrix([HERE, THERE])
    assert (first.asked, second.asked) == (1, 2)
    assert seconds[0][1] == pytest.approx(routes[0].seconds, rel=0.05)


async def test_a_search_that_failed_is_made_again_after_3_s_and_when_the_clock_was_set_back(tmp_path: Path):
    dead, journey = Dead(), Journey(StateFile("navigation", "journey.json", tmp_path), lambda state: None)
    journey.set_plan(Place(lat=THERE[0], lon=THERE[1]), (), RouteOptions())
    here = Position(lat=HERE[0], lon=HERE[1], bearing=0.0, speed_kmh=0.0, accuracy_m=5.0, time=0)
    for now, asked in ((0.0, 1), (2.9, 1), (3.1, 2), (-3600.0, 3)):
        journey.update(here, dead, NOW + now)
        await journey.settle()
        assert dead.asked == asked


async def test_the_destination_stays_over_a_restart(city: RoadEngine, tmp_path: Path):
    await missed_turn(city, city, tmp_path)
    again = Journey(StateFile("navigation", "journey.json", tmp_path), lambda state: None)
    assert again.plan.destination.name == "There"
    again.cancel()
    assert Journey(StateFile("navigation", "journey.json", tmp_path), lambda state: None).plan.destination is None


def _fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(("letters", "seconds"), [(10, 3.0), (140, 10.0)])
def test_a_sentence_is_said_to_its_end_before_the_next(letters, seconds):
    voice = Voice("en")
    assert voice.rested(100.0)
    voice.say("m" * letters, 100.0)
    assert not voice.rested(100.0 + seconds - 0.1)
    assert voice.rested(100.0 + seconds)
    assert voice.rested(99.0), "the clock was set back"


def test_a_muted_voice_is_still_muted_after_a_restart(tmp_path):
    def journey():
        return Journey(StateFile("navigation", "plan.json", tmp_path), lambda _: None)

    journey().mute(on=True)
    assert journey().update(None, None, 0.0).muted
