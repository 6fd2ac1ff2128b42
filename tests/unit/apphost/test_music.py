"""The car's own Music as a real process on the real audio service: without a gap, and with one owner at a time."""

import os
import shutil
import signal
import threading
import wave
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from carservices.api.audio import Audio
from carservices.services.audio.output import Clock
from carservices.services.audio.service import AudioService
from carservices.services.audio.sources import CHANNELS, RATE
from tests.unit.apphost.conftest import shown, until, write_bundle

MUSIC, OTHER = "org.carservices.music", "org.example.other"
APPS = Path(__file__).parents[3] / "apps"
PLAYS = """
from carservices.app import *
class Main(App):
    async def on_start(self):
        await self.audio.play("music:Ines/Hours/2 Noon.wav")
        self.play(MediaState("playing", Track("Something else")))
    def view(self):
        return ListTemplate("Other", [Row("x")])
"""
PARTS = ("rows", "items", "actions")


class Held(Clock):
    """Nothing is heard before `begin` is set; then at twice the pace."""

    def __init__(self, heard):
        super().__init__(2.0, heard)
        self.begin = threading.Event()

    def start(self, pull):
        super().start(lambda frames: pull(frames) if self.begin.is_set() else np.zeros((frames, CHANNELS), np.int16))


def tone(path, samples):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((CHANNELS, 2, RATE, 0, "NONE", ""))
        file.writeframes(np.repeat(samples[:, None], CHANNELS, axis=1).astype(np.int16).tobytes())


@pytest.fixture
def ramp():
    """No sample is silent, and each differs from its neighbour."""
    return (np.arange(RATE) % 20_000 + 1000).astype(np.int16)


@pytest.fixture
def folder(tmp_path, places, ramp):
    music = tmp_path / "Music"
    tone(music / "Ines" / "Hours" / "1 Dawn.wav", ramp[: RATE // 2])
    tone(music / "Ines" / "Hours" / "2 Noon.wav", np.concatenate([ramp[RATE // 2 :], np.tile(ramp, 59)]))
    places.folders["music"] = music
    shutil.copytree(APPS / MUSIC, places.builtin / MUSIC, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    wants = dict.fromkeys(("files:music", "call:audio.play"), "plays")
    write_bundle(places.builtin, PLAYS, OTHER, category="media", permissions=wants)
    return music


def titled(title):
    """Something with this title that is not loading is in front."""
    return shown(lambda s: s.tree is not None and s.tree[1].get("title") == title and not s.tree[1].get("loading"))


async def tap(c, wanted, title):
    """Tap what has this title on the screen that ``wanted`` waits for."""
    front = await c.until_state(c.apps.screen, wanted)
    screen = front.screen
    nodes = [fields for _, fields in chain(*(screen.tree[1].get(part, ()) for part in PARTS))]
    (action,) = [node["on_click"] for node in nodes if node.get("title") == title]
    await c.apps.action(screen.app, screen.seq, action)


def plays(app, states, title):
    """The mini-player shows this, in one of these states."""

    def condition(player):
        media = player.media
        shown = media and media.tree[1]
        return shown and (media.app, shown["track"][1]["title"]) == (app, title) and shown["state"] in states

    return condition


async def test_music_sounds_without_a_gap_yields_and_goes_on(garage, places, folder, ramp, tmp_path):
    heard = []
    output = Held(lambda block: heard.append(block.copy()) if output.begin.is_set() else None)
    async with garage(lambda: AudioService(tmp_path / "state", music=folder, output=lambda: output)) as c:
        audio = c.service(Audio)
        await audio.set_volume(1.0)
        for app in (MUSIC, OTHER):
            await c.apps.grant(app, "files:music")
        await c.apps.open(MUSIC)
        await tap(c, titled("Music"), "Albums")
        await tap(c, titled("Albums"), "Hours")
        await tap(c, titled("Hours"), "Play")
        await c.until_state(audio.state, lambda s: s.queued == "music:Ines/Hours/2 Noon.wav")
        await c.until_state(c.apps.media, plays(MUSIC, ("buffering", "playing"), "Dawn"))
        output.begin.set()
        await c.until_state(c.apps.media, plays(MUSIC, ("playing",), "Noon"))
        await until(lambda: sum(map(len, heard)) > RATE)

        await c.apps.open(OTHER)
        await c.until_state(c.apps.media, plays(OTHER, ("playing",), "Something else"))
        assert (await audio.state.last()).owner == OTHER
        await c.apps.close(OTHER)
        player = await c.until_state(c.apps.media, plays(MUSIC, ("paused",), "Noon"))
        assert (await audio.state.last()).owner is None
        await c.apps.action(MUSIC, player.media.seq, player.media.tree[1]["on_play"])
        state = await c.until_state(audio.state, lambda s: s.owner == MUSIC and s.playing)
        assert (state.source, state.queued) == ("music:Ines/Hours/2 Noon.wav", None)

        (pid,) = [one.pid for one in (await c.apps.apps.last()).apps if one.id == MUSIC]
        os.kill(pid, signal.SIGKILL)
        await c.until_state(audio.state, lambda s: s.owner is None and not s.playing)
        await c.until_state(c.apps.media, lambda player: player.media is None)
    sound = np.concatenate(heard)[:, 0]
    begin = np.nonzero(sound == ramp[600])[0][0]
    assert (sound[begin : begin + RATE * 3 // 4] == ramp[600 : 600 + RATE * 3 // 4]).all()
