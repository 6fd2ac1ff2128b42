"""The whole way with real app processes: open, tap, ask, crash, hang, freeze, and gone without a trace."""

import asyncio
import struct
import zlib
from pathlib import Path

import pytest

from carservices.api.appscreen import Card, Display
from carservices.api.appstatus import AppState
from carservices.api.notifications import Notifications
from carservices.apphost import crashes, life, link
from carservices.apphost.sandbox import Ability, Level, Minimum, Missing
from carservices.bus import CallError
from carservices.bus.crashes import reports
from carservices.system import settings
from tests.unit.apphost.conftest import DRIVE, GEAR, PARK, SPEED, TYRE, card, listed, shown, until, write_bundle

APP = "org.example.one"
TYRES = {"read:Vehicle.Chassis.Axle.**.Tire.*": "Shows the tyres"}
SAYS = """
from carservices.app import *
class Main(App):
    said = "nothing"
    def view(self):
        return ListTemplate("One", [Row(self.said, on_click=self.tap)])
    def tap(self):
        {tap}
"""


def says(tap):
    return SAYS.format(tap=tap)


def row(screen, index=0):
    return screen.tree[1]["rows"][index][1]


def titled(title):
    return shown(lambda screen: screen.tree is not None and row(screen)["title"] == title)


def gone(pid):
    """No such process, or only its exit status is left."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


async def tapped(c):
    """Open the app and tap its first row."""
    await c.apps.open(APP)
    front = await c.until_state(c.apps.screen, shown())
    await c.apps.action(APP, front.screen.seq, row(front.screen)["on_click"])
    return front.screen


async def state(c, wanted):
    catalog = await c.until_state(c.apps.apps, listed(lambda one: one.state is wanted))
    return next(one for one in catalog.apps if one.id == APP)


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
        assert asked.question.permission.reasons == ("Shows how fast you are",)
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


async def test_three_crashes_disable_an_app_with_a_report_until_it_is_enabled(garage, places):
    write_bundle(places.builtin, says("import os; print('going down'); os._exit(3)"))
    async with garage() as c:
        for _ in range(crashes.CRASHES - 1):
            await tapped(c)
            front = await c.until_state(c.apps.screen, card(Card.CRASHED))
            assert front.screen.error == "it ended with status 3"
        await tapped(c)
        await c.until_state(c.apps.screen, card(Card.DISABLED))
        (report,) = reports(places.state)
        assert "org.example.one was disabled" in report.read_text()
        with pytest.raises(CallError, match="enable it first"):
            await c.apps.open(APP)
        await c.apps.enable(APP)
        await c.apps.open(APP)
        await c.until_state(c.apps.screen, shown())


async def test_an_app_that_hangs_gets_a_card_more_time_and_an_end(garage, places, hurry):
    write_bundle(places.builtin, says("import time; time.sleep(1000)"))
    async with garage() as c:
        await tapped(c)
        front = await c.until_state(c.apps.screen, card(Card.NOT_RESPONDING))
        assert "has not answered" in front.screen.error
        cards = []
        await c.apps.screen.watch(lambda front: cards.append(front.screen.card))
        await c.apps.wait(APP)
        await until(lambda: cards == [Card.NOT_RESPONDING, None, Card.NOT_RESPONDING])
        pid = (await state(c, AppState.NOT_RESPONDING)).pid
        await c.apps.close(APP)
        await state(c, AppState.STOPPED)
        assert gone(pid)


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


async def test_nothing_is_left_of_an_app_and_its_children_when_the_host_stops(garage, places):
    tap = "import subprocess; self.said = str(subprocess.Popen(['sleep', '1000'], start_new_session=False).pid)"
    write_bundle(places.builtin, says(tap))
    async with garage() as c:
        await tapped(c)
        front = await c.until_state(c.apps.screen, shown(lambda s: s.tree and row(s)["title"].isdigit()))
        child = int(row(front.screen)["title"])
        app = (await state(c, AppState.FOREGROUND)).pid
        assert not gone(child)
    await until(lambda: gone(child) and gone(app))


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


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("this is no Python", "ended with status"),
        ("class Other: pass", "ended with status"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    ],
)
async def test_an_app_that_cannot_begin_is_a_crash_with_its_reason(garage, places, code, error):
    write_bundle(places.builtin, code)
    async with garage() as c:
        await c.apps.open(APP)
        front = await c.until_state(c.apps.screen, card(Card.CRASHED))
        assert error in front.screen.error
        assert (await state(c, AppState.CRASHED)).pid is None


async def test_below_the_demanded_sandbox_no_app_is_started_and_a_changed_setting_counts_at_once(garage, places):
    file = places.state / "settings.toml"
    settings.save(settings.Settings(sandbox_minimum="full"), file)
    missing = (Missing("seccomp is not there", "apt install libseccomp2"),)
    write_bundle(places.builtin, says("pass"))
    async with garage(ability=Ability(missing=missing), settings=file) as c:
        await c.apps.open(APP)
        front = await c.until_state(c.apps.screen, card(Card.CRASHED))
        assert front.screen.error == (
            f"it was not started: {APP} needs the sandbox level full, this machine gives weak: "
            "seccomp is not there (apt install libseccomp2)"
        )
        settings.save(settings.Settings(sandbox_minimum="weak"), file)
        await c.apps.open(APP)
        await c.until_state(c.apps.screen, shown())


@pytest.mark.parametrize(
    ("written", "variable", "level"),
    [
        (None, None, Level.WEAK),
        ('sandbox_minimum = "strong"', None, Level.STRONG),
        ('sandbox_minimum = "strong"', "weak", Level.WEAK),
        ("width = 800", None, Level.WEAK),
        ('sandbox_minimum = "iron"', None, Level.FULL),
        ("nonsense", None, Level.FULL),
    ],
)
def test_the_environment_goes_before_the_settings_and_broken_ones_change_nothing(
    tmp_path, monkeypatch, written, variable, level
):
    file = tmp_path / "settings.toml"
    minimum = Minimum(file)
    file.write_text('sandbox_minimum = "full"')
    assert minimum() is Level.FULL
    file.write_text(written) if written else file.unlink()
    if variable:
        monkeypatch.setenv("CARSERVICES_SANDBOX_MINIMUM", variable)
    assert minimum() is Minimum(file)() is level
    assert settings.CHOICES["sandbox_minimum"] == tuple(one.word for one in Level)


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


ATTACKS = {
    "subscriptions": "Kind.SUBSCRIBE, n, ['Vehicle.**', f'Vehicle.A{n}'], None",
    "templates": "Kind.VIEW, '1', 1, n, ['ListTemplate', {'title': 'x', 'rows': [['Row', {'title': 'y' * 90}]] * 400}]",
}


async def test_hostile_apps_are_ended_with_a_reason_and_the_others_go_on(garage, places, monkeypatch):
    monkeypatch.setattr(link, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(life, "FREEZE_SECONDS", 1000)  # on a busy machine it would stand still before it is ended
    for name, record in ATTACKS.items():
        code = f"""
from carservices.app import *
from carservices.app.wire import Kind, pack
class Main(App):
    def on_start(self):
        n = 0
        while True:
            n += 1
            self.runtime.session._channel.send(pack({record}))
"""
        write_bundle(places.builtin, code, f"org.example.{name}", permissions={"read:Vehicle.**": "all of it"})
    write_bundle(places.builtin, says("self.said = 'heard'"))
    async with garage() as c:
        for name in ATTACKS:
            await c.apps.open(f"org.example.{name}")
        await tapped(c)
        await c.until_state(c.apps.screen, titled("heard"))
        for name in ATTACKS:
            catalog = await c.until_state(c.apps.apps, listed(lambda one: one.last_error, f"org.example.{name}"))
            (ended,) = [one for one in catalog.apps if one.id == f"org.example.{name}"]
            assert "broke the rules of the link too often" in ended.last_error
