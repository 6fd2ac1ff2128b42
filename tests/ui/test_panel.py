"""The panel's tabs, driven frame by frame with a car that answers at once."""

import asyncio
from contextlib import contextmanager

import pytest
from kivy.core.window import Window

from carservices.api.speech import Speech, SpeechState
from carservices.signals import Catalogue, Datatype, SignalConfig, Status
from carservices.testing import car
from carservices_emulator.hal import EmulatorHal
from carservices_ui import i18n
from carservices_ui.look import color
from carservices_ui.panel.backend import PanelLink
from carservices_ui.panel.tabs import TABS
from carservices_ui.store import Outcome, Store
from carservices_ui.streams import SPEECH
from tests.ui.panels import GEAR, SPEED, VERBS, FakeEmulator, PanelDriver


@pytest.fixture
def panel(swept):
    drivers = []

    def open_panel(*arguments, **options):
        drivers.append(PanelDriver(*arguments, **options))
        return drivers[-1]

    yield open_panel
    for driver in drivers:
        driver.close()


@pytest.mark.parametrize("tab", [info.name for info in TABS])
def test_every_tab_survives_a_lost_hub_and_another_hal(panel, tab):
    driver = panel(tab)
    notice = lambda: driver.tab._notice and driver.tab._notice.words  # noqa: E731
    assert not notice()
    driver.store.put_link(False)
    driver.frames(2)
    assert "No car" in driver.panel._header._title.text
    if tab != "signals":
        assert "comes back by itself" in notice()
        assert driver.tab.content.disabled
    driver.store.put_link(True)
    driver.backend.emulator = None
    driver.refresh()
    assert (tab == "signals") == (not notice())
    if tab != "signals":
        assert "kuksa" in notice()
    driver.backend.emulator = "emulator"
    driver.refresh()
    assert not notice()
    assert not driver.tab.content.disabled


def test_the_driver_says_what_is_typed_once_the_car_listens(panel):
    driver = panel("drive")
    group = driver.tab.speaking
    driver.store.put_stream(SPEECH, SpeechState())
    driver.frames(2)
    assert not group.say.usable
    driver.store.put_stream(SPEECH, SpeechState(listener="shell"))
    driver.frames(2)
    assert group.state.text == "The car listens now."
    group.field.text = " charging station "
    group.say.tap()
    contract, method, arguments, ended = driver.backend.calls[-1]
    assert (contract, method, arguments) == (Speech, "tell", {"text": "charging station"})
    ended(Outcome(True, "shell"))
    driver.frames(2)
    assert group.field.text == ""


def test_the_car_follows_navigation_misses_a_turn_and_enters_a_tunnel(panel):
    driver = panel("drive")
    guided = driver.tab.guided
    driver.click(guided.following)
    assert driver.backend.following
    driver.refresh()
    assert guided.following.value is True
    driver.press("Miss the next turn", guided)
    assert "there is no turn to miss" in driver.said
    driver.press("Tunnel, 500 m", guided)
    driver.press("Streets", guided)
    assert driver.backend.commands == [("tunnel", {"length": 500.0}), ("gnss", {"quality": "urban"})]
    driver.backend.following = False  # somebody took the wheel
    driver.refresh()
    assert guided.following.value is False


def test_the_table_holds_only_the_rows_that_are_seen(panel):
    driver = panel("signals")
    table = driver.tab.table
    everything = len(Catalogue.default())
    assert len(table.paths) == everything
    assert len(table.rows) < 30
    table.scroll(table.travel)
    driver.frames()
    assert table.rows[-1].path == table.paths[-1]
    driver.tab.query.text = "door isopen"
    driver.frames()
    assert {row.path for row in table.rows} == {path for path in table.paths if "Door" in path and "IsOpen" in path}
    assert driver.tab.count.text == f"{len(table.paths)} of {everything}"
    assert driver.tab.nothing.text == ""
    driver.tab.query.text = "warp"
    assert driver.tab.nothing.text == "No signal matches the search."


def test_every_path_can_be_read_to_its_end(panel):
    driver = panel("signals")
    table = driver.tab.table
    for longest in (len, lambda path: len(path.rpartition(".")[2])):
        table.paths = sorted(Catalogue.default(), key=longest)[-10:]
        driver.frames()
        shown = [f"Vehicle.{row.branch.text}.{row.name.text}".replace("..", ".") for row in table.rows]
        assert shown == table.paths
        assert [
            cell.text for row in table.rows for cell in (row.name, row.branch, row.config) if cell.is_shortened
        ] == []


def test_the_table_shows_values_and_states(panel):
    driver = panel("signals")
    driver.tab.query.text = SPEED
    driver.put(SPEED, 49.98765)
    driver.tab.table.refresh()
    (row,) = driver.tab.table.rows
    assert (row.value.text, row.unit.text, row.status) == ("49.988", "km/h", Status.AVAILABLE)
    driver.put(SPEED, None, Status.ERROR)
    driver.tab.table.refresh()
    assert (row.value.text, row.status) == ("–", Status.ERROR)


def test_setting_a_signal_shows_how_it_ended(panel):
    driver = panel("signals")
    driver.tab.query.text = GEAR
    driver.click(driver.tab.table, at=(0.3, 0.98))
    detail = driver.tab.detail
    assert detail.path == GEAR
    driver.press("Set", detail)
    ((path, value, on_outcome),) = driver.backend.sets
    assert path == GEAR
    assert detail.outcome.text == "sent …"
    on_outcome(Outcome(False, reason="press the brake"))
    driver.frames()
    assert "press the brake" in detail.outcome.text
    assert "press the brake" in driver.said
    on_outcome(Outcome(True))
    driver.frames()
    assert "confirmed" in detail.outcome.text
    assert value in (-1, 0, 126, 127)


def test_what_cannot_be_typed_is_not_sent(panel):
    driver = panel("signals")
    driver.tab.query.text = "ChargeLimit"
    driver.tab.table.step(1)
    detail = driver.tab.detail
    detail.entry.text = "700"
    detail.set()
    assert not driver.backend.sets
    assert "to 100" in detail.outcome.text


def test_breaking_a_sensor_of_the_emulator_and_of_another_hal(panel):
    driver = panel("signals")
    driver.tab.query.text = SPEED
    driver.tab.table.selected = SPEED
    detail = driver.tab.detail
    driver.press("Stuck", detail)
    detail.entry.text = "88"
    driver.press("Inject", detail)
    driver.press("Clear", detail)
    assert driver.backend.commands == [
        ("fail", {"path": SPEED, "mode": "stuck"}),
        ("inject", {"path": SPEED, "value": 88.0}),
        ("clear", {"path": SPEED}),
    ]
    driver.backend.emulator = None
    driver.refresh()
    driver.press("Error", detail)
    detail.inject(12.0)
    assert driver.backend.injected == [(SPEED, None, Status.ERROR), (SPEED, 12.0, Status.AVAILABLE)]
    assert "Stuck" not in [getattr(getattr(w, "label", None), "text", "") for w in detail.walk()]


def test_pedals_follow_the_pointer_and_spring_back(panel):
    driver = panel("drive")
    driver.click(driver.tab.accelerator, at=(0.5, 0.3), to=(0.5, 0.95))
    assert [arguments for _, arguments in driver.backend.commands][-2:] == [{"accelerator": 1.0}, {"accelerator": 0.0}]
    driver.click(driver.tab.hold)
    driver.click(driver.tab.brake, at=(0.5, 0.3), to=(0.5, 0.95))
    assert driver.tab.brake.wanted == 1.0
    driver.click(driver.tab.wheel, at=(0.5, 0.8), to=(0.2, 0.5))
    assert 45 < driver.tab.wheel.wanted < 135


def test_keys_drive_while_the_tab_is_shown(panel):
    driver = panel("drive")
    Window.dispatch("on_key_down", 119, 0, "w", [])
    driver.tab._tick(0.5)
    driver.frames()
    verb, arguments = driver.backend.commands[-1]
    assert (verb, arguments["accelerator"] >= 0.6) == ("pedals", True)
    Window.dispatch("on_key_up", 119, 0)
    driver.tab._tick(1)
    driver.frames()
    assert driver.backend.commands[-1] == ("pedals", {"accelerator": 0.0})
    driver.panel.show("weather")
    before = len(driver.backend.commands)
    Window.dispatch("on_key_down", 119, 0, "w", [])
    driver.frames(2)
    assert len(driver.backend.commands) == before


def test_gear_driver_and_what_the_hal_refuses(panel):
    driver = panel("drive")
    driver.put(GEAR, 126)
    assert driver.tab.gear.value == "P"
    driver.press("D", driver.tab.gear)
    driver.backend.refusal = "press\nthe brake"
    driver.press("WLTC", driver.tab.driver)
    assert driver.backend.commands == [("gear", {"gear": "D"}), ("driver", {"name": "wltc"})]
    assert driver.said == "driver wltc: press the brake"


def test_a_long_reason_can_be_read_to_its_end(panel):
    driver = panel("drive")
    driver.backend.refusal = f"/home/me/{'a-long-folder/' * 6}story.toml:3: at.0: Input should be less than 55; got 90"
    driver.press("WLTC")
    driver.frames()
    said = next(part for part in driver.panel.walk() if getattr(part, "text", "") == driver.said)
    assert not said.is_shortened
    assert said.texture_size[0] <= said.width
    assert said.texture_size[1] <= said.height


def test_a_verb_the_hal_does_not_know_is_dimmed(panel):
    backend = FakeEmulator()
    backend.status["choices"]["commands"] = ["gear"]
    driver = panel("drive", backend)
    assert (driver.tab.driver.disabled, driver.tab.gear.disabled) == (True, False)
    driver.press("Trip", driver.tab.driver)
    assert not backend.commands


def test_doors_seats_and_cable(panel):
    driver = panel("car")
    driver.click(driver.tab.view.doors["Row1.DriverSide"])
    driver.click(driver.tab.view.lids["trunk"])
    driver.click(driver.tab.view.seats["Row2.DriverSide"])
    driver.press("DC 50", driver.tab.station)
    driver.press("Plug in")
    driver.press("Unplug")
    assert driver.backend.commands == [
        ("door", {"door": "Row1.DriverSide", "open": True}),
        ("door", {"door": "trunk", "open": True}),
        ("seat", {"seat": "Row2.DriverSide", "occupied": True, "belted": True}),
        ("plug", {"kind": "dc", "power_kw": 50.0}),
        ("unplug", {}),
    ]


def test_weather_sliders_show_and_change_it(panel):
    driver = panel("weather")
    slider, cell, *_ = driver.tab.sliders["temperature"]
    assert (slider.value, cell.text) == (20.0, "20 °C")
    driver.click(slider, at=(0.02, 0.5))
    assert driver.backend.commands == [("weather", {"temperature": -40.0})]
    driver.press("Night")
    assert driver.backend.commands[-1] == ("weather", {"sun": 0.0, "light": 1.0})
    driver.backend.status["hour"] = 21.5
    driver.refresh()
    assert driver.tab.sliders["hour"][1].text == "21:30"


def test_faults_even_unknown_ones_and_broken_sensors(panel):
    driver = panel("faults")
    assert list(driver.tab.toggles) == ["abs", "brand-new"]
    driver.click(driver.tab.toggles["brand-new"])
    assert driver.backend.commands == [("fault", {"name": "brand-new", "on": True})]
    driver.backend.status |= {"faults": ["abs"], "sensors": {SPEED: "stuck"}}
    driver.refresh()
    assert driver.tab.toggles["abs"].value is True
    assert "stuck" in [getattr(w, "text", "") for w in driver.tab.sensors.walk()]


def test_scenario_player(panel, tmp_path):
    driver = panel("scenario")
    tab = driver.tab
    marked = list(color("on_accent"))
    assert [row.label.text for row in tab.list.body.children if row.label.color == marked] == ["city"]
    driver.press("wltc", tab.list)
    driver.press("Pause" if not driver.backend.status["paused"] else "Play")
    driver.press("10×")
    driver.click(tab.seek, at=(0.5, 0.56))
    tab.file.text = str(tmp_path / "drive.jsonl")
    driver.press("Record")
    driver.backend.status["recording"] = tab.file.text
    driver.refresh()
    driver.press("Stop recording")
    driver.press("Replay")
    verbs = dict(driver.backend.commands[:4])
    assert verbs.pop("seek")["seconds"] == pytest.approx(900, abs=20)
    assert verbs == {"scenario": {"name": "wltc"}, "pause": {"on": False}, "speed": {"factor": 10.0}}
    assert driver.backend.commands[4:] == [
        ("record", {"file": tab.file.text}),
        ("record", {}),
        ("replay", {"file": tab.file.text}),
    ]
    driver.backend.status |= {"replay": tab.file.text, "events": []}
    driver.refresh()
    assert [row.text for row in tab.events.body.children] == ["A recording plays; nothing else is planned."]


@contextmanager
def linked(run_dir):
    store = Store()
    link = PanelLink(store, run_dir, "tool")
    link.start()
    try:
        yield store, link
    finally:
        link.close()


async def test_a_command_takes_effect_in_the_real_emulator():
    async with car(EmulatorHal(EmulatorHal.Options(scenario="parked"))) as c:
        with linked(c.run_dir) as (store, link):

            async def answer(ask, *arguments):
                outcomes = []
                ask(*arguments, outcomes.append)
                async with asyncio.timeout(20):
                    while not outcomes:
                        store.drain()
                        await asyncio.sleep(0.01)
                return outcomes[0]

            while not (survey := await answer(link.survey)).ok:
                assert not survey.reason
            assert survey.result.emulator == "emulator"
            assert set(VERBS) <= set(survey.result.status["choices"]["commands"])
            assert survey.result.configs[SPEED] == SignalConfig.model_validate(
                survey.result.configs[SPEED].model_dump()
            )
            assert survey.result.configs[SPEED].datatype is Datatype.FLOAT
            assert (await answer(link.control, "emulator", "weather", {"temperature": -11.0})).ok
            await c.until("Vehicle.Exterior.AirTemperature", -11.0)
            assert (await answer(link.survey)).result.status["weather"]["temperature"] == -11.0
            refused = await answer(link.control, "emulator", "levitate", {})
            assert not refused.ok
            assert "levitate" in refused.reason
            assert (await answer(link.inject, SPEED, 77.0, Status.AVAILABLE)).ok


@pytest.mark.parametrize("tab", [info.name for info in TABS])
def test_it_follows_the_language_and_stays_on_its_tab(panel, tab):
    driver = panel(tab)
    titles = {language: _titles(driver, language) for language in ("de", "fr", "en")}
    assert driver.panel.current == tab
    assert all(titles[language] == {i18n.table(language)[info.title] for info in TABS} for language in titles)


def test_the_scenario_is_told_in_the_language_if_it_has_words(panel):
    driver = panel("scenario")
    told = {language: {text.text for text in _texts(driver, language)} for language in ("de", "fr")}
    assert {"Stadt", "Eine Fahrt."} <= told["de"]
    assert {"City", "A drive."} <= told["fr"]


def _titles(driver, language):
    return {text.text for text in _texts(driver, language)} & {i18n.table(language)[info.title] for info in TABS}


def _texts(driver, language):
    driver.language = language
    driver.refresh()
    return [widget for widget in driver.panel.walk() if hasattr(widget, "text")]


@pytest.mark.parametrize("tab", [info.name for info in TABS])
def test_nothing_is_drawn_while_nothing_changes(panel, tab):
    driver = panel(tab)
    flips = []
    Window.bind(on_flip=flips.append)
    try:
        for _ in range(40):  # scroll bars fade out first
            flips.clear()
            for _ in range(3):
                driver.refresh()
                driver.panel.desk.signals.sample()
                driver.frames(3)
            if not flips:
                break
    finally:
        Window.unbind(on_flip=flips.append)
    assert flips == []
