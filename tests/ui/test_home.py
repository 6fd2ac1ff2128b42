"""Home and the chrome show what the car says and actuate what the person asks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api.apps import Apps
from carservices.api.appscreen import Guide, ImageFile
from carservices.api.energy import Trip
from carservices_ui import look
from carservices_ui.apps import GUIDE
from carservices_ui.screens.home_energy import PowerCard
from carservices_ui.screens.home_map import MapCard
from carservices_ui.templates.wash import ground
from carservices_ui.tokens import contrast
from carservices_ui.widgets import Control, Text

BATTERY = "Vehicle.Powertrain.TractionBattery"
DRIVER_TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def words(driver):
    return {text.text for text in driver.widgets(Text)}


def climate(driver, name):
    return next(w for w in driver.widgets() if hasattr(w, "controls") and isinstance(w.controls, dict)).controls[name]


SHOWN = {
    "Vehicle.Speed": (47.3, "47"),
    "Vehicle.Exterior.AirTemperature": (4.2, "4°"),
    f"{BATTERY}.Range": (312_400, "312"),
    f"{BATTERY}.StateOfCharge.Displayed": (78.4, "78 %"),
    f"{BATTERY}.Temperature.Average": (25.4, "25°"),
    f"{BATTERY}.StateOfCharge.CurrentEnergy": (50.62, "50.6"),
    f"{BATTERY}.CurrentPower": (-24_300.0, "24"),
    DRIVER_TEMPERATURE: (21.5, "21.5°"),
}


def test_values_are_shown_and_go_when_they_are_unavailable(drive):
    driver = drive(screen="home")
    texts = {text for _, text in SHOWN.values()}
    assert words(driver) & texts == set()
    driver.put({path: value for path, (value, _) in SHOWN.items()})
    assert words(driver) & texts == texts
    driver.put(dict.fromkeys(SHOWN))
    assert words(driver) & texts == set()


@pytest.mark.parametrize(
    ("watts", "speed", "charging", "words_of_use"),
    [
        (-9000.0, 50.0, False, "Driving"),
        (-900.0, 0.0, False, "Systems"),
        (-900.0, None, False, "Driving"),
        (6000.0, 40.0, False, "Recuperating"),
        (6000.0, 0.0, True, "Charging"),
        (-10.0, 0.0, False, "At rest"),
    ],
)
def test_the_card_says_what_the_power_is_for(drive, watts, speed, charging, words_of_use):
    driver = drive(screen="home")
    driver.put({"Vehicle.Speed": speed, f"{BATTERY}.Charging.IsCharging": charging})
    driver.put({f"{BATTERY}.CurrentPower": watts})
    (card,) = driver.widgets(PowerCard)
    assert card.state.text == words_of_use


def test_the_map_comes_after_the_first_picture(drive):
    driver = drive(screen="home")
    (card,) = driver.widgets(MapCard)
    driver.until(lambda: card.map is not None)
    assert card.children[-1] is card.map  # below everything on it
    assert (card.map.pos, card.map.size) == (card.pos, card.size)


def test_the_trip_is_shown(drive):
    driver = drive(screen="home")
    driver.store.put_stream("energy.trip", Trip(start=0, distance_m=12_430, duration_s=1140, consumption=16.23))
    driver.frames(2)
    assert {"12.4 km", "19 min", "16.2", "kWh/100 km"} <= words(driver)


def test_a_control_is_pending_until_the_car_confirms(drive):
    driver = drive()
    driver.put({DRIVER_TEMPERATURE: 21.5})
    stepper = climate(driver, "driver")
    driver.tap(stepper.more)
    assert [(path, value) for path, value, _ in driver.car.sets] == [(DRIVER_TEMPERATURE, 22.0)]
    assert (stepper.phase, stepper.label.text) == ("pending", "22.0°")
    driver.answer()
    assert (stepper.phase, stepper.label.text) == ("confirmed", "22.0°")


def test_a_refusal_puts_the_value_back_and_says_why(drive):
    driver = drive()
    driver.put({DRIVER_TEMPERATURE: 21.5})
    stepper = climate(driver, "driver")
    driver.tap(stepper.less)
    driver.answer(ok=False, reason="the ignition is off")
    assert (stepper.phase, stepper.label.text) == ("refused", "21.5°")
    assert driver.cockpit.banner.text == "Not possible: the ignition is off"


def test_a_control_without_a_value_cannot_be_used(drive):
    driver = drive()
    button = climate(driver, "defrost")
    driver.tap(button)
    assert driver.car.sets == []
    assert not button.usable


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_targets_are_large_enough_inside_the_window_and_apart(drive, size):
    driver = drive(size=size, screen="home")
    scale = size[0] / 1280
    controls = [w for w in driver.widgets(Control) if not any(isinstance(p, Control) for p in parents(w))]
    assert len(controls) > 8
    boxes = {w: (*w.to_window(*w.pos), *w.size) for w in controls}
    assert [w for w, (_, _, width, height) in boxes.items() if min(width, height) < 76 * scale - 0.5] == []
    assert [w for w, (x, y, w_, h) in boxes.items() if x < 0 or y < 0 or x + w_ > size[0] or y + h > size[1]] == []
    assert [(a, b) for a in boxes for b in boxes if a is not b and overlap(boxes[a], boxes[b])] == []


def parents(widget):
    while widget.parent is not None and widget.parent is not widget.parent.parent:
        widget = widget.parent
        yield widget


def overlap(a, b):
    return a[0] < b[0] + b[2] - 1 and b[0] < a[0] + a[2] - 1 and a[1] < b[1] + b[3] - 1 and b[1] < a[1] + a[3] - 1


def test_who_guides_in_place_of_the_car_is_on_the_map_and_opens_with_a_touch(drive):
    driver = drive(screen="home")
    driver.store.put_stream(GUIDE, Guide(app="org.example.guide", name={"en": "Wayfinder"}))
    driver.frames(2)
    home = driver.cockpit.screen
    assert home.guide.label.text == "Wayfinder guides"
    driver.tap(home.guide)
    assert (Apps, "open", {"app": "org.example.guide"}) in [call[:3] for call in driver.car.calls]
    driver.store.put_stream(GUIDE, Guide())
    driver.frames(2)
    assert home.guide is None


@pytest.mark.parametrize("theme", ["night", "day"])
@given(st.binary(min_size=3, max_size=3))
def test_words_are_read_on_the_colours_of_any_cover(theme, tmp_path_factory, rgb):
    """Also where there is no cover any more."""
    file = ImageFile(path=str(tmp_path_factory.getbasetemp() / "cover.rgba"), width=12, height=8)
    Path(file.path).write_bytes((rgb + b"\xff") * 96)
    look.set_theme(theme)
    for field in ground(file):
        on = "#" + "".join(f"{round(part):02X}" for part in field)
        assert min(contrast(look.theme().colors[tone], on) for tone in ("text", "text2")) >= 4.5
    assert ground(file.model_copy(update={"path": f"{file.path}.gone"})) == []
    assert ground(file.model_copy(update={"width": 13})) == []
