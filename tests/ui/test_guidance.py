"""Home and the navigation screen while a route is driven: the next turn, what is left, and navigation's own map."""

import shutil

import numpy as np
import pytest

from carservices.api.navigation import (
    Guidance,
    GuidanceState,
    ImportProgress,
    MapsState,
    Navigation,
    Position,
    RouteState,
)
from carservices.api.polyline import encode
from carservices.api.routes import ArrivalCharge, Lane, ManeuverKind, Place, RoutePreview, Turn
from carservices_ui.daynight import MODE
from carservices_ui.map.data import ASSETS
from carservices_ui.mapmarks import Mark, route_marks
from carservices_ui.planning import Page
from carservices_ui.polyline import decode
from carservices_ui.screens.guidance_lanes import Lanes
from carservices_ui.screens.home_map import MapCard
from carservices_ui.store import Outcome
from carservices_ui.streams import GUIDANCE, MAPS, POSITION, ROUTE
from carservices_ui.widgets import Text
from tests.ui.fitting import LARGEST, controls_keep_apart, fits
from tests.ui.golden import differences, fresh_fonts, seen
from tests.ui.journeys import CAFE, HOUSE, JOURNEY, LINE, LONG, SHORT, STATION

SMALL, LOOKED_AT = (640, 360), (960, 540)
"""The map is drawn by the processor here."""
WAY = (
    "ibqceB_~iiXvS|ChMhBr_@OlEUpMo@|NjBdF`IjAtL|@bHbAjKz@lQ`CzUvFfY{Hr}@gBdZc@Dqh@~CuEPmA?ss@|Bqb@|@uPbA}AEuFNcBLq_@zBm|@"
    "pB{Hlq@mJho@mDtP_IvXoGxRlCvqAJvBvB~_Ae@dc@mFfZiCfCqFrA{a@oAcLJ_w@r@mbAbJud@jDcLjCmEpBmJrHqHdJ_Vx]}GzIwI|NiFtLaIjVw@"
    "`CaPnn@uFln@yApa@[fMKdM^xI\\zEzAzEjAtBvCjFxDrB`Vj@tVhAvH`@rQ|@bCFvQf@fELbJChl@l@rTVh]HrDEjCCjA@|q@]IaNEsc@"
)
"""Through Neubrandenburg, as the road graph's engine found it."""
POINTS = decode(WAY)
ROUTE_TAKEN = RoutePreview(id="r1", geometry=WAY, metres=2718.0, seconds=360.0)
END = Place(lat=POINTS[-1][0], lon=POINTS[-1][1], name="Neutorstraße")
DRIVEN = RouteState(destination=END, route=ROUTE_TAKEN)
HERE = Position(
    lat=POINTS[36][0],
    lon=POINTS[36][1],
    bearing=272.0,
    speed_kmh=0.0,
    accuracy_m=3.0,
    street="Ziegelbergstraße",
    limit_kmh=30,
    on_road=True,
    time=0,
)
NEXT = Turn(kind=ManeuverKind.SLIGHT_RIGHT, lat=POINTS[39][0], lon=POINTS[39][1], street="Friedrich-Engels-Ring")
THEN = Turn(kind=ManeuverKind.STAY_LEFT, lat=POINTS[43][0], lon=POINTS[43][1], street="B 96")
DRIVING = Guidance(
    state=GuidanceState.DRIVING,
    turn=NEXT,
    then=THEN,
    distance_m=118.0,
    limit_kmh=50,
    remaining_m=1640.0,
    remaining_s=230.0,
    eta=1_764_165_120.0,
    arrival=ArrivalCharge(mean=74.2, low=71.0, high=77.0),
)


EXIT = Turn(
    kind=ManeuverKind.EXIT_RIGHT,
    lat=END.lat,
    lon=END.lon,
    exit="34",
    sign="Hamburg",
    lanes=(Lane(directions=("through",)), Lane(directions=("slight_right",), valid=True)),
)


@pytest.fixture
def home(drive):
    return guided(drive(size=SMALL, screen="home"))


def guided(driver):
    driver.store.put_link(True)
    for stream, state in ((POSITION, HERE), (ROUTE, DRIVEN), (GUIDANCE, DRIVING)):
        driver.store.put_stream(stream, state)
    driver.put({"Vehicle.Speed": 47.0})
    return driver


def say(driver, **changes):
    driver.store.put_stream(GUIDANCE, DRIVING.model_copy(update=changes))
    driver.frames(3)


def words(driver):
    return {text.text for text in driver.widgets(Text) if text.opacity and text.text}


def shown(driver, ready=lambda view: view.has_map):
    live = driver.cockpit.ui.map
    driver.until(lambda: live.view is not None and not live.loading and ready(live.view), timeout=60)
    return live.view


def test_the_next_turn_and_what_is_left(home):
    seen_now = words(home)
    assert {"120 m", "Friedrich-Engels-Ring", "then", "310 m"} <= seen_now
    assert {"4 min", "1.6 km", "Neutorstraße", "74 % at arrival", "71–77 %"} <= seen_now
    say(home, turn=EXIT, then=None, distance_m=1420.0)
    assert {"1.4 km", "Exit 34", "Hamburg"} <= words(home)
    assert len(list(home.widgets(Lanes))) == 1
    say(home, turn=EXIT, distance_m=4200.0)
    assert not list(home.widgets(Lanes))
    say(home, turn=NEXT.model_copy(update={"kind": ManeuverKind.ROUNDABOUT_ENTER, "roundabout_exit": 3}))
    assert "3" in words(home)
    assert not {"Exit 34", "Hamburg"} & words(home)


def test_everything_fits_in_the_longest_language(drive):
    driver = guided(drive(size=(1280, 720), screen="home", language="fr", scale=LARGEST))
    (card,) = driver.widgets(MapCard)
    for changes in (
        {"turn": EXIT, "then": THEN, "distance_m": 12_420.0, "remaining_m": 1_240_000.0, "remaining_s": 45_000.0},
        {"state": GuidanceState.ARRIVED},
    ):
        say(driver, **changes)
        fits(card)
        controls_keep_apart(card)


def test_a_route_is_marked_where_it_charges_and_where_it_ends():
    marks = route_marks(LONG, JOURNEY.model_copy(update={"route": LONG}))
    assert [(mark.icon, mark.name) for mark in marks] == [
        ("ev_station", "Voltessa 7"),
        ("location_on", CAFE.name),
        ("flag", HOUSE.name),
    ]
    assert [(mark.lat, mark.lon) for mark in route_marks(SHORT, None)] == [LINE[-1]]


def test_states_without_a_turn(home):
    lost = {"turn": None, "eta": None, "remaining_m": None, "remaining_s": None, "arrival": None}
    say(home, state=GuidanceState.REROUTING, message="no way there yet", **lost)
    assert {"Finding a new way…", "no way there yet", "1.6 km", "74 % at arrival"} <= words(home)
    say(home, state=GuidanceState.OFF_MAP, turn=None)
    assert "Off the map" in words(home)
    say(home, state=GuidanceState.ARRIVED)
    assert {"You have arrived", "Neutorstraße"} <= words(home)
    assert "74 % at arrival" not in words(home)
    home.store.put_stream(ROUTE, DRIVEN.model_copy(update={"destination": STATION.place}))
    home.frames(3)
    assert "Voltessa 7" in words(home)  # that it is synthetic is said elsewhere, in the driver's language
    (card,) = home.widgets(MapCard)
    home.tap(card.guidance.state.end)
    assert [call[:3] for call in home.car.calls if call[0] is Navigation and call[1] == "cancel"] == [
        (Navigation, "cancel", {})
    ]
    say(home, state=GuidanceState.NONE, turn=None)
    assert "Ziegelbergstraße" in words(home)
    home.store.put_stream(GUIDANCE, None)
    home.frames(3)
    assert "Navigation does not answer" in words(home)


def test_too_fast_and_too_empty_are_to_be_seen(home):
    (card,) = home.widgets(MapCard)
    calm = tuple(card.speed.value.color), tuple(card.arrival.charge.color)
    say(home, over_limit=True, arrival=ArrivalCharge(mean=9.0, low=2.0, high=16.0))
    assert card.speed.sign.value.text == "50"
    assert calm[0] != tuple(card.speed.value.color)
    assert calm[1] != tuple(card.arrival.charge.color)


def test_the_map_is_turned_north_and_zoomed_by_hand_and_by_rotary(home):
    view = shown(home)
    (card,) = home.widgets(MapCard)
    home.tap(card.locate)
    assert (view.follow, view.north_up) == (True, True)
    home.tap(card.locate)
    assert not view.north_up
    home.until(lambda: view.resting)
    before = view.camera.pxm
    focus = home.cockpit.focus
    while focus.current is not card.zoom[1]:
        focus.move(1)
    focus.enter()
    home.cockpit.rotary(-4)
    home.until(lambda: view.resting)
    assert view.camera.pxm == pytest.approx(before / 2, rel=0.01)
    view.drag((100.0, 100.0), (150.0, 90.0))
    home.tap(card.locate)
    assert view.follow


def test_mute_and_end_are_on_the_navigation_screen(drive):
    driver = guided(drive(size=SMALL, screen="navigation"))
    (card,) = driver.widgets(MapCard)
    driver.tap(card.arrival.mute)
    driver.tap(card.arrival.end)
    asked = [call[1:3] for call in driver.car.calls if call[1] in ("mute", "cancel")]
    assert asked == [("mute", {"on": True}), ("cancel", {})]


def test_the_map_of_navigation_is_drawn_and_another_one_at_once_when_it_is_there(home, tmp_path):
    assert shown(home).has_map
    home.put({"Vehicle.CurrentLocation.Latitude": 60.17, "Vehicle.CurrentLocation.Longitude": 24.94})
    assert home.cockpit.ui.map.place == (HERE.lat, HERE.lon)  # of the service, not of the receiver
    for name in ("broken", "own"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "render.npz").write_bytes(b"no map")
    shutil.copy(ASSETS / "neubrandenburg.npz", tmp_path / "own" / "render.npz")
    home.store.put_stream(MAPS, MapsState(current="broken", folder=str(tmp_path / "broken")))
    home.frames(2)
    assert shown(home).roads is not None  # the shipped map goes on
    home.store.put_stream(MAPS, MapsState(current="own", folder=str(tmp_path / "own")))
    assert shown(home, lambda view: view.has_map and view.roads is None).attribution.text.startswith("© OpenStreetMap")


def test_a_map_that_is_built_is_told_and_why_it_was_not(home):
    say(home, state=GuidanceState.NONE, turn=None)
    home.store.put_stream(MAPS, MapsState(importing=ImportProgress(name="dach", title="Main roads", part="", done=4.0)))
    home.frames(3)
    assert {"Building map Main roads", "4 %"} <= words(home)
    failed = ImportProgress(name="dach", part="", done=0.0, problem="the disk is full")
    home.store.put_stream(MAPS, MapsState(importing=failed))
    home.frames(3)
    assert {"Map dach was not built", "the disk is full"} <= words(home)
    (card,) = home.widgets(MapCard)
    home.tap(card.guidance.importing.close)
    assert "the disk is full" not in words(home)


def test_marks_and_other_ways_can_be_tapped(home):
    tapped = []
    live, view = home.cockpit.ui.map, shown(home)
    station = Mark(HERE.lat + 0.002, HERE.lon + 0.012, "ev_station", "energy", key="cs1")  # beside the cards
    other = ROUTE_TAKEN.model_copy(update={"id": "r2", "geometry": encode([POINTS[0], POINTS[-1]])})
    live.show_marks([station], tapped.append)
    live.preview([ROUTE_TAKEN, other], 0, tapped.append)
    live.look_over_routes()
    home.until(lambda: view.resting)

    def tap(lat, lon, above=0.0):
        screen, _ = view.camera.project(np.array([view.roads.data.projection.to_xy(lat, lon)]))
        x, y = screen[0].tolist()
        home.tap(view, at=(x / view.width, (y + above) / view.height))

    tap(station.lat, station.lon, above=15.0)
    tap((POINTS[0][0] + POINTS[-1][0]) / 2, (POINTS[0][1] + POINTS[-1][1]) / 2)
    assert tapped == [station, 1]
    live.preview([])
    assert view.on_alternate is None


def test_places_nearby_are_on_the_map_and_a_touch_away(home):
    """And the nearest charging station beside the range."""
    live, view = home.cockpit.ui.map, shown(home)
    (card,) = home.widgets(MapCard)
    station = STATION.model_copy(
        update={"place": STATION.place.model_copy(update={"lat": HERE.lat + 0.002, "lon": HERE.lon})}
    )
    beside = CAFE.model_copy(update={"lat": HERE.lat + 0.0021, "lon": HERE.lon})
    apart = CAFE.model_copy(update={"lat": HERE.lat - 0.004, "lon": HERE.lon, "id": "n9"})
    answers = {"places": [apart, beside], "chargers": [station]}

    def answer():
        for call in [one for one in home.car.calls if one[1] in answers]:
            home.car.calls.remove(call)
            call[3](Outcome(True, answers[call[1]]))
        home.frames(3)

    for maps, told in ((MapsState(current="town"), True), (MapsState(), False), (MapsState(current="town"), True)):
        home.store.put_stream(MAPS, maps)
        home.frames(3)
        answer()
        assert ({"220 m", "150 kW"} <= words(home)) is told
    live.look_over([(station.place.lat, station.place.lon), (apart.lat, apart.lon)])
    home.until(lambda: view.resting)
    home.until(lambda: any(call[1] == "places" for call in home.car.calls) or len(markers(view)) == 2)
    answer()
    assert markers(view) == {(station.place.lat, "Voltessa 7"), (apart.lat, "")}
    card.sights._asked = None
    card.sights.look()  # they make room at once, though the next are on their way
    card.cover(300.0)
    assert not markers(view)
    card.cover(0.0)
    view.on_marker(next(one for one in view._letters.markers if one.lat == apart.lat))
    assert (home.cockpit.ui.plan.page, home.cockpit.ui.plan.place.id) == (Page.PLACE, "n9")
    assert home.cockpit.screen.name == "navigation"


def markers(view):
    """Latitudes and names of those that are no part of a route."""
    return {(one.lat, one.name) for one in view._letters.markers if one.key}


def test_it_looks_as_it_did_when_it_was_looked_at(drive, utc):
    fresh_fonts()
    driver = drive(size=LOOKED_AT, screen="home")
    live = driver.cockpit.ui.map
    pictures = []
    for theme, changes in (("night", {}), ("day", {}), ("night", {"state": GuidanceState.REROUTING, "turn": None})):
        driver.put({MODE: theme.upper()})
        driver.frames(2)
        guided(driver)
        say(driver, **changes)
        view = shown(driver)
        driver.until(lambda: live.resting, timeout=60)
        view.rename()
        driver.until(lambda: live.resting, timeout=60)
        (card,) = driver.widgets(MapCard)
        pictures.append(seen(round(card.x), round(card.y), round(card.width), round(card.height)))
    names = ["night", "day", "rerouting"]
    assert not differences("guidance", names, pictures, columns=3)
