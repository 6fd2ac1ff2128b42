"""Every template by night and day, parked and driving, at 720p and 1080p, as looked at (`golden/*.png`)."""

import pytest

from carservices_ui.apps import CATALOG, FRONT, MEDIA
from carservices_ui.daynight import MODE
from carservices_ui.restrictions import STREAM
from tests.ui import templates
from tests.ui.golden import differences, fresh_fonts, seen, without_bars
from tests.ui.states import MOVING, PARKED

HERE = {
    "Vehicle.CurrentLocation.Latitude": 53.5565,
    "Vehicle.CurrentLocation.Longitude": 13.2610,
    "Vehicle.CurrentLocation.Heading": 20.0,
    "Vehicle.Speed": 0.0,
}
MAPS = ("places", "map_content", "navigation")
STATES = {"parked": (PARKED, templates.PARKED_RULES), "driving": (MOVING, templates.MOVING_RULES)}


SIZES = {"720": (1280, 720), "1080": (1920, 1080)}


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("size", SIZES)
def test_every_template_looks_as_it_did_when_it_was_looked_at(drive, utc, tmp_path, size, theme):
    images = templates.cover(tmp_path)
    fresh_fonts()
    driver = drive(screen="app", size=SIZES[size])
    driver.store.put_link(True)
    driver.store.put_stream(CATALOG, templates.CATALOG)
    driver.store.put_stream(MEDIA, templates.playing(images))
    driver.put({**HERE, MODE: theme.upper()})
    driver.frames(2)
    changed = {}
    for name, (state, rules) in STATES.items():
        driver.store.put_stream(STREAM, state)
        pictures = [_picture(driver, one, rules, images) for one in templates.TEMPLATES]
        found = differences(f"{size}-{theme}-{name}", list(templates.TEMPLATES), pictures)
        changed |= {f"{one} ({name})": part for one, part in found.items()}
    assert not changed


def _picture(driver, name, rules, images):
    driver.store.put_stream(FRONT, templates.front(templates.TEMPLATES[name], rules=rules, images=images, key=name))
    driver.frames(2)
    if name in MAPS:
        live = driver.cockpit.ui.map
        driver.until(lambda: not live.loading and live.resting, timeout=60)
        live.view.rename()
        driver.until(lambda: live.resting, timeout=60)
    without_bars(driver)
    stage = driver.cockpit.screen
    return seen(round(stage.x), round(stage.y), round(stage.width), round(stage.height))
