"""An app of a folder runs in a car, is new after each save, and says what went wrong; the inspector looks into it."""

import asyncio
import contextlib
import signal
import sys

import pytest

from carservices.api.apps import Apps
from carservices.api.appstatus import AppState
from carservices.apphost import health
from carservices.apptools import workbench
from carservices.apptools.workbench import Workbench, snapshot
from carservices.bus import CallError
from carservices.cli.main import FAILED, OK, main
from carservices.system.run_dir import Lock
from carservices.testing import PATIENCE
from tests.unit.apphost.conftest import DRIVE, GEAR, SPEED, listed, shown, until, write_bundle

APP = "org.example.one"
CODE = """
from carservices.app import *
class Main(App):
    def view(self):
        {view}
"""
TWO = {"read:Vehicle.Speed": "Shows the speed", "read:Vehicle.Chassis.Axle.**": "Shows the tyres"}


def code(view):
    return CODE.format(view=view)


def lists(*titles):
    return code(f"return ListTemplate('One', [Row(title) for title in {titles!r}])")


@contextlib.asynccontextmanager
async def at_work(c, folder, **options):
    """A workbench on a folder; the texts that it says."""
    said = []
    work = asyncio.create_task(Workbench(c.apps, folder, said.append, **options).run())
    try:
        yield said
        assert not work.done(), work.result()
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


def heard(said, *words):
    return until(lambda: any(all(word in text for word in words) for text in said))


async def test_each_save_is_shown_and_what_is_wrong_is_said(garage, tmp_path, monkeypatch):
    monkeypatch.setattr(workbench, "LOOK_SECONDS", 0.02)
    folder = tmp_path / "work" / write_bundle(tmp_path / "work", lists("first"), permissions=TWO)
    main_py, manifest = folder / "main.py", (folder / "app.toml").read_text()
    async with garage() as c:
        async with at_work(c, folder, screens=True, grant=True) as said:
            await heard(said, "One\n  first")
            main_py.write_text(lists("second"))
            await heard(said, "One\n  second")
            main_py.write_text(code("return 1 / 0"))
            await heard(said, "went wrong", "1 / 0")
            await heard(said, "error:", "ZeroDivisionError")
            main_py.write_text("def view(:")
            await heard(said, "(crashed)", "SyntaxError")
            (folder / "app.toml").write_text(manifest.replace("min_sdk = 1", "min_sdk = 99"))
            await heard(said, "not run: ", "app.toml:4", "the app needs SDK 99")
            main_py.write_text(code("return ListTemplate('', [Row('a')])"))
            (folder / "app.toml").write_text(manifest.replace("1.0.0", "1.1.0"))
            await heard(said, "give it a title")
            status = (await c.apps.apps.last()).apps[0]
            assert (status.version, "speed" in status.grants) == ("1.1.0", True)
        await c.until_state(c.apps.apps, lambda catalog: catalog.apps == ())


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (code("import time; time.sleep(1000)"), ("has not answered for", 'main.py", line 5 in view')),
        ("import time\ntime.sleep(1000)", ("has not said hello for", 'main.py", line 2 in <module>')),
    ],
    ids=["view", "import"],
)
async def test_an_app_that_blocks_is_told_with_its_line(garage, tmp_path, hurry, monkeypatch, source, words):
    monkeypatch.setattr(health, "START_SECONDS", 0.5)
    folder = tmp_path / "work" / write_bundle(tmp_path / "work", source)
    async with garage() as c, at_work(c, folder, screens=True) as said:
        await heard(said, "car: it", *words)
        await heard(said, "(not_responding)")


async def test_an_installed_app_is_back_when_the_work_ends(garage, places, tmp_path):
    write_bundle(places.builtin, lists("installed"))
    folder = tmp_path / "work" / write_bundle(tmp_path / "work", lists("new"), version="2.0.0")
    async with garage() as c:
        async with at_work(c, folder):
            await c.until_state(c.apps.apps, listed(lambda app: app.version == "2.0.0"))
        await c.until_state(c.apps.apps, listed(lambda app: (app.version, app.state) == ("1.0.0", AppState.STOPPED)))


async def test_work_that_ends_while_the_app_starts_leaves_nothing_behind(garage, tmp_path):
    folder = tmp_path / "work" / write_bundle(tmp_path / "work", lists("a"))
    async with garage() as c:
        async with asyncio.TaskGroup() as both:
            both.create_task(c.apps.develop(str(folder)))
            both.create_task(c.apps.develop(str(folder)))
            both.create_task(c.apps.leave(APP))
        await c.until_state(c.apps.apps, lambda catalog: catalog.apps == ())


async def test_what_it_has_to_ask_for_is_said(garage, tmp_path):
    view = 'return ListTemplate("One", [Row(self.car["Vehicle.Speed"].text())])'
    folder = tmp_path / "work" / write_bundle(tmp_path / "work", code(view), permissions=TWO)
    async with garage() as c, at_work(c, folder) as said:
        await heard(said, f"carservices apps grant {APP} speed")


async def test_the_command_runs_until_ctrl_c(garage, tmp_path):
    folder = tmp_path / "work" / write_bundle(tmp_path / "work", lists("first"))
    async with garage() as c:
        with Lock(c.run_dir):
            command = ("-m", "carservices.cli.main", "app", "run", folder, "--headless", "--run-dir", c.run_dir)
            process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
            async with asyncio.timeout(PATIENCE):
                while await process.stdout.readline() != b"  first\n":
                    assert not process.stdout.at_eof()
                process.send_signal(signal.SIGINT)
                assert await process.wait() == OK
        await c.until_state(c.apps.apps, lambda catalog: catalog.apps == ())


async def test_only_tools_develop_apps(garage, tmp_path):
    folder = tmp_path / "work" / write_bundle(tmp_path / "work", lists("a"))
    async with garage() as c:
        other = await c.connect("shell")
        with pytest.raises(CallError, match="only tools develop apps"):
            await other.service(Apps).develop(str(folder))
        with pytest.raises(CallError, match=r"this file in its root"):
            await c.apps.develop(str(tmp_path))


async def test_the_inspector_tells_step_cuts_and_messages(garage, places, capsys):
    write_bundle(places.builtin, lists(*"abcdefgh"))
    async with garage() as c:

        async def inspected():
            status = await asyncio.to_thread(main, ["app", "inspect", APP, "--run-dir", str(c.run_dir)])
            said = capsys.readouterr()
            return status, said.out + said.err

        with Lock(c.run_dir):
            assert (await inspected())[1].startswith(f"{APP}: stopped, no template")
            await c.apps.open(APP)
            await c.until_state(c.apps.screen, shown())
            await c.say(GEAR, DRIVE)
            await c.say(SPEED, 20.0)
            await c.until_state(c.apps.screen, shown(lambda screen: screen.cuts))
            status, said = await inspected()
            assert status == OK
            assert "ListTemplate, version 1, depth 1\nstep 1 of 5\nrestrictions: NO_DIALPAD" in said
            assert "cut: ListTemplate.rows: 2 items less (LIMIT_CONTENT)" in said
            assert "← view" in said
            assert "tree=ListTemplate('One')" in said
            assert (await asyncio.to_thread(main, ["app", "inspect", "org.x", "--run-dir", str(c.run_dir)])) == FAILED


def test_a_snapshot_changes_with_what_the_app_uses_only(tmp_path):
    (tmp_path / "tests").mkdir()
    before = snapshot(tmp_path)
    for unused in ("tests/test_a.py", ".main.py.swp"):
        (tmp_path / unused).touch()
        assert snapshot(tmp_path) == before
    (tmp_path / "strings.en.toml").write_text("a = 'A'")
    assert snapshot(tmp_path) != before
