"""How apps end, with real processes: crash, hang, break rules, cannot begin, and gone without a trace."""

import asyncio

import pytest

from carservices.api.appscreen import Card
from carservices.api.appstatus import AppState
from carservices.apphost import crashes, life, link
from carservices.apphost.roster import Roster
from carservices.apphost.sandbox import Ability, Level, Minimum, Missing
from carservices.bus import CallError
from carservices.bus.crashes import reports
from carservices.system import settings
from tests.unit.apphost.conftest import card, listed, shown, until, write_bundle
from tests.unit.apphost.one import APP, gone, row, says, state, tapped, titled


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


async def test_the_host_ends_with_any_of_its_looks(garage, monkeypatch, hurry):
    def fails(_):
        raise OSError("/proc cannot be read")

    def looks():
        return {"_hold", "_look"} & {task.get_coro().__name__ for task in asyncio.all_tasks()}

    with pytest.RaisesGroup(OSError):
        async with garage():
            await until(looks)
            monkeypatch.setattr(Roster, "measure", fails)
            await until(lambda: not looks())


ATTACKS = {
    "subscriptions": "Kind.SUBSCRIBE, n, ['Vehicle.**', f'Vehicle.A{n}'], None",
    "templates": "Kind.VIEW, '1', 1, n, ['ListTemplate', {'title': 'x', 'rows': [['Row', {'title': 'y' * 90}]] * 400}]",
}


async def test_hostile_apps_are_ended_with_a_reason_and_the_others_go_on(garage, places, monkeypatch):
    monkeypatch.setattr(link, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(link, "MESSAGES", (10.0, 40.0))  # a busy machine lets them send no more than they may
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
