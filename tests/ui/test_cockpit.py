"""Theme, language, units, restrictions, focus and swipe, on the whole cockpit."""

import pytest
from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels

from carservices.api.driving import Restriction
from carservices.api.state import StateFile
from carservices_ui import i18n, look
from carservices_ui.chrome.rail import RailButton
from carservices_ui.chrome.stage import Stage
from carservices_ui.daynight import LIGHT, MODE, wanted
from carservices_ui.dimmer import BRIGHTNESS, DARKEST
from carservices_ui.preferences import Preferences
from carservices_ui.restrictions import STREAM
from carservices_ui.screens import SCREENS
from carservices_ui.screens.base import Page
from carservices_ui.screens.home_energy import PowerCard, RangeCard
from carservices_ui.screens.home_map import TripBar
from carservices_ui.tokens import READABLE, SURFACES, THEMES, contrast, rgb
from carservices_ui.widgets import Dialog, Stepper, Text, Toggle
from tests.ui.states import MOVING, PARKED

HMI = "Vehicle.Cabin.Infotainment.HMI"
DRIVER_TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def words(driver):
    return {text.text for text in driver.widgets(Text)}


def test_the_theme_follows_the_hmi_signal(drive):
    driver = drive(theme="night")
    for mode in ("DAY", "NIGHT"):
        driver.put({MODE: mode})
        assert look.theme().name == mode.lower()
        assert tuple(Window.clearcolor) == pytest.approx(look.color("bg"))


@pytest.mark.parametrize(
    ("rule", "light", "now", "theme"),
    [
        ("auto", 5.0, "day", "night"),
        ("auto", 90.0, "night", "day"),
        ("auto", 27.0, "night", "night"),
        ("auto", 27.0, "day", "day"),
        ("auto", None, "day", "day"),
        ("day", 5.0, "night", "day"),
        ("night", 90.0, "day", "night"),
    ],
)
def test_the_rule_of_day_and_night(rule, light, now, theme):
    assert wanted(rule, light, now) == theme


def test_by_the_light_the_car_is_asked_for_the_other_theme(drive):
    driver = drive(theme="auto")
    driver.put({MODE: "DAY", LIGHT: 3.0})
    assert [(path, value) for path, value, _ in driver.car.sets] == [(MODE, "NIGHT")]
    assert look.theme().name == "day"
    driver.answer()
    assert look.theme().name == "night"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_language_is_that_of_the_preferences(drive, language):
    driver = drive(language=language)
    assert i18n.table(language)["climate.driver"] in words(driver)


def test_units_follow_the_hmi_signals(drive):
    driver = drive(screen="home")
    driver.put({"Vehicle.Speed": 100.0, "Vehicle.Exterior.AirTemperature": 20.0, DRIVER_TEMPERATURE: 21.5})
    assert {"100", "km/h", "20°", "21.5°"} <= words(driver)
    driver.put({f"{HMI}.SpeedUnit": "MILES_PER_HOUR", f"{HMI}.TemperatureUnit": "F"})
    assert {"62", "mph", "68°", "71°"} <= words(driver)


def test_nothing_heard_is_fully_restricted(drive):
    driver = drive()
    assert driver.cockpit.ui.restrictions.flags is Restriction.FULLY_RESTRICTED
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(1)
    assert driver.cockpit.ui.restrictions.flags is Restriction.BASELINE
    driver.store.put_stream(STREAM, None)
    driver.frames(1)
    assert driver.cockpit.ui.restrictions.flags is Restriction.FULLY_RESTRICTED


def test_long_words_are_cut_unless_parked(drive):
    driver = drive()
    driver.cockpit.tell("x" * 200)
    assert len(driver.cockpit.banner.text) == 80
    assert driver.cockpit.banner.top < driver.cockpit.status.y  # where the gear is
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(1)
    driver.cockpit.tell("x" * 200)
    assert len(driver.cockpit.banner.text) == 200


class Setup(Page):
    """A page that may not be used while driving."""

    name, title, blocked_by = "setup", "screen.home", Restriction.NO_SETUP

    def build(self):
        self.toggle = Toggle()
        self.body.add_widget(self.toggle)


def test_a_blocked_page_cannot_be_used_and_says_why(drive):
    driver = drive()
    driver.cockpit.screen.clear_widgets()
    page = Setup(driver.cockpit.ui)
    driver.cockpit.screen.add_widget(page)
    driver.cockpit.screen.restrict = page.restrict
    driver.frames(2)
    seen = []
    page.toggle.bind(on_choose=lambda *_: seen.append(True))
    driver.tap(page.toggle)
    assert (seen, page.why.text) == ([], "Driving state unknown")
    assert page.toggle not in driver.cockpit.focus.controls()
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(1)
    driver.tap(page.toggle)
    assert (seen, page.why.text) == ([True], "")


def test_tab_visits_every_usable_control_once_and_comes_around(drive):
    driver = drive()
    focus = driver.cockpit.focus
    visited = []
    for _ in focus.controls():
        driver.press(9)
        visited.append(focus.current)
    assert set(visited) == set(focus.controls())
    driver.press(9)
    assert focus.current is visited[0]
    driver.press(9, "shift")
    assert focus.current is visited[-1]


def test_the_rotary_moves_the_focus_and_turns_what_is_engaged(drive):
    driver = drive()
    driver.put({DRIVER_TEMPERATURE: 20.0})
    focus = driver.cockpit.focus
    while not isinstance(focus.current, Stepper):
        driver.cockpit.rotary(1)
    driver.press(13)
    driver.cockpit.rotary(-1)
    assert [(path, value) for path, value, _ in driver.car.sets] == [(DRIVER_TEMPERATURE, 19.5)]
    stepper = focus.current
    driver.press(13)
    driver.cockpit.rotary(1)
    assert focus.current is not stepper


def test_arrows_go_to_the_nearest_control_that_way(drive):
    driver = drive()
    driver.put({DRIVER_TEMPERATURE: 20.0, "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling": 0})
    focus = driver.cockpit.focus
    driver.press(9)
    driver.press(274)
    lower = focus.current
    before = lower.to_window(*lower.center)
    driver.press(275)
    after = focus.current.to_window(*focus.current.center)
    assert after[0] > before[0]


def test_a_dialog_keeps_the_focus_until_it_is_answered(drive):
    driver = drive()
    answers = []
    actions = [(word, "plain", lambda word=word: answers.append(word)) for word in ("No", "Yes")]
    driver.cockpit.ask(Dialog("Sure?", "", actions))
    driver.frames(2)
    assert [button.label.text for button in driver.cockpit.focus.controls()] == ["No", "Yes"]
    driver.press(9)
    driver.press(9)
    driver.press(13)
    assert answers == ["Yes"]
    assert len(driver.cockpit.focus.controls()) > 2


def test_escape_closes_a_dialog_and_then_goes_home(drive):
    driver = drive()
    driver.cockpit.ask(Dialog("Sure?", "", [("No", "plain", lambda: None)]))
    driver.press(27)
    assert (driver.cockpit.dialog, driver.cockpit.current) == (None, "climate")
    driver.press(27)
    assert driver.cockpit.current == "home"


def test_a_swipe_goes_to_the_next_screen_of_the_rail(drive):
    driver = drive()
    rail = [info.name for info in SCREENS if info.rail]
    before = rail[rail.index("climate") - 1]
    margin = driver.cockpit.screen.to_window(0, driver.cockpit.screen.height - 8)[1]
    driver.swipe((300, margin), (700, margin))
    assert driver.cockpit.current == before


def test_the_screen_before_fades_away(drive):
    driver = drive()
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(2)
    driver.cockpit.show("apps")
    (stage,) = driver.widgets(Stage)
    assert stage.fading
    driver.until(lambda: not stage.fading)


def test_nothing_fades_for_a_driver(drive):
    driver = drive()
    driver.store.put_stream(STREAM, MOVING)
    driver.frames(2)
    driver.cockpit.show("apps")
    assert not any(stage.fading for stage in driver.widgets(Stage))


@pytest.mark.parametrize(("percent", "share"), [(None, 1.0), (100.0, 1.0), (50.0, 0.85), (0.0, 0.7), (-20.0, 0.7)])
def test_the_window_is_as_bright_as_the_signal_says(drive, percent, share):
    driver = drive(theme="day")
    driver.store.put_link(True)
    driver.put({BRIGHTNESS: percent})
    corner = glReadPixels(driver.cockpit.width - 4, 4, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE)
    background = (round(255 * part * share) for part in look.color("bg")[:3])
    assert list(corner[:3]) == pytest.approx(list(background), abs=2)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_the_darkest_window_can_be_read(theme):
    def dark(token):
        return "#" + "".join(f"{round(255 * part * DARKEST):02X}" for part in rgb(theme.colors[token]))

    assert all(contrast(dark(front), dark(back)) >= 3.0 for front, back in READABLE)
    assert all(contrast(dark("text"), dark(back)) >= 7.0 for back in SURFACES)


def test_the_rail_goes_to_every_screen_on_it(drive):
    driver = drive()
    for info in (info for info in SCREENS if info.rail):
        driver.tap(next(button for button in driver.widgets(RailButton) if button.name == info.name))
        assert driver.cockpit.screen.name == info.name


def test_a_restarted_shell_is_back_on_the_last_screen(drive, monkeypatch, tmp_path):
    monkeypatch.setattr("carservices_ui.preferences._FILE", StateFile("shell", "preferences.json", tmp_path))
    monkeypatch.setattr("carservices_ui.preferences._SCREEN", StateFile("shell", "screen.txt", tmp_path))
    driver = drive()
    driver.cockpit.show("navigation")
    assert Preferences.load().screen == "navigation"
    (tmp_path / "shell" / "preferences.json").write_text('{"theme": "purple"}')
    assert Preferences.load() == Preferences(screen="navigation")


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_text_of_home_is_inside_its_card_and_off_its_neighbours(drive, size, language):
    driver = drive(size=size, language=language, screen="home")
    driver.put({"Vehicle.Powertrain.TractionBattery.Range": 488_000, "Vehicle.Speed": 188.0})
    for card in (*driver.widgets(PowerCard), *driver.widgets(RangeCard), *driver.widgets(TripBar)):
        texts = [text for text in card.walk(restrict=True) if isinstance(text, Text) and text.text.strip()]
        boxes = {text: (*text.to_window(*text.pos), *text.size) for text in texts}
        x, y = card.to_window(*card.pos)
        for left, bottom, width, height in boxes.values():
            assert x <= left
            assert y <= bottom
            assert left + width <= x + card.width
            assert bottom + height <= y + card.height
        assert [(a.text, b.text) for a in texts for b in texts if a is not b and overlap(boxes[a], boxes[b])] == []


def overlap(a, b):
    """Whether two boxes (x, y, width, height) share more than the thin air above and below letters."""
    air = 0.25 * min(a[3], b[3])
    across = a[0] < b[0] + b[2] - 1 and b[0] < a[0] + a[2] - 1
    return across and a[1] + air < b[1] + b[3] and b[1] + air < a[1] + a[3]


def test_a_touch_takes_the_focus_ring_away(drive):
    driver = drive()
    driver.press(9)
    assert driver.cockpit.focus.current is not None
    driver.swipe((640, 700), (640, 690))
    assert driver.cockpit.focus.current is None


@pytest.mark.parametrize("theme", ["day", "night"])
def test_every_screen_can_be_shown_without_a_car(drive, theme, subtests):
    driver = drive(theme=theme)
    assert driver.cockpit.status.date.text == "Waiting for the car"
    driver.store.put_link(True)
    driver.frames(1)
    assert driver.cockpit.status.date.text != "Waiting for the car"
    for info in SCREENS:
        with subtests.test(screen=info.name):
            driver.cockpit.show(info.name)
            driver.frames(2)
            assert driver.cockpit.screen.name == info.name
            assert look.theme().name == theme
