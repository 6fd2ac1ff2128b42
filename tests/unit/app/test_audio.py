"""Playing through the car's player: in the app's own name, with the focus as it comes and goes."""

import pytest

from carservices.app import App, CallError, ListTemplate, PermissionMissing, Row

CALLS = ("play", "enqueue", "pause", "resume", "seek", "release")
SCOPES = ("read:audio.state", "files:music", *(f"call:audio.{call}" for call in CALLS))


class Player(App):
    async def on_start(self):
        self.seen = []
        await self.audio.watch(lambda sound: self.seen.append((sound.source, self.audio.owns(sound))))

    def view(self):
        sound = self.audio.state
        return ListTemplate("Player", [Row("Plays", sound.source or "nothing", "mine" if self.audio.mine else "")])


@pytest.fixture
def app(app_car):
    return app_car.start(Player, SCOPES)


def shown(car):
    (row,) = car.screen.rows
    return row.text, row.text2


def test_it_has_the_audio_until_another_plays(app_car, app):
    assert shown(app_car) == ("nothing", "")
    app_car.run(app.audio.play("music:a.mp3"))
    assert shown(app_car) == ("music:a.mp3", "mine")
    app_car.audio.take()
    assert shown(app_car) == ("music:other.mp3", "")
    with pytest.raises(CallError, match="does not have the audio focus") as raised:
        app_car.run(app.audio.resume())
    assert raised.value.code == "PERMISSION_DENIED"
    assert app.seen == [(None, False), ("music:a.mp3", True), ("music:other.mp3", False)]


def test_pieces_follow_each_other_and_the_position_runs_on(app_car, app):
    app_car.run(app.audio.play("music:a.mp3", 10.0))
    app_car.run(app.audio.enqueue("music:b.mp3"))
    app_car.advance(30)
    place = app_car.run(position(app))
    assert 40 <= place < 41
    app_car.run(app.audio.pause())
    app_car.advance(30)
    assert app_car.run(position(app)) == pytest.approx(place, abs=1)
    app_car.run(app.audio.seek(100))
    app_car.run(app.audio.resume())
    assert app_car.audio.state.playing
    app_car.audio.end()
    assert shown(app_car) == ("music:b.mp3", "mine")
    app_car.audio.end("it is broken")
    assert (app.audio.state.playing, app.audio.state.ended, app.audio.state.error) == (False, 2, "it is broken")
    app_car.run(app.audio.release())
    assert not app.audio.mine


async def position(app):
    return app.audio.position(app.audio.state)


def test_radio_has_titles_and_no_end(app_car, app):
    app_car.run(app.audio.play("https://radio.example.org/live"))
    app_car.audio.announce("Night on the road")
    assert (app.audio.state.title, app.audio.state.duration) == ("Night on the road", None)
    with pytest.raises(CallError, match="has a length"):
        app_car.run(app.audio.seek(5))


def test_music_needs_the_persons_folder(app_car):
    app = app_car.start(Player, set(SCOPES) - {"files:music"})
    with pytest.raises(PermissionMissing, match="files:music"):
        app_car.run(app.audio.play("music:a.mp3"))


@pytest.mark.parametrize(
    ("url", "reaches"),
    [
        ("https://radio.example.org/live", True),
        ("http://a.cdn.example.org:80/x", True),
        ("https://radio.example.org:8443/live", False),
        ("https://elsewhere.example.org/", False),
        ("music:a.mp3", False),
        ("nonsense", False),
    ],
)
def test_an_app_knows_which_hosts_it_reaches(app_car, url, reaches):
    app_car.context(grants=["audio", "network:radio.example.org", "network:*.cdn.example.org"])
    assert app_car.start(Player, SCOPES).context.reaches(url) is reaches
