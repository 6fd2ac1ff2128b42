"""Settings of what is heard: the volume, the guidance's voice, and a voice to try."""

import pytest

from carservices.api.audio import Audio, AudioState
from carservices.api.navigation import Guidance, Navigation
from carservices.api.speech import Speech, SpeechState
from carservices_ui.restrictions import STREAM as DRIVING
from carservices_ui.store import Outcome
from carservices_ui.streams import AUDIO, GUIDANCE, SPEECH
from tests.ui.states import PARKED


@pytest.fixture
def sound(drive):
    """The rows, while their services are away."""
    driver = drive(screen="settings", language="de")
    driver.store.put_stream(DRIVING, PARKED)
    driver.frames(2)
    return driver, driver.cockpit.screen.part.sound


def show(driver, **states):
    for name, state in states.items():
        driver.store.put_stream({"audio": AUDIO, "guidance": GUIDANCE, "speech": SPEECH}[name], state)
    driver.frames(2)


def last(driver):
    contract, method, arguments, _ = driver.car.calls[-1]
    return contract, method, arguments


def test_without_the_services_nothing_can_be_set(sound):
    _, rows = sound
    assert not any(control.usable for control in (rows.volume, rows.guidance, rows.listen))
    assert rows.voice.detail.text == "Die Sprachausgabe ist nicht erreichbar"


def test_the_guidance_is_muted_and_a_refusal_puts_it_back(sound):
    driver, rows = sound
    show(driver, guidance=Guidance(), audio=AudioState(volume=0.3))
    assert (rows.guidance.value, rows.volume.value) == (True, 30)
    driver.tap(rows.guidance)
    assert last(driver) == (Navigation, "mute", {"on": True})
    driver.car.calls[-1][3](Outcome(True))
    show(driver, guidance=Guidance(muted=True))
    assert rows.guidance.value is False
    driver.tap(rows.guidance)
    driver.car.calls[-1][3](Outcome(False, reason="Es gibt keine Karte.", code="UNAVAILABLE", language="de"))
    driver.frames(2)
    assert rows.guidance.value is False
    assert "Es gibt keine Karte." in driver.cockpit.banner.text
    driver.tap(rows.volume, at=(0.5, 0.5))
    assert last(driver) == (Audio, "set_volume", {"volume": 0.5})


def test_a_choice_stays_until_its_own_call_has_ended(sound):
    """Guidance is said several times a second while driving, also between the tap and what it does."""
    driver, rows = sound
    show(driver, guidance=Guidance(), audio=AudioState(volume=0.3))
    driver.tap(rows.guidance)
    show(driver, guidance=Guidance(distance_m=90.0))
    assert rows.guidance.value is False
    for share in (0.4, 0.6):
        driver.tap(rows.volume, at=(share, 0.5))
    first, second = (call[3] for call in driver.car.calls[-2:])
    chosen = rows.volume.value
    first(Outcome(True))
    show(driver, audio=AudioState(volume=0.4))
    assert (rows.volume.value, rows.volume.phase) == (chosen, "pending")
    second(Outcome(False, reason="no"))
    driver.frames(2)
    assert rows.volume.value == 40


def test_the_voice_can_be_tried_or_says_what_is_missing(sound):
    driver, rows = sound
    show(driver, speech=SpeechState(cure="…"))
    assert rows.voice.detail.text == "Noch keine: espeak-ng installieren"
    assert not rows.listen.usable
    show(driver, speech=SpeechState(engine="eSpeak NG"))
    assert rows.voice.detail.text == "eSpeak NG"
    driver.cockpit.screen.part.scroll_y = 0.0
    driver.frames(2)
    driver.tap(rows.listen)
    contract, method, arguments = last(driver)
    assert (contract, method, arguments["language"]) == (Speech, "say", "de")
    assert arguments["text"] == "In 300 Metern rechts abbiegen."
