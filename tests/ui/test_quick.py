"""The quick panel: a driver turns volume, brightness and theme from every screen, by touch, keys and rotary."""

import pytest
from kivy.clock import Clock
from kivy.core.window import Window

from carservices.api.audio import Audio, AudioState
from carservices.api.notifications import Current, Message, Notification, Priority, Topic
from carservices_ui import look, notices
from carservices_ui.chrome import quickpanel
from carservices_ui.dimmer import BRIGHTNESS
from carservices_ui.restrictions import STREAM as DRIVING
from carservices_ui.store import Outcome
from carservices_ui.streams import AUDIO
from carservices_ui.widgets import ValueSlider
from tests.ui.fitting import LAYOUTS, controls_keep_apart, fits
from tests.ui.states import MOVING, PARKED

BACKSPACE, TAB, ENTER, ESCAPE, PAGE_DOWN, F10, F11, F12 = 8, 9, 13, 27, 281, 291, 292, 293
LOUDER, SOFTER = (1 << 30 | key for key in (128, 129))


@pytest.fixture
def open_screen(drive):
    """A car that drives, with sound."""

    def open_screen(**layout):
        driver = drive(**layout)
        driver.store.put_stream(DRIVING, MOVING)
        driver.put({BRIGHTNESS: 80.0})
        sound(driver, 0.4)
        return driver

    return open_screen


def sound(driver, volume):
    driver.store.put_stream(AUDIO, AudioState(volume=volume))
    driver.frames(2)


def asked(driver):
    """The volumes that the audio service was asked for."""
    return [call[2]["volume"] for call in driver.car.calls if call[:2] == (Audio, "set_volume")]


def answer(driver, outcome):
    for call in driver.car.calls:
        call[3](outcome)
    driver.frames(2)


def test_a_driver_turns_the_volume_and_a_touch_beside_the_panel_ends_it(open_screen):
    driver = open_screen()
    driver.tap(driver.cockpit.status.sound)
    panel = driver.cockpit.quick
    x, y = panel.volume.center
    driver.swipe((x, y), (x + panel.volume.width / 4, y))
    heard = asked(driver)
    assert len(heard) > 2  # while it is drawn
    assert heard == sorted(heard)
    assert panel.volume.value == pytest.approx(100 * heard[-1])
    answer(driver, Outcome(False, reason="The sound system is away.", code="UNAVAILABLE", language="en"))
    assert panel.volume.value == 40
    assert "The sound system is away." in driver.cockpit.banner.text
    assert driver.cockpit.banner.top < panel.card.y
    driver.tap(panel.brightness, at=(0.5, 0.5))
    assert [(path, value) for path, value, _ in driver.car.sets] == [(BRIGHTNESS, 50.0)]
    driver.tap(driver.cockpit.status.sound)
    assert driver.cockpit.quick is None
    driver.tap(driver.cockpit.status.sound)
    driver.tap(driver.cockpit.status.settings)
    assert (driver.cockpit.quick, driver.cockpit.current) == (None, "settings")


@pytest.mark.parametrize(("key", "volume"), [(LOUDER, 0.45), (SOFTER, 0.35), (F12, 0.45), (F11, 0.35), (F10, 0.0)])
def test_the_volume_has_keys(open_screen, key, volume):
    driver = open_screen(size=(640, 360))
    driver.press(key)
    assert asked(driver) == pytest.approx([volume])
    assert driver.cockpit.quick is not None
    driver.press(ESCAPE)
    assert (driver.cockpit.quick, driver.cockpit.current) == (None, "climate")


def test_a_silenced_car_comes_back_to_the_volume_before(open_screen):
    driver = open_screen(size=(640, 360))
    driver.press(F10)
    answer(driver, Outcome(True))
    sound(driver, 0.0)
    assert driver.cockpit.quick.volume.value == 0
    driver.press(F10)
    assert asked(driver) == [0.0, 0.4]


def test_it_goes_by_itself_unless_it_is_used(open_screen, monkeypatch):
    monkeypatch.setattr(quickpanel, "IDLE_SECONDS", 0.05)
    driver = open_screen(size=(640, 360))
    cockpit, open_then = driver.cockpit, []
    cockpit.toggle_quick()
    Clock.schedule_once(lambda _: open_then.append(cockpit.quick is not None), quickpanel.IDLE_SECONDS)
    driver.press(PAGE_DOWN)  # in the same frame
    driver.until(lambda: cockpit.quick is None)
    assert open_then == [True]


def test_who_types_goes_on_until_the_panel_has_the_ring(drive):
    driver = drive(size=(640, 360), screen="person")
    driver.store.put_stream(DRIVING, PARKED)
    sound(driver, 0.4)
    field = driver.cockpit.screen.field
    driver.press(F12)
    for character in "Ann":
        Window.dispatch("on_textinput", character)
    driver.press(BACKSPACE)
    assert field.value == "An"
    driver.press(TAB)
    driver.press(ENTER)
    Window.dispatch("on_textinput", "n")
    assert asked(driver) == [0.45, 0.0]
    assert (driver.cockpit.current, field.value) == ("person", "An")


def test_an_engaged_control_is_engaged_again_after_the_panel(open_screen):
    driver = open_screen(size=(640, 360), screen="settings")
    focus = driver.cockpit.focus
    while not isinstance(focus.current, ValueSlider):
        driver.cockpit.rotary(1)
    driver.press(ENTER)
    slider = focus.current
    driver.press(F12)
    assert focus.current is driver.cockpit.quick.mute
    driver.press(ESCAPE)
    assert (focus.current, focus.engaged) == (slider, True)


def test_without_the_sound_service_only_the_display_is_set(open_screen):
    driver = open_screen(size=(640, 360))
    driver.store.put_stream(AUDIO, None)
    driver.frames(2)
    driver.press(F12)
    panel = driver.cockpit.quick
    assert driver.cockpit.focus.controls() == [panel.brightness, panel.theme]
    assert asked(driver) == []


def test_the_rotary_opens_it_sets_the_theme_and_is_back_where_it_was(open_screen):
    driver = open_screen(size=(640, 360), theme="night")
    focus = driver.cockpit.focus
    while focus.current is not driver.cockpit.status.sound:
        driver.cockpit.rotary(1)
    driver.press(ENTER)
    assert focus.current is driver.cockpit.quick.mute
    driver.cockpit.rotary(3)
    driver.press(ENTER)
    driver.cockpit.rotary(-1)
    driver.frames(2)
    assert look.theme().name == "day"
    assert focus.current is driver.cockpit.quick.theme  # built anew, and still engaged
    driver.cockpit.rotary(1)
    driver.frames(2)
    assert look.theme().name == "night"
    driver.press(ESCAPE)
    assert focus.current is driver.cockpit.status.sound


def test_the_ring_goes_into_the_screen_that_the_rotary_opens(open_screen):
    driver = open_screen(size=(640, 360))
    focus = driver.cockpit.focus
    while getattr(focus.current, "name", "") != "vehicle":
        driver.cockpit.rotary(1)
    driver.press(ENTER)
    assert driver.cockpit.current == "vehicle"
    assert focus.current in driver.cockpit.screen.walk(restrict=True)


def test_it_hides_no_notification(open_screen):
    driver = open_screen()
    driver.tap(driver.cockpit.status.sound)
    texts = {"en": Message(title="A door is open", text="Stop and close it.")}
    door = Notification(id="door", priority=Priority.CRITICAL, topic=Topic.DOORS, texts=texts, since=0.0)
    driver.store.put_stream(notices.CURRENT, Current(notification=door))
    driver.frames(2)
    assert driver.cockpit.quick.card.top < driver.cockpit.notice.card.y


@LAYOUTS
def test_everything_fits(open_screen, layout):
    driver = open_screen(**layout)
    driver.tap(driver.cockpit.status.sound)
    fits(driver.cockpit.quick.card)
    controls_keep_apart(driver.cockpit.quick.card)
