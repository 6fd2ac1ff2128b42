"""The widgets that choose values, the list, the banner and the dialog."""

import pytest
from kivy.graphics import Callback
from kivy.uix.widget import Widget

from carservices.signals import Value
from carservices_ui.binding import bind_signal
from carservices_ui.icons import ICONS
from carservices_ui.widgets import (
    Banner,
    Dialog,
    IconToggle,
    Layer,
    LevelButton,
    ListRow,
    Segmented,
    Stepper,
    Text,
    TextButton,
    Toggle,
    ValueSlider,
)

PATH = "Vehicle.Cabin.Light.IsDomeOn"


@pytest.fixture
def driver(drive):
    """A cockpit with an empty screen to put a widget on."""
    driver = drive()
    driver.cockpit.screen.clear_widgets()
    return driver


def place(driver, widget, **at):
    widget.pos_hint = at or {"center_x": 0.5, "center_y": 0.5}
    driver.cockpit.screen.add_widget(widget)
    driver.frames(2)
    return widget


@pytest.mark.parametrize(
    ("make", "start", "at", "chosen"),
    [
        (Toggle, False, (0.5, 0.5), True),
        (Toggle, True, (0.5, 0.5), False),
        (lambda: IconToggle("ac_unit"), None, (0.5, 0.5), True),
        (lambda: LevelButton("seat_heat_left"), 0, (0.5, 0.5), 3),
        (lambda: LevelButton("seat_heat_left"), 2, (0.5, 0.5), 1),
        (lambda: ValueSlider(low=0, high=100, step=10), 0, (0.5, 0.5), 50),
        (lambda: ValueSlider(low=0, high=100, step=10), 50, (0.99, 0.5), 100),
        (lambda: Stepper(low=16, high=28, step=0.5), 20.0, (0.9, 0.5), 20.5),
        (lambda: Stepper(low=16, high=28, step=0.5), 16.0, (0.1, 0.5), None),
        (lambda: Segmented([("a", "A"), ("b", "B"), ("c", "C")]), "a", (0.9, 0.5), "c"),
    ],
)
def test_a_tap_chooses(driver, make, start, at, chosen):
    widget = make()
    seen = []
    widget.bind(on_choose=lambda _, value: seen.append(value))
    widget.value = start
    place(driver, widget)
    driver.tap(widget, at)
    assert seen == ([] if chosen is None else [chosen])


def test_a_slider_follows_the_finger_and_chooses_once(driver):
    slider = place(driver, ValueSlider(low=0, high=100, step=1, value=0))
    seen = []
    slider.bind(on_choose=lambda _, value: seen.append(value))
    x, y = slider.to_window(*slider.center)
    driver.swipe((x, y), (x + 200, y))
    assert seen == [100]


def test_taps_in_quick_succession_add_up_and_only_the_last_counts(driver):
    stepper = place(driver, Stepper(low=16, high=28, step=0.5))
    bind_signal(driver.cockpit.ui, stepper, PATH)
    driver.put({PATH: 20.0})
    for _ in range(3):
        driver.tap(stepper.more)
    assert [value for _, value, _ in driver.car.sets] == [20.5, 21.0, 21.5]
    last = driver.car.sets.pop()
    driver.answer()
    assert (stepper.value, stepper.phase) == (21.5, "pending")
    driver.store.put(Value(*last[:2], 0))
    driver.car.sets.append(last)
    driver.answer()
    assert (stepper.value, stepper.phase) == (21.5, "confirmed")


def test_a_control_of_two_signals_is_refused_when_one_is(driver):
    toggle = place(driver, Toggle())
    bind_signal(driver.cockpit.ui, toggle, PATH, also=("Vehicle.Other",))
    driver.put({PATH: False, "Vehicle.Other": False})
    driver.tap(toggle)
    (_, _, first), (_, _, second) = driver.car.sets
    from carservices_ui.store import Outcome

    first(Outcome(True))
    second(Outcome(False, reason="no"))
    driver.frames(2)
    assert toggle.phase == "refused"


def test_a_signal_in_another_unit_is_translated_both_ways(driver):
    level = place(driver, LevelButton("seat_heat_left"))
    bind_signal(driver.cockpit.ui, level, PATH, show=lambda percent: round(percent / 33), send=lambda n: n * 33)
    driver.put({PATH: 66})
    assert level.value == 2
    driver.tap(level)
    assert driver.car.sets[0][:2] == (PATH, 33)


def test_a_row_leads_on_but_an_inert_one_leaves_the_touch_to_its_control(driver):
    seen = []
    toggle = Toggle()
    toggle.bind(on_choose=lambda *_: seen.append("toggle"))
    inert = ListRow("Light", end=toggle, inert=True, size_hint=(0.5, None))
    inert.bind(on_release=lambda *_: seen.append("inert"))
    row = ListRow("More", detail="About", icon="info", leads=True, size_hint=(0.5, None))
    row.bind(on_release=lambda *_: seen.append("row"))
    place(driver, inert, x=0, top=1)
    place(driver, row, x=0, y=0)
    for widget in (inert, toggle, row):
        driver.tap(widget)
    assert seen == ["toggle", "row"]
    assert inert not in driver.cockpit.focus.controls()
    assert toggle in driver.cockpit.focus.controls()


def test_a_banner_holds_its_words_and_goes_with_a_touch(driver):
    driver.cockpit.tell("The trunk is open", "warning", "heat")
    driver.frames(3)
    banner = driver.cockpit.banner
    text = next(w for w in banner.walk() if isinstance(w, Text) and len(w.text) > 1 and w.text == banner.text)
    assert banner.x < text.x
    assert text.right < banner.right
    driver.tap(banner)
    assert list(driver.widgets(Banner)) == []


def test_a_dialog_takes_the_whole_window_until_answered(driver):
    seen = []
    behind = place(driver, TextButton("Behind"))
    behind.bind(on_release=lambda *_: seen.append("behind"))
    driver.cockpit.ask(Dialog("Sure?", "Really.", [("No", "plain", lambda: seen.append("no"))]))
    driver.frames(2)
    driver.tap(behind, (0.01, 0.5))
    assert seen == []
    driver.tap(next(button for button in driver.widgets(TextButton) if button.label.text == "No"))
    assert seen == ["no"]
    assert list(driver.widgets(Dialog)) == []


def test_every_icon_of_the_table_is_in_the_fonts():
    from kivy.core.text import Label as CoreLabel

    from carservices_ui.look import ICONS as OUTLINE
    from carservices_ui.look import ICONS_FILLED

    for font in (OUTLINE, ICONS_FILLED):
        for name, code in ICONS.items():
            label = CoreLabel(text=chr(code), font_name=font, font_size=40)
            label.refresh()
            assert any(label.texture.pixels), f"{name} is not drawn by {font}"


def test_a_layer_is_drawn_before_the_window_begins(driver):
    other, layer, drawn = place(driver, Widget()), place(driver, Layer()), []
    layer.add_widget(inside := Widget())
    for widget, name in ((other, "window"), (inside, "layer")):
        with widget.canvas:
            Callback(lambda _, name=name: drawn.append(name))
    driver.frames(1)
    assert drawn == ["layer", "window"]
