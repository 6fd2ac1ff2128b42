"""Settings of the maps: the one in use, taking and removing others, and one that is being built."""

from carservices.api.navigation import Box, ImportProgress, MapInfo, MapsState, Navigation
from carservices.services.navigation.maps.parts import PARTS
from carservices_ui.i18n import t
from carservices_ui.restrictions import STREAM as DRIVING
from carservices_ui.store import Outcome
from carservices_ui.streams import MAPS as STREAM
from carservices_ui.widgets import Bar, Text, TextButton
from tests.ui.fitting import of_kind
from tests.ui.states import PARKED

BOX = Box(west=13.0, south=53.0, east=14.0, north=54.0)
MAPS = MapsState(
    current="town",
    available=tuple(
        MapInfo(
            name=name,
            title=title,
            box=BOX,
            attribution="© OpenStreetMap contributors, ODbL 1.0",
            bytes=6_400_000,
            built=1_800_014_400.0,
        )
        for name, title in (("country", "The whole country"), ("town", "Our town"))
    ),
    importing=ImportProgress(name="island", part="search", done=62.0),
    engine="roads",
    engine_reason="`Valhalla` is not there.",
)


def test_every_part_of_a_map_has_a_name():
    assert all(t(f"settings.part_{part.name}") for part in PARTS)


def show(driver, state):
    driver.store.put_stream(STREAM, state)
    driver.frames(3)


def asked(driver):
    return [(contract, method, arguments) for contract, method, arguments, _ in driver.car.calls]


def test_maps_are_used_and_removed_after_asking(drive):
    driver = drive(screen="settings", size=(640, 360))
    driver.store.put_stream(DRIVING, PARKED)
    driver.frames(2)
    driver.tap(driver.cockpit.screen.categories["maps"])
    part = driver.cockpit.screen.part
    show(driver, None)
    assert [text.text for text in of_kind(part, Text)] == [t("settings.maps_away")]
    show(driver, MAPS)
    words = [text.text for text in of_kind(part, Text)]
    assert {"Places  ·  62 %", t("settings.map_in_use"), "Valhalla is not there.", MAPS.available[0].attribution} <= {
        *words
    }
    assert "6 MB  ·  15 Jan 2027" in words
    assert words.index("Our town") < words.index("The whole country")
    country = part.maps["country"]
    show(driver, MAPS.model_copy(update={"importing": ImportProgress(name="island", part="roads", done=80.0)}))
    assert "Roads  ·  80 %" in [text.text for text in of_kind(part, Text)]
    assert part.maps["country"] is country  # not built anew under a finger
    stopped = ImportProgress(name="island", part="roads", done=80.0, problem="the disk is full")
    show(driver, MAPS.model_copy(update={"importing": stopped}))
    assert "the disk is full" in [text.text for text in of_kind(part, Text)]
    assert not list(of_kind(part, Bar))
    country.use.tap()
    part.maps["country"].remove.tap()
    driver.frames(2)
    assert asked(driver) == [(Navigation, "use_map", {"name": "country"})]
    button = [b for b in driver.widgets(TextButton) if b.label.text == t("settings.map_remove")][-1]
    driver.tap(button)
    assert asked(driver)[-1] == (Navigation, "remove_map", {"name": "country"})
    driver.car.calls[-1][3](Outcome(False, reason="the map is in use"))
    driver.frames(2)
    assert "the map is in use" in driver.cockpit.banner.text
