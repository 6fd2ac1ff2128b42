"""The shell as a process of its own: a picture with an exact name, and an orderly end."""

import asyncio
import os
import signal
import sys

from carservices.app import png
from carservices.hal.virtual import VirtualHal
from carservices.testing import car

PICTURE = """
import sys, pathlib
from carservices_ui.shell import main
run_dir, picture = map(pathlib.Path, sys.argv[1:3])
main(run_dir, name="tool", size=(1280, 720), screenshot=picture, screen=sys.argv[3])
"""
WINDOW = """
import sys, pathlib
from carservices_ui.shell import main
main(pathlib.Path(sys.argv[1]), name="tool", ready=lambda: print("ready", flush=True))
"""
SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")


async def start(code, *arguments, **variables):
    environment = {name: value for name, value in os.environ.items() if name not in SCREEN}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        *map(str, arguments),
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)} | variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_a_picture_of_a_screen_as_the_person_has_it_is_written_to_exactly_that_file(tmp_path):
    picture = tmp_path / "{home} 1.png"
    kept = tmp_path / "state" / "shell" / "preferences.json"
    kept.parent.mkdir(parents=True)
    kept.write_text('{"theme": "day"}')
    async with car(VirtualHal()) as c:
        process = await start(PICTURE, c.run_dir, picture, "home", CARSERVICES_STATE_DIR=str(tmp_path / "state"))
        _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    width, height, pixels = png.decode(picture.read_bytes(), 1280 * 720)
    assert (width, height) == (1280, 720)
    assert sum(pixels[::401]) / len(pixels[::401]) > 180
    assert {path.name for path in tmp_path.iterdir()} == {picture.name, "state"}
    assert [path.read_text() for path in kept.parent.iterdir()] == ['{"theme": "day"}']


async def test_an_unknown_screen_is_named(tmp_path):
    process = await start(PICTURE, tmp_path, tmp_path / "x.png", "garage")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert "there is no screen 'garage'; there are home, " in errors.decode()


async def test_a_display_that_does_not_answer_is_named(tmp_path):
    process = await start(WINDOW, tmp_path, DISPLAY=":9876")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert "no window: the display :9876 does not answer" in errors.decode()


async def test_it_says_when_it_is_ready_and_ends_with_sigterm(tmp_path):
    process = await start(WINDOW, tmp_path)
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "")
