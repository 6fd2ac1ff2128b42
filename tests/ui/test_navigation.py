"""The navigation screen: from a place that is typed to being guided there, and what is left of it while driving."""

import pytest
from kivy.core.window import Window
from kivy.metrics import dp

from carservices.api.navigation import MapInfo, MapsState
from carservices.api.routes import Avoid, Box, ChargerFilter, Connector, Place, Prefer
from carservices.api.speech import Speech
from carservices_ui.i18n import t
from carservices_ui.planning import Page
from carservices_ui.planning.plan import MAPS
from carservices_ui.restrictions import STREAM as DRIVING
from carservices_ui.store import Outcome
from carservices_ui.streams import GUIDANCE, ROUTE
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Control, Text, TextButton
from tests.ui.fitting import controls_keep_apart, of_kind
from tests.ui.journeys import (
    CAFE,
    CATEGORIES,
    GUIDED,
    HOME,
    HOUSE,
    JOURNEY,
    LONG,
    SHORT,
    SLOW,
    STAR,
    STATION,
    Journey,
    way,
)
from tests.ui.states import MOVING

SCREEN = "navigation"


@pytest.fixture
def journey(cockpit):
    journey = Journey(cockpit)
    yield journey
    if cockpit.cockpit.ui.preferences.language != "en":
        journey.speak("en")


def press(journey, words):
    journey.tap([b for b in journey.driver.widgets(TextButton) if b.label.text == words][-1])


def test_from_letters_to_being_guided(journey):
    journey.search()
    journey.tap(journey.sheet.field)
    for letter in "caf":
        journey.tap(journey.sheet.keyboard.keys[letter])
    assert [asked["text"] for asked in journey.asked("search")] == ["c", "ca", "caf"]
    journey.answer("search", [CAFE, HOUSE])
    assert [row.title.text for row in journey.sheet.found.rows] == ["Café am Markt", "Ringstraße 12"]
    assert journey.sheet.found.rows[0].end.children[0].text == "1.3 km"
    journey.tap(journey.sheet.found.rows[1])
    journey.tap(journey.sheet.route)
    assert journey.asked("preview")[0]["destination"].name == "Ringstraße 12"
    journey.answer("preview", [SHORT, SLOW])
    journey.tap(journey.sheet.rows[1])
    journey.tap(journey.sheet.start)
    assert not journey.sheet.start.available
    assert journey.answer("drive") == {"preview": "r2"}
    assert journey.sheet is None


def test_the_cross_is_there_with_something_to_clear_and_the_rail_leads_back_to_the_map(journey):
    journey.search()
    assert not journey.sheet.clear.usable
    Window.dispatch("on_textinput", "c")
    journey.driver.frames(2)
    journey.tap(journey.sheet.clear)
    assert (journey.sheet.field.value, journey.sheet.clear.usable) == ("", False)
    journey.driver.cockpit.show("navigation")
    journey.driver.frames(2)
    assert (journey.plan.page, journey.sheet) == (Page.MAP, None)


def test_an_answer_that_comes_late_does_not_replace_a_newer_one(journey):
    found = journey.plan.search.found
    journey.plan.search.type("c")
    journey.plan.search.type("ca")
    old, new = (call[3] for call in journey.driver.car.calls)
    new(Outcome(True, [CAFE]))
    old(Outcome(True, [HOUSE]))
    journey.driver.frames(2)
    assert found.answer == [CAFE]


def test_a_real_keyboard_types_and_leads_to_the_results(journey):
    journey.search()
    for text in ("C", "ä", "ß"):
        Window.dispatch("on_textinput", text)
    journey.driver.frames(2)
    journey.driver.cockpit._key(Window, 8, 0, None, [])
    journey.driver.cockpit._key(Window, 32, 0, " ", [])
    assert journey.sheet.field.value == "Cä"
    journey.driver.cockpit._key(Window, 13, 0, None, [])
    journey.driver.frames(2)
    assert journey.plan.page is Page.RESULTS
    journey.answer("search", [CAFE])
    assert [entry.title.text for entry in journey.sheet.entries] == ["Café am Markt"]
    journey.driver.cockpit._key(Window, 27, 0, None, [])
    journey.driver.frames(2)
    assert (journey.plan.page, journey.sheet.field.value) == (Page.SEARCH, "Cä")


def test_while_driving_nothing_is_typed_but_places_can_be_chosen(journey):
    journey.search(favourites=[HOME], recents=[CAFE])
    journey.tap(journey.sheet.field)
    assert journey.sheet.keyboard.parent is not None
    journey.put(DRIVING, MOVING)
    assert journey.sheet.keyboard.parent is None
    assert t("nav.driving_hint") in journey.words()
    Window.dispatch("on_textinput", "x")
    journey.driver.frames(2)
    assert (journey.sheet.field.typing, journey.asked("search")) == (False, [])
    assert [row.title.text for row in journey.sheet.own] == ["Home", "Café am Markt"]
    journey.tap(journey.sheet.own[0])
    assert journey.asked("preview")[0]["destination"] == HOME


def test_while_driving_a_place_is_said(journey):
    journey.search(favourites=[HOME], recents=[CAFE])
    journey.put(DRIVING, MOVING)
    journey.tap(journey.sheet.field)
    *_, (contract, method, _, ended) = journey.driver.car.calls
    assert (contract, method, journey.sheet.say_it.listening) == (Speech, "listen", True)
    ended(Outcome(True, "café am markt"))
    journey.driver.frames(2)
    assert (journey.plan.page, journey.asked("search")[-1]["text"]) == (Page.RESULTS, "café am markt")
    journey.answer("search", [CAFE])
    assert [entry.title.text for entry in journey.sheet.entries] == ["Café am Markt"]


def test_typing_over_the_bare_map_opens_the_search(journey):
    Window.dispatch("on_textinput", "m")
    journey.driver.frames(2)
    assert (journey.sheet.field.value, journey.asked("search")[0]["text"]) == ("m", "m")


def test_the_first_map_is_searched_as_soon_as_it_is_there(journey):
    journey.put(MAPS, MapsState())
    journey.open(Page.SEARCH)
    journey.answer("categories", reason="there is no map yet")
    assert "There is no map yet" in journey.words()
    journey.put(MAPS, MapsState(current="town"))
    journey.answer("categories", CATEGORIES)
    assert list(journey.sheet.choices.kinds) == ["charging", "cafe", "parking"]


def test_own_places_beyond_the_map_in_use_are_marked(journey):
    box = Box(west=13.0, south=53.0, east=14.0, north=54.0)
    info = MapInfo(name="town", title="Town", box=box, attribution="")
    journey.put(MAPS, MapsState(current="town", available=(info,)))
    journey.search(favourites=[HOME], recents=[CAFE, Place(lat=48.0, lon=11.0, name="Far away")])
    assert [row.detail.text == t("nav.off_map") for row in journey.sheet.own] == [False, False, True]


def test_what_was_found_before_the_car_moved_can_still_be_chosen(journey):
    journey.search()
    Window.dispatch("on_textinput", "c")
    journey.answer("search", [CAFE])
    journey.put(DRIVING, MOVING)
    assert journey.plan.page is Page.RESULTS
    journey.tap(journey.sheet.entries[0])
    assert journey.plan.place == CAFE


def test_a_kind_of_places_and_charging_stations_nearest_first(journey):
    journey.search()
    journey.tap(journey.sheet.choices.kinds["cafe"])
    assert journey.asked("search")[0]["category"] == "cafe"
    journey.answer("search", [])
    assert t("nav.none_near") in journey.words()
    journey.plan.back()
    journey.driver.frames(2)
    journey.tap(journey.sheet.choices.kinds["charging"])
    near = Place(lat=53.551, lon=13.25, name="Kiloweg 3 (synthetic)", category="charging")
    journey.answer("chargers", [STATION, STATION.model_copy(update={"place": near})])
    assert [entry.title.text for entry in journey.sheet.entries] == ["Kiloweg 3", "Voltessa 7"]


def test_what_fails_is_told_and_can_be_asked_again(journey):
    journey.plan.go(HOUSE)
    journey.driver.frames(2)
    journey.answer("preview", reason="there is no way to the island")
    assert "There is no way to the island" in journey.words()
    assert not journey.sheet.start.available
    press(journey, t("nav.again"))
    journey.answer("preview", [SHORT])
    assert [row.time.text for row in journey.sheet.rows] == ["6 min"]


def test_the_ways_with_time_charge_and_warning(journey):
    journey.routes(SHORT, SLOW)
    first, second = journey.sheet.rows
    assert (first.time.text, first.length.text, first.arrival.text) == ("6 min", "2.4 km", "62 %")
    assert {"+6 min", "6–12 %"} <= {text.text for text in of_kind(second, Text)}
    assert "The charge may not last." in journey.words()
    assert t("nav.simpler") not in journey.words()
    assert not journey.sheet.charge.available


def test_ways_of_the_simpler_engine_are_told_as_such(journey):
    journey.routes(way("r4", engine="roads"))
    assert t("nav.simpler") in journey.words()


def test_options_look_for_ways_anew(journey):
    journey.routes(SHORT)
    journey.tap(journey.sheet.options)
    page = journey.sheet
    journey.tap(page.avoid[Avoid.FERRIES].toggle)
    page.prefer.choose(Prefer.COST)
    page.at_destination.stepper.turn(2)
    journey.driver.frames(2)
    options = journey.asked("preview")[-1]["options"]
    assert options.avoid == {Avoid.FERRIES}
    assert (options.charging.prefer, options.charging.at_destination) == (Prefer.COST, 25.0)
    journey.answer("preview", [SLOW])
    journey.plan.back()
    journey.driver.frames(2)
    assert [row.route for row in journey.sheet.rows] == [SLOW]


def test_the_charge_plan_of_a_long_way(journey):
    journey.routes(LONG)
    row = journey.sheet.rows[0]
    assert (row.time.text, row.arrival.text) == ("4 h 25", "20 %")
    journey.tap(journey.sheet.charge)
    (stop,) = journey.sheet.stops
    told = [text.text for text in of_kind(stop, Text)]
    assert {"Voltessa 7", "12 % → 70 %", "25 min  ·  98 kW  ·  21.50 €", "200 km"} <= set(told)
    assert {t("nav.advised", speed="120 km/h"), t("nav.precondition", way="18.0 km")} <= set(told)
    journey.put(ROUTE, JOURNEY.model_copy(update={"route": LONG}))
    journey.plan.enter(Page.TRIP)  # as from home: of the journey, not of what was on offer
    journey.open(Page.CHARGING)
    assert journey.plan.routes.choice is None
    assert "Ringstraße 12" in journey.words()


def test_a_charging_station_in_detail(journey):
    journey.plan.show_place(STATION.place)
    journey.driver.frames(2)
    journey.answer("chargers", [STATION])
    words = journey.words()
    assert {"Voltessa 7", "CCS", "150 kW", "1 of 4 free", "0.61 € / kWh", t("nav.always_open")} <= set(words)
    assert t("nav.synthetic") in words


def test_a_point_of_the_map_gets_its_address_and_becomes_home(journey):
    journey.plan.show_point(53.57, 13.25)
    journey.driver.frames(2)
    assert "53.57000, 13.25000" in journey.words()
    journey.answer("reverse", HOUSE)
    journey.answer("favourites", [STAR])
    assert "Ringstraße 12" in journey.words()
    journey.tap(journey.sheet.keeps["home"])
    kept = journey.answer("keep")["place"]
    assert (kept.name, kept.category, kept.id) == ("Ringstraße 12", "home", None)
    journey.answer("favourites", [STAR, HOME])
    assert {name for name, tile in journey.sheet.keeps.items() if tile.value} == {"home"}
    journey.tap(journey.sheet.keeps["home"])
    assert journey.answer("forget") == {"place_id": "favourite-1"}


def test_the_journey_under_way(journey):
    journey.put(ROUTE, JOURNEY)
    journey.put(GUIDANCE, GUIDED)
    screen = journey.driver.cockpit.screen
    journey.tap(screen.buttons[Page.TRIP])
    assert (screen.next.parent, screen.next.distance.text) == (screen.card.corner, "400 m")
    assert [text.text for row in journey.sheet.turns for text in of_kind(row, Text)] == [
        "Turn right  ·  Markt", "", "Destination", "1.3 km",
    ]  # fmt: skip
    journey.tap(journey.sheet.take_out[0])
    assert journey.answer("remove_stop") == {"position": 0}
    journey.put(GUIDANCE, GUIDED.model_copy(update={"travelled_m": 600.0}))
    journey.tap(journey.sheet.stations)
    journey.answer("chargers", [STATION.model_copy(update={"detour_s": 240.0})])
    (row,) = journey.sheet.rows
    assert {"1.2 km", "+4 min", "150 kW  ·  3 of 6 free"} <= {text.text for text in of_kind(row, Text)}
    journey.tap(journey.sheet.adds["cs7"])
    assert journey.answer("add_stop")["place"] == STATION.place
    journey.open(Page.TRIP)
    journey.tap(journey.sheet.end)
    press(journey, t("nav.go_on"))
    assert journey.asked("cancel") == []
    journey.tap(journey.sheet.end)
    press(journey, t("nav.end"))
    assert journey.asked("cancel") == [{}]


def test_layers_filter_stations_and_show_the_reach(journey):
    journey.open(Page.LAYERS)
    journey.tap(journey.sheet.stations.toggle)
    journey.sheet.connector.choose(Connector.CCS)
    journey.driver.frames(2)
    journey.sheet.power.choose(50.0)
    journey.driver.frames(2)
    assert journey.plan.charging.wanted == ChargerFilter(connector=Connector.CCS, min_power_kw=50.0)
    journey.tap(journey.sheet.reach.toggle)
    journey.answer("range_area", reason="the car does not say how far its charge reaches")
    assert "The car does not say how far its charge reaches" in journey.words()


def test_the_plan_outlasts_another_theme_and_escape_leads_back(journey):
    journey.routes(SHORT, SLOW)
    journey.driver.cockpit.restyle()
    journey.driver.frames(4)
    assert [row.route for row in journey.sheet.rows] == [SHORT, SLOW]
    journey.driver.cockpit.back()
    journey.driver.frames(2)
    assert journey.sheet is None
    assert journey.driver.cockpit.current == "navigation"


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_everything_fits_and_the_service_speaks_the_language(journey, language):
    journey.speak(language)
    journey.put(ROUTE, JOURNEY)
    for show in (
        lambda: journey.search(favourites=[HOME, STAR], recents=[CAFE, HOUSE]),
        lambda: journey.routes(LONG, SLOW),
        lambda: journey.open(Page.OPTIONS),
        lambda: journey.plan.show_station(STATION),
        lambda: journey.open(Page.LAYERS),
        lambda: journey.open(Page.TRIP),
    ):
        show()
        journey.driver.frames(2)
        for part in (journey.sheet.heading, journey.sheet.foot):
            controls_keep_apart(part)
            for control in of_kind(part, Control):
                assert min(control.width, control.height) >= dp(TARGET) - 1
        for text in of_kind(journey.sheet, Text):
            assert text.is_shortened or text.to_window(*text.pos)[0] + text.texture_size[0] <= journey.sheet.right + 1
    assert {asked["language"] for asked in journey.asked("set_language")} == {language} - {"en"}
    journey.speak("en")
    assert journey.asked("set_language")[-1:] == ([] if language == "en" else [{"language": "en"}])


def test_the_focus_and_the_finger_stay_on_the_sheet(journey):
    journey.search(recents=[CAFE])
    focus = journey.driver.cockpit.focus
    assert not {*of_kind(journey.driver.cockpit.screen.card, Control)} & {*focus.controls()}
    journey.open(Page.LAYERS)
    card = journey.driver.cockpit.screen.card
    journey.driver.until(lambda: card.map is not None)
    card.map.follow = True
    journey.driver.swipe(
        (journey.sheet.right - 30, journey.sheet.top - 20), (journey.sheet.right - 70, journey.sheet.top - 20)
    )
    assert card.map.follow
    for _ in journey.driver.cockpit.focus.controls():
        focus.move(1)
        if focus.current is journey.sheet.stations.toggle:
            break
    focus.enter()
    journey.driver.frames(2)
    assert journey.plan.charging.shown
