"""Music finds what is in the folder, plays it without gaps, yields to others, and goes on where it was."""

import struct
import sys
import wave
import zlib

import pytest

from carservices.app import GridItem

SOURCES = [f"music:Ines/Blue Hour/{n:02d} {title}.wav" for n, title in ((1, "Dawn"), (2, "Noon"), (3, "Dusk"))]


def wav(path, **tags):
    """A short silent file, with these ID3 frames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(160))
    if tags:
        id3 = pytest.importorskip("mutagen.id3")
        opened = pytest.importorskip("mutagen.wave").WAVE(path)
        opened.add_tags()
        for name, value in tags.items():
            text = name != "APIC"
            opened.tags.add(getattr(id3, name)(text=[value]) if text else id3.APIC(mime="image/png", data=value))
        opened.save()


def png(shade):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    body = zlib.compress((b"\0" + bytes((shade, shade))) * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture
def folder(tmp_path):
    music = tmp_path / "Music"
    for source in SOURCES:
        wav(music / source.removeprefix("music:"))
    (music / "evening.m3u").write_text(
        "#EXTM3U\n#EXTINF:1,The end\nInes/Blue Hour/03 Dusk.wav\nInes\\Blue Hour\\01 Dawn.wav\n../secret.wav\n/etc/x\n"
        "#EXTINF:-1,Pirate Radio\nhttps://pirate.example.org/live\n"
    )
    return music


@pytest.fixture
def car(app_car, folder):
    app_car.context(folders={"music": str(folder)})
    app_car.start()
    return app_car


def tiles(car):
    return [(tile.title, tile.text) for tile in car.find(GridItem)]


def media(car):
    """State, title and artist on the player."""
    state = car.host.media
    return state.state, state.track.title, state.track.artist


def play_album(car, title="Play"):
    car.tap("Albums")
    assert car.rows == [("Blue Hour", "Ines · 3 songs")]
    car.tap("Blue Hour")
    car.tap(title)


def test_the_library_is_told_by_folders_and_names_where_there_are_no_tags(car):
    assert tiles(car) == [
        ("Artists", "1"),
        ("Albums", "1"),
        ("Folders", "1"),
        ("Playlists", "1"),
        ("Radio", "7 stations"),
    ]
    car.tap("Artists")
    car.tap("Ines")
    assert car.rows == [("Dawn", "Blue Hour"), ("Noon", "Blue Hour"), ("Dusk", "Blue Hour")]


def test_tags_and_the_cover_come_from_the_file(app_car, folder):
    wav(folder / "x.wav", TIT2="Night Ride", TPE1="The Wagons", TALB="Roads", TRCK="2/9", APIC=png(9))
    wav(folder / "y.wav", TIT2="Morning", TPE1="The Wagons", TALB="Roads", TRCK="1")
    app_car.context(folders={"music": str(folder)})
    app_car.start()
    app_car.tap("Artists")
    assert app_car.rows == [("Ines", "3 songs"), ("The Wagons", "2 songs")]
    app_car.tap("The Wagons")
    assert [title for title, _ in app_car.rows] == ["Morning", "Night Ride"]
    app_car.tap("Night Ride")
    assert media(app_car) == ("playing", "Night Ride", "The Wagons")
    art = app_car.host.media.track.art
    assert app_car.host.images[art.id] == (2, 2)


def tagged_mp3(file):
    from mutagen.easyid3 import EasyID3
    from mutagen.id3 import APIC, ID3

    file.write_bytes((b"\xff\xfb\x90\x00" + bytes(413)) * 8)  # eight silent frames of MPEG 1 layer III, 128 kbit/s
    EasyID3().save(file)
    easy = EasyID3(file)
    easy.update({"title": "Slow", "artist": "Someone", "album": "Winter", "tracknumber": "3/7"})
    easy.save()
    tags = ID3(file)
    tags.add(APIC(mime="image/png", data=png(7)))
    tags.save()


def tagged_flac(file):
    from mutagen.flac import FLAC, Picture

    info = struct.pack(">HH6x", 4096, 4096) + bytes.fromhex("0ac442f000000000") + bytes(16)  # 44.1 kHz, 2 × 16 bits
    file.write_bytes(b"fLaC\x80\x00\x00\x22" + info)
    flac = FLAC(file)
    flac.update({"title": "Slow", "artist": "Someone", "album": "Winter", "tracknumber": "3"})
    picture = Picture()
    picture.data, picture.mime = png(7), "image/png"
    flac.add_picture(picture)
    flac.save()


@pytest.mark.parametrize(("name", "make"), [("x.mp3", tagged_mp3), ("x.flac", tagged_flac)])
def test_each_format_has_its_own_tags(app_car, folder, name, make):
    make(folder / name)
    app_car.context(folders={"music": str(folder)})
    app_car.start()
    app_car.tap("Albums")
    app_car.tap("Winter")
    app_car.tap("Slow")
    assert media(app_car) == ("playing", "Slow", "Someone")
    assert app_car.host.images[app_car.host.media.track.art.id] == (2, 2)


def test_without_mutagen_the_names_have_to_do(app_car, folder, monkeypatch):
    wav(folder / "Someone" / "Roads" / "07 - Other.wav", TIT2="Title in the tag")
    monkeypatch.setitem(sys.modules, "mutagen", None)
    app_car.context(folders={"music": str(folder)})
    app_car.start()
    app_car.tap("Artists")
    app_car.tap("Someone")
    assert app_car.rows == [("Other", "Roads")]


def test_what_follows_is_handed_over_before_it_is_needed(car):
    play_album(car)
    assert (car.audio.state.source, car.audio.state.queued) == (SOURCES[0], SOURCES[1])
    assert type(car.screen).__name__ == "MediaPlaybackTemplate"
    car.audio.end()
    assert (car.audio.state.source, car.audio.state.queued) == (SOURCES[1], SOURCES[2])
    assert media(car) == ("playing", "Noon", "Ines")
    car.audio.end()
    assert car.audio.state.queued is None
    car.audio.end()
    assert media(car) == ("paused", "Dusk", "Ines")
    car.control("on_play")
    assert (car.audio.state.source, car.audio.state.playing) == (SOURCES[2], True)


def test_the_controls_of_the_mini_player(car):
    play_album(car, "Noon")
    car.advance(20)
    car.control("on_pause")
    assert not car.audio.state.playing
    assert car.host.media.position_s == pytest.approx(20, abs=2)
    car.control("on_play")
    car.control("on_seek", 100)
    assert car.audio.state.position == 100
    car.control("on_previous")
    assert (car.audio.state.source, car.audio.state.position) == (SOURCES[1], 0)
    car.control("on_previous")
    assert car.audio.state.source == SOURCES[0]
    car.control("on_next")
    car.control("on_next")
    assert car.audio.state.source == SOURCES[2]
    assert car.host.media.on_next is None


def test_another_app_takes_the_audio_and_play_goes_on_there(car):
    play_album(car)
    car.advance(50)
    car.audio.take()
    assert media(car) == ("paused", "Dawn", "Ines")
    car.control("on_play")
    assert car.audio.state.source == SOURCES[0]
    assert car.audio.state.position == pytest.approx(50, abs=2)


def test_repeat_and_shuffle(car):
    play_album(car, "Dusk")
    assert car.audio.state.queued is None
    car.tap("repeat")
    assert car.audio.state.queued == SOURCES[0]
    car.tap("repeat")
    assert (car.audio.state.queued, car.screen.actions[1].icon.name) == (SOURCES[2], "repeat_one")
    car.audio.end()
    assert (car.audio.state.source, car.audio.state.queued) == (SOURCES[2], SOURCES[2])
    car.tap("repeat_one")
    car.tap("shuffle")
    heard = [car.audio.state.source]
    for _ in range(2):
        heard.append(car.audio.state.queued)
        car.audio.end()
    assert sorted(heard) == SOURCES
    assert heard[0] == SOURCES[2]


def test_it_goes_on_where_it_was(car):
    play_album(car, "Noon")
    car.advance(65)
    car.start()
    assert media(car) == ("paused", "Noon", "Ines")
    car.control("on_play")
    assert (car.audio.state.source, car.audio.state.queued) == (SOURCES[1], SOURCES[2])
    assert 55 <= car.audio.state.position <= 65


def test_what_cannot_be_played_is_passed_over_and_named_at_the_end(car):
    play_album(car)
    for _ in SOURCES:
        car.audio.end("it is broken")
    assert car.host.media.state == "error"
    assert car.host.media.error == "it is broken"


def test_playlists_stay_inside_the_folder_and_keep_their_order(car):
    car.tap("Playlists")
    car.tap("evening")
    assert [title for title, _ in car.rows] == ["Dusk", "Dawn"]


def test_a_station_that_is_not_listed_says_why_and_the_others_play(car):
    car.tap("Radio")
    rows = dict(car.rows)
    assert rows["Pirate Radio"] == "pirate.example.org is not among the stations' hosts that this app may reach"
    assert [row.enabled for row in car.screen.rows].count(False) == 1
    car.tap("FIP")
    assert media(car) == ("playing", "FIP", "")
    car.audio.announce("Nina – Sinnerman")
    assert media(car) == ("playing", "Nina – Sinnerman", "FIP")
    assert car.host.media.on_seek is None
    assert car.audio.state.queued is None
    car.audio.end("it does not answer")
    assert (media(car), car.host.media.error) == (("error", "FIP", ""), "it does not answer")
    car.control("on_play")
    assert media(car) == ("playing", "FIP", "")
    car.control("on_next")
    assert media(car) == ("playing", "Radio Paradise", "")


def test_without_the_folder_there_is_radio_and_the_reason(app_car):
    app_car.context(language="de")
    app_car.start()
    assert tiles(app_car)[0] == ("Interpreten", "Der Musikordner ist noch nicht erlaubt")
    assert tiles(app_car)[-1] == ("Radio", "6 Sender")


def test_names_without_end_are_reached_within_five_steps(app_car, folder):
    for n in range(150):
        wav(folder / f"Band {n:03d}" / "One" / "song.wav")
    app_car.context(folders={"music": str(folder)})
    app_car.start()
    app_car.tap("Artists")
    assert app_car.rows == [("Band 000 – Band 099", "100"), ("Band 100 – Ines", "51")]
    app_car.tap("Band 100 – Ines")
    app_car.drive()
    app_car.tap("Band 149")
    app_car.tap("song")
    assert media(app_car) == ("playing", "song", "Band 149")
    assert app_car.depth == 3
    while app_car.depth > 1:
        app_car.back()
    app_car.tap("Artists")
    assert "Heard last" in app_car.texts


def test_a_damaged_folder_and_damaged_books_stop_nothing(app_car, folder, tmp_path):
    (folder / "broken.flac").write_bytes(b"fLaC" + b"\xff" * 40)
    (folder / "broken.mp3").write_bytes(b"ID3\x04\0\0\x7f\x7f\x7f\x7f")
    (folder / "list.m3u").write_bytes(b"\xff\xfe\0broken\n\n#EXTINF\n")
    (folder / "loop").symlink_to(folder)
    (tmp_path / "data" / "library.json").write_text('{"a": [1]}')
    app_car.context(folders={"music": str(folder)})
    app_car.start()
    app_car.tap("Folders")
    app_car.back()
    app_car.tap("Artists")
    assert ("Ines", "3 songs") in app_car.rows


def test_a_station_that_falls_silent_is_tuned_in_again_until_the_person_pauses(car):
    car.tap("Radio")
    car.tap("FIP")
    asked = len(car.host.calls)
    car.audio.end()
    assert media(car) == ("buffering", "FIP", "")
    car.advance(2)
    assert media(car) == ("playing", "FIP", "")
    assert "audio.play" in [name for name, _ in car.host.calls[asked:]]
    car.audio.end()
    car.control("on_pause")
    car.advance(60)
    assert media(car) == ("paused", "FIP", "")


def test_pausing_gives_up_a_list_of_stations_that_has_not_come(app_car, folder):
    address, stream = "https://api.somafm.com/night.pls", "https://ice1.somafm.com/night"
    (folder / "own.m3u").write_text(f"#EXTINF:-1,Night\n{address}\n")
    app_car.pages[address] = None
    app_car.context(folders={"music": str(folder)})
    app_car.start()
    play_album(app_car)
    while app_car.depth > 1:
        app_car.back()
    app_car.tap("Radio")
    app_car.tap("Night")
    assert (media(app_car), app_car.audio.state.playing) == (("buffering", "Night", ""), True)
    app_car.control("on_pause")
    assert (media(app_car), app_car.audio.state.playing) == (("paused", "Night", ""), False)
    app_car.pages[address] = f"[playlist]\nFile1={stream}\n"
    app_car.advance(60)
    assert app_car.audio.state.source == SOURCES[0]
    app_car.control("on_play")
    assert (media(app_car), app_car.audio.state.source) == (("playing", "Night", ""), stream)


def test_a_list_of_stations_that_never_comes_is_said_and_one_in_a_tunnel_is_asked_for_again(app_car, folder):
    address = "https://api.somafm.com/night.pls"
    (folder / "own.m3u").write_text(f"#EXTINF:-1,Night\n{address}\n")
    app_car.pages[address] = None
    app_car.context(folders={"music": str(folder)})
    app_car.start()
    app_car.tap("Radio")
    app_car.tap("Night")
    app_car.advance(30)
    assert (app_car.host.media.state, app_car.host.media.error) == ("error", f"{address}: no answer within 20 s")
    app_car.pages[address] = "[playlist]\nFile1=https://ice1.somafm.com/night\n"
    app_car.control("on_play")
    app_car.audio.end()
    app_car.pages[address] = None
    app_car.advance(10)
    assert app_car.host.media.state == "buffering"
    app_car.pages[address] = "[playlist]\nFile1=https://ice2.somafm.com/night\n"
    app_car.advance(60)
    assert (media(app_car), app_car.audio.state.source) == (("playing", "Night", ""), "https://ice2.somafm.com/night")
