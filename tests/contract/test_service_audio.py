"""The audio service: real decoding, pieces without a gap, one owner, and sources that are none."""

import asyncio
import http.server
import os
import socket
import threading
import wave
from pathlib import Path

import numpy as np
import pytest

from carservices.api.audio import Audio, Over
from carservices.bus import CallError
from carservices.services.audio.output import Clock
from carservices.services.audio.service import AudioService
from carservices.services.audio.sources import CHANNELS, RATE
from carservices.services.audio.speech import Speech, at_our_rate
from carservices.testing import PATIENCE, car
from tests.contract.bench_car import eventually

FAST = 40.0
SOUNDS = Path(__file__).parent / "sounds"
"""A second of 441 Hz."""


def tone(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(CHANNELS)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.repeat(samples[:, None], CHANNELS, axis=1).astype(np.int16).tobytes())


@pytest.fixture
def ramp():
    """A sound of which every sample is different from its neighbour and none is silent."""
    return (np.arange(RATE) % 20_000 + 1000).astype(np.int16)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def service(tmp_path, heard):
    def hear(block):
        assert make.goes_on.wait(PATIENCE)
        heard.append(block.copy())

    def make():
        return AudioService(tmp_path / "state", music=tmp_path, output=lambda: Clock(make.pace, hear))

    make.pace = FAST
    make.goes_on = threading.Event()  # while it is not set no time runs
    make.goes_on.set()
    return make


async def until(audio, c, condition):
    return await c.until_state(audio.state, condition)


async def test_two_pieces_sound_as_one(tmp_path, service, heard, ramp):
    tone(tmp_path / "one.wav", ramp[:30_000])
    tone(tmp_path / "two.wav", ramp[30_000:])
    async with car(services=[service]) as c:
        audio = c.service(Audio)
        await audio.set_volume(1.0)
        service.goes_on.clear()
        await audio.play("app.music", "music:one.wav")
        await audio.enqueue("app.music", "music:two.wav")
        service.goes_on.set()
        state = await until(audio, c, lambda s: s is not None and s.ended == 2)
        assert not state.playing
        assert state.error is None
    sound = np.concatenate(heard)[:, 0]
    (begin,) = np.nonzero(sound == ramp[600])[0][:1]
    assert (sound[begin : begin + RATE - 600] == ramp[600:]).all()


async def test_the_last_to_play_has_the_focus(tmp_path, service, ramp):
    tone(tmp_path / "long.wav", np.tile(ramp, 60))
    async with car(services=[service]) as c:
        audio = c.service(Audio)
        await audio.play("app.music", "music:long.wav", position=30.0)
        state = await until(audio, c, lambda s: s is not None and s.duration == 60.0)
        assert state.position >= 30.0
        await audio.pause("app.music")
        await audio.seek("app.music", 10.0)
        state = await until(audio, c, lambda s: s is not None and s.position == 10.0)
        assert not state.playing
        await audio.play("app.reader", "music:long.wav")
        with pytest.raises(CallError, match=r"app.music does not have the audio focus"):
            await audio.resume("app.music")
        await audio.release("app.reader")
        state = await until(audio, c, lambda s: s is not None and s.owner is None)
        assert state.source is None


async def test_what_sounds_at_once_is_not_said_to_buffer(tmp_path, ramp):
    class Patient(Clock):
        """Asks for sound only when there is enough of it."""

        def start(self, pull):
            self.pull = pull

        def rest(self):
            pass

    tone(tmp_path / "one.wav", ramp)
    output = Patient()
    async with car(services=[lambda: AudioService(tmp_path / "state", music=tmp_path, output=lambda: output)]) as c:
        audio = c.service(Audio)
        await audio.play("app.music", "music:one.wav")
        await until(audio, c, lambda s: s is not None and s.duration == 1.0)
        while not output.pull(100).any():  # noqa: ASYNC110 - there is nothing to wait on
            await asyncio.sleep(0)
        await until(audio, c, lambda s: s is not None and s.playing and not s.buffering)


async def test_a_slow_disk_stops_no_sound_and_keeps_the_newest_volume(service, monkeypatch):
    ready, sync, synced = threading.Event(), os.fsync, []

    def fsync(descriptor):
        assert ready.wait(PATIENCE)
        synced.append(descriptor)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    async with car(services=[service]) as c:
        audio = c.service(Audio)
        calls = [asyncio.create_task(audio.set_volume(volume)) for volume in (0.1, 0.9, 0.4, 0.25)]
        await until(audio, c, lambda state: state is not None and state.volume == 0.25)
        ready.set()
        await asyncio.gather(*calls)
    assert len(synced) == 2 * 2, "a file and its folder, of the first and of the newest"
    async with car(services=[service]) as c:
        assert (await until(c.service(Audio), c, lambda state: state is not None)).volume == 0.25


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("music:none.mp3", "NOT_FOUND", "is not there"),
        ("music:../secret.wav", "PERMISSION_DENIED", "is not in the music folder"),
        ("file:///etc/passwd", "INVALID_ARGUMENT", "is no source"),
        ("", "INVALID_ARGUMENT", "is no source"),
    ],
)
async def test_sources_that_are_none(tmp_path, service, source, code, words):
    (tmp_path.parent / "secret.wav").write_bytes(b"x")
    async with car(services=[service]) as c:
        with pytest.raises(CallError, match=words) as raised:
            await c.service(Audio).play("app.music", source)
        assert raised.value.code == code


@pytest.mark.parametrize("content", [b"", b"no music", b"RIFF" + b"\xff" * 400, b"\xff\xfb" + b"\0" * 5000])
async def test_a_broken_file_is_told_and_ends(tmp_path, service, content):
    (tmp_path / "broken.mp3").write_bytes(content)
    async with car(services=[service]) as c:
        audio = c.service(Audio)
        await audio.play("app.music", "music:broken.mp3")
        state = await until(audio, c, lambda s: s is not None and not s.playing)
        assert state.ended == 1


@pytest.fixture
def heard_enough():
    """Until it is set the station does not send the end."""
    return threading.Event()


@pytest.fixture
def station(tmp_path, ramp, heard_enough):
    """Radio stations that put titles into their streams; and a page that is none."""
    tone(tmp_path / "station.wav", ramp)
    bodies = {
        "/radio": ("audio/wav", (tmp_path / "station.wav").read_bytes(), 8192),
        "/mp3": ("audio/mpeg", 2 * (SOUNDS / "tone.mp3").read_bytes(), 1000),
        "/icy": ("audio/mpeg", 2 * (SOUNDS / "tone.mp3").read_bytes(), 1000),
        "/ogg": ("application/ogg", 2 * (SOUNDS / "tone.ogg").read_bytes(), 0),
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/elsewhere":
                self.send_response(302)
                self.send_header("Location", f"http://localhost:{self.server.server_port}/radio")
                self.end_headers()
                return
            kind, body, interval = bodies.get(self.path, ("text/html", b"", 0))
            if self.path == "/icy":
                self.wfile.write(b"ICY 200 OK\r\n")
            else:
                self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("icy-metaint", str(interval))
            self.end_headers()
            title = b"StreamTitle='Night on the road';".ljust(48, b"\0")
            step = interval or 1000
            for at in range(0, len(body), step):
                part = body[at : at + step]
                if len(part) < step:
                    heard_enough.wait(PATIENCE)
                self.wfile.write(part + (bytes((3,)) + title if len(part) == interval else b""))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def test_no_server_leads_to_another_host(service, station):
    async with car(services=[service]) as c:
        audio = c.service(Audio)
        await audio.play("app.music", f"{station}/elsewhere")
        state = await until(audio, c, lambda s: s is not None and s.error is not None)
        assert "it leads on to localhost" in state.error


async def test_no_public_name_leads_into_the_car(service, station, monkeypatch):
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more: look_up("127.0.0.1", *more))
    async with car(services=[service]) as c:
        audio = c.service(Audio)
        await audio.play("app.music", station.replace("127.0.0.1", "radio.example.org") + "/radio")
        state = await until(audio, c, lambda s: s is not None and s.error is not None)
        assert "radio.example.org leads to an address of this machine" in state.error


async def test_a_station_plays_and_says_its_title(service, station, heard, heard_enough, ramp):
    async with car(services=[service]) as c:
        audio = c.service(Audio)
        await audio.set_volume(1.0)
        await audio.play("app.music", f"{station}/radio")
        await until(audio, c, lambda s: s is not None and s.title == "Night on the road")
        with pytest.raises(CallError, match="only files can be searched through"):
            await audio.seek("app.music", 1.0)
        heard_enough.set()
        await until(audio, c, lambda s: s is not None and s.ended == 1)
        await audio.play("app.music", f"{station}/page")
        state = await until(audio, c, lambda s: s is not None and s.error is not None)
        assert "sends text/html, not MP3" in state.error
    sound = np.concatenate(heard)[:, 0]
    assert ramp[-1] in sound


@pytest.mark.parametrize(
    ("kind", "title"),
    [("mp3", "Night on the road"), ("icy", "Night on the road"), ("ogg", "Ines Aumann - Low Tide")],
)
async def test_a_station_of_each_format_plays_on_from_piece_to_piece(
    service, station, heard, heard_enough, kind, title
):
    async with car(services=[service]) as c:
        audio = c.service(Audio)
        await audio.set_volume(1.0)
        await audio.play("app.music", f"{station}/{kind}")
        await until(audio, c, lambda s: s is not None and s.title == title)
        heard_enough.set()
        state = await until(audio, c, lambda s: s is not None and s.ended == 1)
        assert state.error is None
    sound = np.concatenate(heard)[:, 0].astype(float)
    loud = sound[np.convolve(np.abs(sound) > 1000, np.ones(RATE // 441), "same") > 0]  # a busy station leaves silence
    assert len(loud) > RATE * 3 // 2
    assert np.argmax(np.abs(np.fft.rfft(loud))) * RATE / len(loud) == pytest.approx(441, abs=2)


SPOKEN = 22_050
"""Samples a second of the speech in these tests."""


@pytest.fixture
def calm(tmp_path):
    """Music of one level for two minutes, and a second of speech of another."""
    with wave.open(str(tmp_path / "calm.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.full(RATE * 120, 10_000, "<i2").tobytes())
    return np.full(SPOKEN, 5000, "<i2").tobytes()


@pytest.fixture
def slow(service):
    """The service, at a pace at which a busy machine still sees what happens."""
    service.pace = 10.0
    return service


@pytest.mark.parametrize(("over", "low"), [(Over.DUCK, 2000), (Over.PAUSE, 0)])
async def test_speech_sounds_over_the_music_which_is_low_and_comes_back(slow, heard, calm, over, low):
    states = []
    async with car(services=[slow]) as c:
        audio = c.service(Audio)
        await audio.set_volume(1.0)
        await audio.play("app.music", "music:calm.wav")
        await until(audio, c, lambda s: s is not None and s.playing and not s.buffering)
        await audio.state.watch(lambda state: state and states.append(state))
        number = await audio.speak(calm, SPOKEN, over)
        await until(audio, c, lambda s: s is not None and s.spoken == number)
        spoken = len(heard)
        while not (heard[spoken:] and (heard[-1] == 10_000).all()):  # noqa: ASYNC110 - there is nothing to wait on
            await asyncio.sleep(0.01)
        state = await until(audio, c, lambda s: s is not None and s.playing and not s.buffering)
        assert (state.owner, state.source, state.speaking) == ("app.music", "music:calm.wav", False)
    assert {(one.owner, one.playing) for one in states} == {("app.music", True)}
    assert over is Over.DUCK or any(one.buffering for one in states), "who shows the position sees that it stands"
    sound = np.concatenate(heard)[:, 0]
    assert np.count_nonzero(sound == 5000 + low) > 0.7 * RATE, "a second of speech less a fade"
    assert np.count_nonzero(sound == low) > 0.7 * RATE, "and a breath"


@pytest.mark.parametrize(("pause", "low"), [(False, 2000), (True, 0)])
def test_between_two_sentences_the_music_stays_low_and_no_step_clicks(calm, pause, low):
    speech = Speech()
    music = np.full((RATE // 10, CHANNELS), 10_000, np.int16)

    def sound(seconds):
        blocks = [speech.over(music, plays=True) for _ in range(round(seconds * 10))]
        return np.concatenate(blocks)[:, 0].astype(int)

    assert (sound(0.3) == 10_000).all()
    words = at_our_rate(calm, SPOKEN)
    half = len(words) // 2
    assert [speech.say(words[:half], pause=pause), speech.spoken] == [1, 0]
    assert speech.say(words[half:], pause=pause, goes_on=1) == 1
    first = sound(1.0)
    assert speech.spoken == 1
    gap = sound(0.5)
    speech.say(words, pause=pause)
    second = sound(1.0)
    assert (first[RATE // 4 :] == 5000 + low).all()
    assert (gap == low).all()
    assert speech.holds is pause
    assert (second == 5000 + low).all()
    after = sound(1.2)
    assert (after[: RATE // 2] == low).all()
    assert (after[-RATE // 10 :] == 10_000).all()
    assert abs(np.diff(np.concatenate((gap[-1:], after)))).max() < 100


async def test_speech_alone_takes_its_time_and_can_be_broken_off(slow, heard, calm):
    async with car(services=[slow]) as c:
        audio = c.service(Audio)
        await audio.set_volume(1.0)
        number = await audio.speak(calm, SPOKEN)
        await until(audio, c, lambda s: s is not None and s.spoken == number)
        await eventually(lambda: sum(map(len, heard)) >= RATE)  # its last block is said to be spoken just before
        sound = np.concatenate(heard)[:, 0]
        assert abs(np.count_nonzero(sound == 5000) - RATE) < 300, "but for the ramp of the volume"
        long = np.full(8000 * 30, 5000, "<i2").tobytes()
        before = await audio.speak(long, 8000)
        replaced = await audio.speak(long, 8000)
        assert await audio.speak(long, 8000, goes_on=before) == before  # too late: nothing of it is heard
        assert await audio.speak(long, 8000, goes_on=replaced) == replaced
        state = await until(audio, c, lambda s: s is not None and s.speaking)
        assert state.spoken == replaced - 1
        await audio.hush()
        await until(audio, c, lambda s: s is not None and not s.speaking)
        with pytest.raises(CallError, match="rate"):
            await audio.speak(calm, 10)
    assert np.count_nonzero(np.concatenate(heard)[:, 0]) < 60 * RATE
