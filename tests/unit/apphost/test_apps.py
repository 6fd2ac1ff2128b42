"""The whole way with real app processes: open, tap, ask, freeze, show, play, and go on after a restart."""

import asyncio
import struct
import zlib
from pathlib import Path

import pytest

from carservices.api.appscreen import Display
from carservices.api.appstatus import AppState
from carservices.api.notifications import Notifications
from carservices.bus import CallError
from tests.unit.apphost.conftest import DRIVE, GEAR, PARK, SPEED, TYRE, listed, shown, write_bundle
from tests.unit.apphost.one import APP, row, says, state, tapped, titled

TYRES = {"read:Vehicle.Chassis.Axle.**.Tire.*": "Shows the tyres"}


async def test_an_app_opens_shows_signals_and_hears_taps(garage, places):
    code = """
from carservices.app import *
class Main(App):
    taps = 0
    def view(self):
        return ListTemplate(f"{self.taps}", [Row(name, s.text(), on_click=self.tap) for name, s in self.car.tyres()])
    def tap(self):
        self.taps += 1
        self.notify(Notification("Tapped", "once more"))
"""
    write_bundle(places.builtin, code, permissions=TYRES)
    async with garage() as c:
        screen = await tapped(c)
        assert row(screen) == {"title": "Front left", "text": "240 kPa", "on_click": row(screen)["on_click"]}
        await c.until_state(c.apps.screen, shown(lambda s: s.tree is not None and s.tree[1]["title"] == "1"))
        board = await c.until_state(c.service(Notifications).active, lambda board: board.notifications)
        assert board.notifications[0].say().title == "One: Tapped"
        await c.say(TYRE, 210)
        await c.until_state(c.apps.screen, shown(lambda s: s.tree is not None and row(s).get("text") == "210 kPa"))
        one = await state(c, AppState.FOREGROUND)
        assert one.grants == ("tyres",)
        assert one.sandbox.level == "weak"
        with pytest.raises(CallError, match="newer") as stale:
            await c.apps.action(APP, 999, 0)
        assert stale.value.code == "STALE"
        await c.apps.home()
        await state(c, AppState.RUNNING)
        await c.apps.close(APP)
        assert (await state(c, AppState.STOPPED)).last_error is None
        assert not (places.run / "apps" / APP / "images").exists()


async def test_what_is_dangerous_is_asked_at_first_use_while_parked_and_revoked_with_a_restart(garage, places):
    code = """
from carservices.app import *
class Main(App):
    def view(self):
        speed = self.car["Vehicle.Speed"]
        return MessageTemplate("One", speed.denied.permission if speed.denied else speed.text())
"""
    write_bundle(places.builtin, code, permissions={"read:Vehicle.Speed": "Shows how fast you are"})

    def message(text):
        return shown(lambda s: s.tree is not None and s.tree[1]["message"] == text)

    async with garage() as c:
        await c.apps.open(APP)
        await c.until_state(c.apps.screen, message("speed"))
        asked = await c.until_state(c.apps.ask, lambda asked: asked.question and asked.driver_may_answer)
        assert asked.question.permission.reasons == ({"en": "Shows how fast you are"},)
        assert asked.question.permission.sentence["de"].startswith("Wissen")
        await c.say(GEAR, DRIVE)
        await c.say(SPEED, 50.0)
        await c.until_state(c.apps.ask, lambda asked: not asked.driver_may_answer)
        with pytest.raises(CallError, match="while parked, or by the passenger"):
            await c.apps.answer(asked.question.id, True)
        await c.apps.answer(asked.question.id, True, passenger=True)
        await c.until_state(c.apps.screen, message("50 km/h"))
        (permission,) = await c.apps.permissions(APP)
        assert (permission.decision, permission.used_today > 0) == ("granted", True)
        before = (await state(c, AppState.FOREGROUND)).pid
        await c.apps.revoke(APP, "speed")
        await c.until_state(c.apps.screen, message("speed"))
        assert (await c.until_state(c.apps.apps, listed(lambda one: one.pid not in (before, None)))).apps
        assert (await c.apps.permissions(APP))[0].decision == "denied"
        with pytest.raises(CallError, match="does not ask for 'doors'"):
            await c.apps.grant(APP, "doors")
    audit = (places.books / "audit.jsonl").read_text()
    assert all(f'"what": "{what}"' in audit for what in ("denied", "granted", "refused"))


async def test_one_in_the_background_is_frozen_and_wakes_with_the_news(garage, places, hurry):
    code = """
from carservices.app import *
class Main(App):
    def view(self):
        return ListTemplate(self.context.language, [Row("x")])
"""
    write_bundle(places.builtin, code)
    async with garage() as c:
        await c.apps.open(APP)
        await c.until_state(c.apps.screen, shown())
        await c.apps.home()
        pid = (await state(c, AppState.FROZEN)).pid
        await c.apps.use_display(Display(language="de"))
        await c.apps.open(APP)
        await c.until_state(c.apps.screen, shown(lambda s: s.tree is not None and s.tree[1]["title"] == "de"))
        assert (await state(c, AppState.FOREGROUND)).pid == pid


async def test_an_app_that_finishes_leaves_the_front_and_its_data_can_be_cleared(garage, places):
    write_bundle(places.builtin, says("self.storage['x'] = 1; self.finish()"))
    async with garage() as c:
        await tapped(c)
        await c.until_state(c.apps.screen, lambda front: front.screen is None)
        assert (await state(c, AppState.STOPPED)).last_error is None
        data = places.data / "default" / APP
        assert any(data.iterdir())
        await c.apps.clear_data(APP)
        assert not data.exists()
        with pytest.raises(CallError, match="part of the car"):
            await c.apps.uninstall(APP)


async def test_templates_are_cut_while_driving_with_an_entry_in_the_audit_log(garage, places):
    code = """
from carservices.app import *
class Main(App):
    def view(self):
        return ListTemplate("One", [Row(f"Row {n}") for n in range(9)])
"""
    write_bundle(places.builtin, code)
    async with garage() as c:
        await c.apps.open(APP)
        await c.until_state(c.apps.screen, shown(lambda s: s.tree is not None and len(s.tree[1]["rows"]) == 9))
        await c.say(GEAR, DRIVE)
        await c.say(SPEED, 50.0)
        front = await c.until_state(c.apps.screen, shown(lambda s: s.tree is not None and len(s.tree[1]["rows"]) == 6))
        assert [(cut.kind, cut.amount) for cut in front.screen.cuts] == [("rows", 3)]
        await c.say(SPEED, 0.0)
        await c.say(GEAR, PARK)
        await c.until_state(c.apps.screen, shown(lambda s: not s.cuts))
    assert '"what": "cut"' in (places.books / "audit.jsonl").read_text()


async def test_the_newest_player_has_the_audio_and_the_other_is_paused(garage, places):
    code = """
from carservices.app import *
class Main(App):
    playing = "nothing"
    def on_start(self):
        self.say("playing")
    def say(self, state):
        self.playing = state
        self.play(MediaState(state, Track(self.NAME), on_pause=self.pause))
    def pause(self):
        self.say("paused")
    def view(self):
        return ListTemplate(self.playing, [Row("x")])
"""
    for name in ("one", "two"):
        write_bundle(
            places.builtin,
            code.replace("self.NAME", repr(name)),
            f"org.example.{name}",
            category="media",
            background=True,
        )

    def plays(name, state="playing"):
        return lambda player: (
            player.media and player.media.app == f"org.example.{name}" and (player.media.tree[1]["state"] == state)
        )

    async with garage() as c:
        await c.apps.open("org.example.one")
        player = await c.until_state(c.apps.media, plays("one"))
        await c.apps.open("org.example.two")
        await c.until_state(c.apps.media, plays("two"))
        await c.apps.open("org.example.one")
        await c.until_state(c.apps.screen, shown(lambda s: s.tree is not None and s.tree[1]["title"] == "paused"))
        player = await c.until_state(c.apps.media, plays("two"))
        await c.apps.action("org.example.two", player.media.seq, player.media.tree[1]["on_pause"])
        await c.until_state(c.apps.media, plays("two", "paused"))
        await c.apps.close("org.example.two")
        await c.until_state(c.apps.media, lambda player: player.media is None)


async def test_bundles_that_cannot_be_used_are_named_and_new_ones_are_found(garage, places):
    write_bundle(places.builtin, "", "org.example.broken", min_sdk=99)
    async with garage() as c:
        catalog = await c.until_state(c.apps.apps, lambda catalog: catalog.problems)
        assert catalog.apps == ()
        assert "SDK 99" in catalog.problems[0]
        with pytest.raises(CallError, match="is installed; there are none"):
            await c.apps.open(APP)
        write_bundle(places.builtin, says("pass"))
        await c.apps.rescan()
        await c.apps.open(APP)
        await c.until_state(c.apps.screen, titled("nothing"))


async def test_what_works_in_the_background_goes_on_after_a_restart_and_what_is_disabled_stays_so(garage, places):
    write_bundle(places.builtin, says("pass"))
    write_bundle(places.builtin, says("pass"), "org.example.two", background=True)
    places.file("disabled.json").write(f'["{APP}"]')
    async with garage() as c:
        await c.apps.open("org.example.two")
        await c.until_state(c.apps.screen, shown())
    async with garage() as c:
        assert (await state(c, AppState.DISABLED)).pid is None
        await c.until_state(c.apps.apps, listed(lambda one: one.state is AppState.RUNNING, "org.example.two"))
        await c.apps.close("org.example.two")
    async with garage() as c:
        await c.until_state(c.apps.apps, listed(lambda one: one.state is AppState.STOPPED, "org.example.two"))


def png(width, height, shade):
    """A grey PNG without any library (PNG specification, third edition)."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([shade]) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def test_pictures_reach_the_shell_as_plain_pixels_and_the_persons_folder_once_it_is_allowed(garage, places):
    code = """
import os
from carservices.app import *
class Main(App):
    def view(self):
        folder = self.context.folder("music")
        there = folder and os.listdir(folder)
        return ListTemplate("One", [Row(str(there), image=self.image("picture.png"))])
"""
    app = write_bundle(places.builtin, code, permissions={"files:music": "Plays your music"})
    (places.builtin / app / "picture.png").write_bytes(png(3, 2, 128))
    (places.run / "music").mkdir(parents=True)
    (places.run / "music" / "song.mp3").touch()
    places.folders["music"] = places.run / "music"
    async with garage() as c:
        await c.apps.open(APP)
        front = await c.until_state(c.apps.screen, shown(lambda s: s.tree is not None and s.images))
        (image,) = front.screen.images.values()
        assert (image.width, image.height) == (3, 2)
        assert await asyncio.to_thread(Path(image.path).read_bytes) == bytes([128, 128, 128, 255]) * 6
        asked = await c.until_state(c.apps.ask, lambda asked: asked.question)
        assert asked.question.permission.sentence["en"] == "Read your music folder"
        before = (await state(c, AppState.FOREGROUND)).pid
        await c.apps.answer(asked.question.id, True)
        await c.until_state(c.apps.apps, listed(lambda one: one.pid not in (before, None)))
        await c.until_state(c.apps.screen, titled("['song.mp3']"))
