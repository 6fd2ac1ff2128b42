"""What an app has played is in its own name, from where it may read, and over when the app is."""

import asyncio

import pytest

from carservices.api.audio import Audio, AudioState
from carservices.api.driving import Restriction
from carservices.api.speech import Priority, Speech
from carservices.app.wire import Kind
from carservices.bus import CallError
from carservices.services.driving.service import DrivingService

CALLS = ("call:audio.play", "call:audio.enqueue", "call:audio.pause", "call:audio.release", "call:audio.set_volume")


class Player(Audio):
    """Notes what it is asked for."""

    def __init__(self):
        self.asked = asyncio.Queue()

    async def start(self):
        self.state.publish(AudioState())

    async def play(self, owner, source, position=0.0):
        self.asked.put_nowait(("play", owner, source))

    async def enqueue(self, owner, source):
        self.asked.put_nowait(("enqueue", owner, source))

    async def pause(self, owner):
        raise CallError("PERMISSION_DENIED", f"{owner} does not have the focus")

    async def release(self, owner):
        self.asked.put_nowait(("release", owner))


@pytest.fixture
def player():
    return Player()


@pytest.fixture
def call(linked, player):
    """Calls of one app with these scopes: the code of the refusal and who refused, or what the service was asked."""

    async def make(a, method, **parameters):
        a.app.say(Kind.CALL, 1, "audio", method, parameters)
        fields = await a.app.hear(Kind.OK, Kind.ERROR)
        if len(fields) == 2:
            return player.asked.get_nowait()
        return fields[1], fields[3].get("permission")

    return make


async def test_whatever_it_says_it_speaks_for_itself(linked, player, call):
    async with linked(*CALLS, "files:music", services=[lambda: player]) as a:
        a.grants.decide("one", "files:music", True)
        assert await call(a, "play", owner="somebody.else", source="music:a.mp3") == ("play", "one", "music:a.mp3")
        assert await call(a, "enqueue", source=None) == ("enqueue", "one", None)
        a.app.say(Kind.CALL, 2, "audio", "pause", {"owner": "somebody.else"})
        assert (await a.app.hear(Kind.ERROR))[2] == "one does not have the focus"
        a.app.say(Kind.CALL, 3, "audio", "pause", ["somebody.else"])
        assert (await a.app.hear(Kind.ERROR))[1] == "INVALID_ARGUMENT"
        await a.session.close()
        assert player.asked.get_nowait() == ("release", "one")


async def test_who_has_played_nothing_leaves_the_sound_alone(linked, player, call):
    async with linked(*CALLS, services=[lambda: player]) as a:
        await a.session.close()
        assert player.asked.empty()


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("music:a.mp3", "files:music"),
        ("https://radio.example.org/live", None),
        ("http://RADIO.example.org:80/live", None),
        ("https://one.cdn.example.org/x", None),
        ("https://radio.example.org:8443/live", "network:radio.example.org"),
        ("https://radio.example.org@evil.example/x", "network:evil.example"),
        ("http://127.0.0.1:8080/", "network:127.0.0.1"),
        ("gopher://evil.example/x", None),  # no source at all, as the service will say
        ("https:///x", None),
    ],
)
@pytest.mark.parametrize("method", ["play", "enqueue"])
async def test_it_plays_from_where_it_may_read(linked, player, call, source, missing, method):
    hosts = ("network:radio.example.org", "network:*.cdn.example.org")
    async with linked(*CALLS, *hosts, "files:music", services=[lambda: player]) as a:
        wanted = ("PERMISSION_DENIED", missing) if missing else (method, "one", source)
        if source.startswith("music:"):
            a.grants.decide("one", "files:music", False)
        assert await call(a, method, source=source) == wanted


async def test_a_call_that_needs_no_guard_arrives_as_it_was_said(linked, tmp_path):
    async with linked("call:driving.explain", services=[lambda: DrivingService(tmp_path)]) as a:
        a.app.say(Kind.CALL, 1, "driving", "explain", {"restriction": Restriction.NO_VIDEO.value})
        assert "Video is available" in (await a.app.hear(Kind.OK))[1]


async def test_the_volume_is_the_persons(linked, player, call):
    async with linked(*CALLS, services=[lambda: player], builtin=True) as a:
        assert await call(a, "set_volume", volume=1.0) == ("PERMISSION_DENIED", "call:audio.set_volume")


class Voice(Speech):
    """Notes what it is asked for."""

    def __init__(self):
        self.asked = asyncio.Queue()

    async def say(self, owner, text, language, priority=Priority.READING, sentence=0):
        self.asked.put_nowait((owner, text, priority))
        return 7

    async def hush(self, owner):
        self.asked.put_nowait((owner, "hush"))


async def test_it_reads_aloud_in_its_own_name_below_the_guidance_and_no_longer_than_it_lives(linked):
    voice = Voice()
    async with linked("call:speech.say", services=[lambda: voice]) as a:
        wanted = {"owner": "navigation", "text": "One.", "language": "en", "priority": Priority.GUIDANCE.value}
        a.app.say(Kind.CALL, 1, "speech", "say", wanted)
        assert (await a.app.hear(Kind.OK))[1] == 7
        assert voice.asked.get_nowait() == ("one", "One.", Priority.READING)
        a.app.say(Kind.CALL, 2, "audio", "speak", {"sound": "AAAA", "rate": 22_050})
        assert (await a.app.hear(Kind.ERROR))[1] == "PERMISSION_DENIED"
        await a.session.close()
        assert voice.asked.get_nowait() == ("one", "hush")
