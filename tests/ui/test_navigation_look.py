"""Pages of the navigation screen by night and day, as somebody has looked at them (`golden/navigation-*.png`)."""

from kivy.metrics import dp

from carservices_ui.daynight import MODE
from carservices_ui.planning import Page
from carservices_ui.screens import navigation_words
from carservices_ui.screens.navigation_sheet import WIDTH
from tests.ui.golden import differences, fresh_fonts, seen, without_bars
from tests.ui.journeys import HOME, HOUSE, LONG, SHORT, SLOW, STAR, STATION, Journey


def station(journey):
    journey.plan.show_station(STATION)
    if journey.asked("chargers"):
        journey.answer("chargers", [STATION])


PAGES = {
    "search": lambda journey: journey.search(favourites=[HOME, STAR], recents=[HOUSE]),
    "routes": lambda journey: journey.routes(LONG, SHORT, SLOW),
    "charge": lambda journey: journey.open(Page.CHARGING),
    "station": station,
}
"""Of which a picture is kept: their left part, without the map."""


def test_the_pages_look_as_they_did_when_they_were_looked_at(drive, monkeypatch):
    monkeypatch.setattr(navigation_words, "clock", lambda ui, seconds: "17:45")
    fresh_fonts()
    journey = Journey(drive(size=(1280, 720), screen="navigation"))
    changed = {}
    for theme in ("night", "day"):
        journey.driver.put({MODE: theme.upper()})
        journey.driver.frames(2)
        pictures = []
        for show in PAGES.values():
            show(journey)
            journey.driver.frames(3)
            without_bars(journey.driver)
            sheet = journey.sheet
            pictures.append(seen(round(sheet.x), round(sheet.y), round(dp(WIDTH)), round(sheet.height)))
        differ = differences(f"navigation-{theme}", list(PAGES), pictures)
        changed |= {f"{page} ({theme})": part for page, part in differ.items()}
    assert not changed
