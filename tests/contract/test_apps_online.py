"""Weather and radio against a web server in its own process, through the real proxy, in the best sandbox there is."""

import asyncio
import contextlib
import json
import shutil
import sys
import time
import urllib.request

import pytest

from carservices.api.apps import Apps
from carservices.api.audio import Audio
from carservices.apphost.places import Places
from carservices.apphost.service import AppsService
from carservices.hal.virtual import VirtualHal
from carservices.services.audio.output import Clock
from carservices.services.audio.service import AudioService
from carservices.services.driving.service import DrivingService
from carservices.services.notifications.service import NotificationsService
from carservices.signals import Catalogue
from carservices.testing import car
from tests.contract import web_world
from tests.contract.test_everyday_apps import BUNDLES, FORECAST, GEAR, shown

WEATHER, MUSIC = "org.carservices.weather", "org.carservices.music"
VALUES = {
    GEAR: 126,
    "Vehicle.Speed": 0.0,
    "Vehicle.CurrentLocation.Latitude": 48.1,
    "Vehicle.CurrentLocation.Longitude": 11.6,
}


def of_today(folder):
    answer = json.loads(FORECAST.read_text())
    shift = time.time() // 3600 * 3600 - answer["hourly"]["time"][0]
    for table in ("hourly", "daily"):
        answer[table]["time"] = [at + shift for at in answer[table]["time"]]
    (folder / "forecast.json").write_text(json.dumps(answer))
    return folder / "forecast.json"


@pytest.fixture
async def world(tmp_path):
    """``host:port`` of the server, what changes its way, and what tells how often a path was asked for."""
    command = [sys.executable, "-m", web_world.__name__, str(of_today(tmp_path))]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    address = f"127.0.0.1:{int(await process.stdout.readline())}"

    async def be(way):
        request = urllib.request.Request(f"http://{address}/is/{way}", method="POST")
        await asyncio.to_thread(urllib.request.urlopen, request)

    async def asked_for(path):
        with await asyncio.to_thread(urllib.request.urlopen, f"http://{address}/asked{path}") as answer:
            return int(answer.read())

    yield address, be, asked_for
    process.kill()
    await process.wait()


@pytest.fixture
def garage(tmp_path, world):
    """``async with garage(app, **replaced) as (car, apps)``: the app as it is, but for the server it asks."""
    tmp_path.chmod(0o755)
    places = Places(tmp_path / "state", tmp_path / "run", builtin=tmp_path / "apps", folders={"music": tmp_path / "m"})
    places.folders["music"].mkdir()

    @contextlib.asynccontextmanager
    async def open_garage(app, file, before, after):
        bundle = places.builtin / app
        shutil.copytree(BUNDLES / app, bundle, ignore=shutil.ignore_patterns("tests", "__pycache__", "pictures"))
        manifest = (bundle / "app.toml").read_text()
        hosts = next(line for line in manifest.splitlines() if line.startswith("hosts"))
        (bundle / "app.toml").write_text(manifest.replace(hosts, f'hosts = ["{world[0]}"]'))
        text = (bundle / file).read_text()
        assert before in text
        (bundle / file).write_text(text.replace(before, after))
        known = Catalogue.default()
        hal = VirtualHal.of(*(known.config(path) for path in VALUES), values=VALUES)
        audio = AudioService(tmp_path / "sound", music=places.folders["music"], output=lambda: Clock(50.0))
        services = [DrivingService, NotificationsService, lambda: audio, lambda: AppsService(places)]
        async with car(hal, services) as c:
            apps = c.service(Apps)
            for permission in await apps.permissions(app):
                if permission.level == "dangerous":
                    await apps.grant(app, permission.id)
            yield c, apps

    return open_garage


async def test_the_weather_comes_whole_or_the_trouble_is_said_and_the_last_one_stays(garage, world, tmp_path):
    address, be, asked_for = world
    async with garage(WEATHER, "forecast/openmeteo.py", "https://api.open-meteo.com", f"http://{address}") as (c, apps):
        for way in ("error", "garbage", "cut"):
            await be(way)
            await apps.open(WEATHER)
            await shown(c, apps, "The weather service cannot be reached")
            await apps.close(WEATHER)
        await be("slow")
        await apps.open(WEATHER)
        assert "cannot be reached" not in await shown(c, apps, "°C · ")
        await apps.close(WEATHER)
        await be("error")
        kept = tmp_path / "state/apps/data/default" / WEATHER / "storage.json"
        values = json.loads(kept.read_text())
        values["asked"][0] -= 3600
        kept.write_text(json.dumps(values))
        asked = await asked_for("/v1/forecast")
        await apps.open(WEATHER)
        assert "°C · " in await shown(c, apps, "The weather service cannot be reached")
        assert await asked_for("/v1/forecast") > asked


@pytest.mark.parametrize(("kind", "titled"), [("mp3", "Song "), ("ogg", "Ines Aumann - Low Tide")])
async def test_a_station_is_found_by_its_list_says_its_titles_and_is_tuned_in_again(garage, world, kind, titled):
    address, be, _ = world
    station = f"#EXTM3U\n#EXTINF:-1,Night\nhttp://{address}/{kind}.pls\n"
    bundled = (BUNDLES / MUSIC / "stations.m3u").read_text()
    async with garage(MUSIC, "stations.m3u", bundled, station) as (c, apps):
        audio = c.service(Audio)

        async def tap(wanted, title):
            front = await c.until_state(apps.screen, lambda front: wanted in repr(front.screen and front.screen.tree))
            tree = front.screen.tree[1]
            rows = [fields for _, fields in (*tree.get("rows", ()), *tree.get("items", ()))]
            await apps.action(MUSIC, front.screen.seq, next(row["on_click"] for row in rows if row["title"] == title))

        await apps.open(MUSIC)
        await tap("1 station", "Radio")
        await tap(address.partition(":")[0], "Night")
        await c.until_state(audio.state, lambda s: s and s.playing and s.title)
        media = await c.until_state(apps.media, lambda player: player.media and f"'{titled}" in repr(player.media.tree))
        assert media.media.tree[1]["track"][1]["artist"] == "Night"
        await be("cut")
        await c.until_state(audio.state, lambda s: s is not None and s.ended > 0)
        await c.until_state(apps.media, lambda player: player.media and player.media.tree[1]["state"] == "buffering")
        await be("well")
        await c.until_state(audio.state, lambda s: s and s.playing and s.title)
