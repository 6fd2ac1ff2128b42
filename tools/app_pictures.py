"""Makes the pictures of the READMEs of Music and Reader: ``python -m tools.app_pictures``; it needs no display."""

import asyncio
import colorsys
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import mutagen.id3
import mutagen.wave
import numpy as np
from numpy.typing import NDArray

from carservices.api.apps import Apps
from carservices.api.appscreen import Screen
from carservices.api.driving import Driving, Motion
from carservices.api.notifications import Notifications
from carservices.bus import Car, CarError
from tools.app_icons import png

APPS = Path(__file__).parents[1] / "apps"
COMMAND = [sys.executable, "-m", "carservices.cli.main"]
MUSIC, READER = "org.carservices.music", "org.carservices.reader"
DATA = "state/carservices/apps/data"
"""Of all apps, in the home folder of `in_a_car`."""
PATIENCE, BREATH = 60.0, 0.2
HEARD_SECONDS = 20.0
"""s of a song before its picture is taken."""
COVER, RATE, SECONDS = 480, 8000, 200

ALBUMS = {
    ("Ines Aumann", "Blue Hour"): ("Dawn", "Harbour Lights", "Ferry Home", "Salt", "Low Tide"),
    ("The Wagons", "Long Roads"): ("Night Ride", "Two Lanes", "Diesel and Dust", "Signals"),
    ("Trio Kessel", "Live in Husum"): ("Opening", "Wind Song", "Encore"),
    ("Maja Brandt", "Paper Planes"): ("Paper Planes", "Rain on Tin", "Tomorrow"),
}
NEWS = (
    ("Night trains to four more cities from December", 0.4),
    ("Heat pump output doubled on old school building", 1.1),
    ("Storm expected on the coast from Friday evening", 1.8),
    ("Museum shows a lost painting after ninety years", 2.6),
    ("Bridge on the A20 opens two weeks early", 3.9),
    ("Astronomers measure rain of iron on a far planet", 5.2),
)
FEED = "https://news.example.org/feed"
TEXT = (
    "The new bridge over the valley opens to traffic on Monday, two weeks earlier than planned.\n\n"
    "It carries four lanes on 26 piers. Before, a detour of eighteen kilometres led through three villages."
)


def cover(hue: float) -> bytes:
    """A landscape of hills at some hour of the day."""
    y, x = np.mgrid[0:COVER, 0:COVER] / COVER
    picture: NDArray[np.float64] = np.zeros((COVER, COVER, 3))
    for layer in range(6):
        edge = 0.12 * layer + 0.1 + 0.05 * np.sin(x * (5 + 2 * layer) + layer * 1.7 + hue * 9)
        colour = np.array(colorsys.hsv_to_rgb((hue + 0.03 * layer) % 1, 0.45 + 0.08 * layer, 0.95 - 0.14 * layer))
        picture = np.where((y >= (edge if layer else -1))[..., None], colour, picture)
    sun = (np.hypot(x - 0.68, y - 0.2) < 0.09)[..., None] & (y < 0.34)[..., None]
    picture = np.where(sun, np.array([1.0, 0.96, 0.86]), picture)
    return png(np.concatenate([picture * 255, np.full((COVER, COVER, 1), 255.0)], axis=-1).astype(np.uint8))


def music(folder: Path) -> None:
    """Albums with tags and covers; the songs are silent."""
    for number, ((artist, album), songs) in enumerate(ALBUMS.items()):
        place = folder / artist / album
        place.mkdir(parents=True)
        (place / "cover.png").write_bytes(cover(0.55 + 0.22 * number))
        for track, title in enumerate(songs, 1):
            file = place / f"{track:02d} {title}.wav"
            with wave.open(str(file), "wb") as opened:
                opened.setparams((1, 1, RATE, 0, "NONE", ""))
                opened.writeframes(b"\x80" * RATE * SECONDS)
            tagged = mutagen.wave.WAVE(file)
            tagged.add_tags()
            assert tagged.tags is not None
            for frame, text in (("TIT2", title), ("TPE1", artist), ("TALB", album), ("TRCK", str(track))):
                tagged.tags.add(getattr(mutagen.id3, frame)(text=[text]))
            tagged.save()
    lines = [f"{artist}/{album}/01 {songs[0]}.wav" for (artist, album), songs in ALBUMS.items()]
    (folder / "First songs.m3u").write_text("\n".join(lines))


def news(data: Path) -> None:
    """A feed of our own as the reader keeps it, fetched just now, so that it needs no network."""
    now = time.time()
    articles = [{"title": title, "text": TEXT, "published": now - 3600 * hours} for title, hours in NEWS]
    kept = {FEED: {"name": "Example News", "articles": articles, "fetched": now, "etag": ""}}
    data.mkdir(parents=True)
    (data / "articles.json").write_text(json.dumps(kept))
    (data / "settings.json").write_text(json.dumps({"tagesschau": False, "bbc": False, "own": FEED}))


class Camera:
    """Taps through an app of the running car and takes pictures of it."""

    def __init__(self, car: Car, run_dir: Path) -> None:
        self.apps = car.service(Apps)
        self.driving = car.service(Driving)
        self._notes = car.service(Notifications)
        self._car = car
        self._run_dir = run_dir

    async def open(self, app: str) -> None:
        self.app = app
        await self.apps.open(app)

    async def screen(self, text: str) -> Screen:
        """Wait until this text is on the screen."""
        async with asyncio.timeout(PATIENCE):
            while True:
                front = await self.apps.screen.last()
                screen = front.screen if front else None
                if screen is not None and screen.app == self.app and text in _texts(screen.tree):
                    return screen
                await asyncio.sleep(BREATH)

    async def tap(self, title: str) -> None:
        screen = await self.screen(title)
        action = next(node["on_click"] for node in _nodes(screen.tree) if node.get("title") == title)
        await self.apps.action(self.app, screen.seq, action)

    async def select(self, tab: str) -> None:
        """Another tab, by its id."""
        screen = await self.screen(tab)
        action = next(node["on_select"] for node in _nodes(screen.tree) if "on_select" in node)
        await self.apps.action(self.app, screen.seq, action, [tab])

    async def take(self, name: str, wait_for: str) -> None:
        """The app's screen, once it has this text."""
        await self.screen(wait_for)
        await self.shoot("app", name)

    async def quiet(self) -> None:
        """No notification lies over the pictures that follow."""
        board = await self._notes.active.last()
        for note in board.notifications if board else ():
            await self._notes.dismiss(note.id)

    async def shoot(self, screen: str, name: str) -> None:
        file = APPS / self.app / "pictures" / f"{name}.png"
        file.parent.mkdir(exist_ok=True)
        words = ["screenshot", str(file), "--screen", screen, "--run-dir", str(self._run_dir)]
        process = await asyncio.create_subprocess_exec(*COMMAND, *words)
        if await process.wait():
            raise SystemExit(f"{file.name} could not be taken")

    async def home(self, name: str) -> None:
        """The app plays on behind the home screen."""
        await self.apps.home()
        await self.shoot("home", name)

    async def say(self, path: str, value: int) -> None:
        """A sensor of the car says this for a minute."""
        await self._car.control("emulator", "inject", path=path, value=value, seconds=60)

    async def drive(self) -> None:
        await self._car.control("emulator", "driver", name="constant", speed=50)
        async with asyncio.timeout(PATIENCE):
            while (state := await self.driving.state.last()) is None or state.motion is not Motion.MOVING:  # noqa: ASYNC110
                await asyncio.sleep(BREATH)


def _nodes(tree: Any) -> list[dict[str, Any]]:
    """The fields of every node."""
    if isinstance(tree, list) and len(tree) == 2 and isinstance(tree[0], str) and isinstance(tree[1], dict):
        return [tree[1], *(node for value in tree[1].values() for node in _nodes(value))]
    return [node for item in tree for node in _nodes(item)] if isinstance(tree, list) else []


def _texts(tree: Any) -> set[str]:
    return {value for node in _nodes(tree) for value in node.values() if isinstance(value, str)}


async def photograph(camera: Camera) -> None:
    """Every picture."""
    await camera.apps.grant(MUSIC, "files:music")
    await camera.open(MUSIC)
    await camera.take("library", "Artists")
    await camera.tap("Albums")
    await camera.take("albums", "Blue Hour")
    await camera.tap("Long Roads")
    await camera.tap("Night Ride")
    await asyncio.sleep(HEARD_SECONDS)
    await camera.shoot("app", "player")
    await camera.home("mini-player")
    await camera.open(READER)
    await camera.take("headlines", NEWS[0][0])
    await camera.tap(NEWS[4][0])
    await camera.take("article", f"{NEWS[4][0]}\n\n{TEXT}")
    await camera.apps.back()
    await camera.drive()
    await camera.tap(NEWS[1][0])
    await camera.take("driving", "Pause")


async def _connected(run_dir: Path) -> Car:
    """The car, once its apps are there."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await asyncio.sleep(BREATH)
            try:
                car = await Car.connect(run_dir)
            except CarError:
                continue
            while await car.service(Apps).apps.last() is None:  # noqa: ASYNC110
                await asyncio.sleep(BREATH)
            return car


def in_a_car(prepare: Callable[[Path], None], photograph: Callable[[Camera], Awaitable[None]]) -> None:
    """Start an emulated car with a home folder that ``prepare`` fills, take pictures, and end it."""

    async def session(run_dir: Path) -> None:
        async with await _connected(run_dir) as car:
            await photograph(Camera(car, run_dir))

    with tempfile.TemporaryDirectory(prefix="pic") as scratch:
        run_dir, home = Path(scratch, "run"), Path(scratch, "home")
        os.environ |= {
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CONFIG_HOME": str(home / "config"),
        }
        prepare(home)
        start = ["emulator", "--headless", "--scenario", "parked", "--run-dir", str(run_dir)]
        car = subprocess.Popen([*COMMAND, *start])
        try:
            asyncio.run(session(run_dir))
        finally:
            car.send_signal(signal.SIGINT)
            car.wait(20)


def media(home: Path) -> None:
    music(home / "Music")
    news(home / DATA / READER)


if __name__ == "__main__":
    in_a_car(media, photograph)
