"""The speech service: the most urgent first, one owner reads, and nobody hangs when a voice or a player dies."""

import asyncio
import os
import shutil
import signal
import time

import numpy as np
import pytest

from carservices.api.audio import Audio
from carservices.api.navigation import Guidance, Navigation, Sentence
from carservices.api.speech import MOST_OF_OWNER, Priority, Speech
from carservices.bus import CallError
from carservices.services.audio.output import Clock
from carservices.services.audio.service import AudioService
from carservices.services.audio.sources import RATE
from carservices.services.speech.engine import Sound
from carservices.services.speech.espeak import PROGRAM, Espeak
from carservices.services.speech.service import SpeechService
from carservices.testing import car

READER, OTHER = "org.example.reader", "org.example.other"
needs_voice = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed")


class Tones:
    """An engine whose sentences are told apart by their loudness: "7 …" sounds as 700 for as long as it has letters.

    One that "waits" lasts a minute the first time, so that a busy machine sees it as well.
    """

    name = "tones"
    voices = {"en": "high", "de": "low"}  # noqa: RUF012

    def locate(self):
        pass

    def __init__(self):
        self.waited = set()

    async def speak(self, text, voice):
        level = 100 * int(text.split()[0])
        long = "waits" in text and text not in self.waited
        self.waited.add(text)
        return Sound(np.full(8000 * 60 if long else len(text) * 200, level, "<i2").tobytes(), 8000)


class Played:
    """What has been heard, as the levels of the sentences in their order."""

    def __init__(self):
        self.blocks = []

    def hear(self, block):
        self.blocks.append(block[:, 0].copy())

    @property
    def sound(self):
        return np.concatenate(self.blocks).astype(int)

    @property
    def levels(self):
        if not self.blocks:
            return []
        sound = self.sound
        begins = np.flatnonzero(np.diff(sound, prepend=-1))
        long = np.diff(begins, append=len(sound)) > 500  # and no step of a ramp
        return [int(level) // 100 for level in sound[begins[long]] if level]


@pytest.fixture
def played():
    return Played()


@pytest.fixture
async def speaking(tmp_path, played):
    """A car with a fast player that speaks in tones; the volume is full."""

    def audio():
        return AudioService(tmp_path / "state", music=tmp_path, output=lambda: Clock(10.0, played.hear))

    async with car(services=[audio, lambda: SpeechService(Tones())]) as c:
        await c.service(Audio).set_volume(1.0)
        yield c


async def until(c, condition):
    return await c.until_state(c.service(Speech).state, condition)


async def silence(c):
    return await until(c, lambda state: state.speaking is None)


def place(state):
    """Who speaks, and which sentence."""
    return (state.speaking.owner, state.speaking.sentence) if state.speaking else None


async def heard(played, level):
    while level not in played.levels:  # noqa: ASYNC110 - there is nothing to wait on
        await asyncio.sleep(0.01)


async def test_what_is_urgent_interrupts_a_reading_that_then_goes_on(speaking, played):
    speech = speaking.service(Speech)
    await speech.say(READER, "1 one is said. 2 two waits and is interrupted. 3 three is the end.", "en")
    await heard(played, 2)
    await speech.say("service.alert", "5 an alert waits.", "en", Priority.ALERT)
    await heard(played, 5)
    await speech.say("navigation", "6 a turn waits.", "en", Priority.GUIDANCE)
    state = await until(speaking, lambda state: place(state) == ("navigation", 0))
    assert [(one.owner, one.sentence) for one in state.waiting] == [("service.alert", 0), (READER, 1)]
    await heard(played, 6)
    await speech.hush("navigation")
    assert (await silence(speaking)).problem is None
    assert played.levels == [1, 2, 5, 6, 5, 2, 3]


async def test_one_owner_reads_at_a_time_and_each_is_bounded(speaking, played):
    speech = speaking.service(Speech)
    await speech.say(READER, "1 one is never heard to its end. " * 50, "en")
    numbers = [await speech.say(OTHER, f"{n} text waits.", "de-AT") for n in (2, 3)]
    state = await until(speaking, lambda state: place(state) == (OTHER, 0))
    assert [state.speaking.number, state.waiting[0].number] == numbers
    for _ in range(MOST_OF_OWNER - len(numbers)):
        await speech.say(OTHER, "1 more. " * 9, "en")
    with pytest.raises(CallError, match=rf"^{MOST_OF_OWNER} texts of {OTHER} wait already"):
        await speech.say(OTHER, "4 one too many.", "en")
    await speech.hush(READER)
    assert place(await until(speaking, lambda state: True)) == (OTHER, 0)
    await speech.hush(OTHER)
    assert (await silence(speaking)).waiting == ()
    await speech.say(OTHER, "1 left out. 2 left out. 8 begins here.", "en", sentence=2)
    await silence(speaking)
    assert played.levels[-1] == 8


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("• … !", "en", "nothing in the text can be said"),
        ("Hyvää päivää.", "fi", "the car does not speak 'fi': it speaks en, de"),
        ("word " * 5000, "en", "at most 20000 characters"),
    ],
)
async def test_what_cannot_be_said_is_refused(speaking, text, language, words):
    with pytest.raises(CallError, match=words) as raised:
        await speaking.service(Speech).say(READER, text, language)
    assert raised.value.code == "INVALID_ARGUMENT"


async def test_guidance_is_spoken_once_in_its_moment_and_ends_when_it_is_muted(speaking, played):
    navigation = Navigation()
    navigation.car = await speaking.connect("navigation")

    def guide(number, words, late=0.0):
        sentence = Sentence(id=number, text=f"{number} {words}", language="de", at=time.time() - late)
        navigation.guidance.publish(Guidance(sentence=sentence))

    guide(1, "was due long ago.", late=60.0)
    guide(2, "is due.")
    await heard(played, 2)
    await silence(speaking)
    guide(2, "is due.")
    guide(3, "waits and is replaced by the newer one.")
    await heard(played, 3)
    guide(4, "is newer.")
    await heard(played, 4)
    await silence(speaking)
    assert played.levels == [2, 3, 4]
    guide(5, "waits and is muted.")
    await heard(played, 5)
    navigation.guidance.publish(Guidance(muted=True))
    await silence(speaking)


async def test_without_its_player_a_text_ends_with_the_reason_and_the_next_is_heard(speaking, tmp_path, played):
    speech = speaking.service(Speech)
    await speech.say(READER, "1 one waits.", "en")
    await heard(played, 1)
    await speaking.kill_service("audio")
    assert "audio" in (await silence(speaking)).problem
    await speaking.start_service(lambda: AudioService(tmp_path, output=lambda: Clock(10.0, played.hear)))
    await speaking.service(Audio).set_volume(1.0)
    await speech.say(READER, "9 is heard.", "en")
    assert (await silence(speaking)).problem is None
    assert played.levels[-1] == 9


async def test_whoever_listens_hears_the_driver_and_readings_wait_meanwhile(speaking, played):
    speech = speaking.service(Speech)
    with pytest.raises(CallError, match="nobody listens now"):
        await speech.tell("charging station")
    await speech.say(READER, "1 one waits. 2 two.", "en")
    await heard(played, 1)
    listening = asyncio.create_task(speech.listen("shell", "de"))
    state = await until(speaking, lambda state: state.listener is not None)
    assert (state.listener, state.speaking, len(state.waiting)) == ("shell", None, 1)
    with pytest.raises(CallError, match="shell listens already"):
        await speech.listen(OTHER, "en")
    await speech.say("navigation", "6 a turn.", "en", Priority.GUIDANCE)
    await heard(played, 6)
    assert await speech.tell("  Lade\tsäule ") == "shell"
    assert await listening == "Lade säule"
    assert (await silence(speaking)).listener is None
    assert played.levels == [1, 6, 1, 2]
    assert await speech.listen("shell", "en", 1.0) == ""


# -- the voice of Debian -----------------------------------------------------------------------------------------------


@needs_voice
async def test_each_language_has_a_voice_of_its_own(played, tmp_path):
    def audio():
        return AudioService(tmp_path, output=lambda: Clock(40.0, played.hear))

    async with car(services=[audio, SpeechService]) as c:
        await c.service(Audio).set_volume(1.0)
        assert (await until(c, lambda state: True)).engine == "eSpeak NG"
        sounds = []
        for language in ("en", "de", "fr"):
            played.blocks.clear()
            await c.service(Speech).say(READER, "In 300 Metern [[ -v & <b>$(x)`", language)
            assert (await silence(c)).problem is None
            sounds.append(played.sound[np.flatnonzero(played.sound)[0] :])
    assert all(RATE < len(np.trim_zeros(sound)) < 15 * RATE and np.abs(sound).max() > 5000 for sound in sounds)
    assert len({sound[: 2 * RATE].tobytes() for sound in sounds}) == 3


@pytest.fixture
def voice(tmp_path, monkeypatch):
    """A program in the place of the voice: the lines of a shell script."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    (tmp_path / "bin").mkdir()

    def write(script):
        program = tmp_path / "bin" / PROGRAM
        program.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/pids\n{script}\n")
        program.chmod(0o755)
        return tmp_path / "pids"

    return write


def silent():
    return AudioService(output=Clock)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exec sleep 600", "has said nothing for 0.2 s"),
        ("kill -9 $$", "ended with -9"),
        ("cat", "made no sound of it"),
        ("exit 3", "ended with 3"),
        ("exec yes RIFF", "does not come to an end"),
    ],
)
async def test_a_voice_that_fails_is_told_and_leaves_nothing_behind(voice, script, words):
    pids = voice(script)
    async with car(services=[silent, lambda: SpeechService(Espeak(0.2))]) as c:
        await c.service(Speech).say(READER, "One. Two.", "en")
        assert words in (await silence(c)).problem
    for pid in map(int, pids.read_text().split()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_voice_killed_in_the_middle_is_asked_again(voice):
    pids = voice("exec sleep 600")
    async with car(services=[silent, SpeechService]) as c:
        await c.service(Speech).say(READER, "One.", "en")
        for tries in (1, 2):
            while not pids.exists() or len(pids.read_text().split()) < tries:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            os.kill(int(pids.read_text().split()[-1]), signal.SIGKILL)
        assert "ended with -9" in (await silence(c)).problem


async def test_without_a_voice_the_cure_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    async with car(services=[silent, SpeechService]) as c:
        state = await until(c, lambda state: True)
        assert (state.engine, state.cure) == (None, "the car has no voice: `apt install espeak-ng` gives it one")
        with pytest.raises(CallError, match="apt install espeak-ng") as raised:
            await c.service(Speech).say(READER, "One.", "en")
        assert raised.value.code == "UNAVAILABLE"
