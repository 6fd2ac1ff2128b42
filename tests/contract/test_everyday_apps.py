"""Calendar, weather and trip log as real processes behind the real app host."""

import contextlib
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from carservices.api.apps import Apps
from carservices.api.permissions import Decision
from carservices.app.codec import decode
from carservices.apphost.places import Places
from carservices.apphost.sandbox import Ability
from carservices.apphost.service import AppsService
from carservices.hal.virtual import VirtualHal
from carservices.services.driving.service import DrivingService
from carservices.services.energy.service import EnergyService
from carservices.services.notifications.service import NotificationsService
from carservices.signals import Catalogue
from carservices.testing import car

BUNDLES = Path(__file__).parents[2] / "apps"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
DRIVEN = "Vehicle.TraveledDistance"
VALUES = {GEAR: 126, "Vehicle.Speed": 0.0, DRIVEN: 5_000_000, "Vehicle.LowVoltageSystemState": "ON"}
FORECAST = BUNDLES / "org.carservices.weather/tests/munich.json"


@pytest.fixture
def garage(tmp_path):
    """``async with garage(app) as (car, apps, hal)``: a parked car, everything that the app asks for granted."""
    folder = tmp_path / "Calendar"
    folder.mkdir()
    places = Places(tmp_path / "state", tmp_path / "run", builtin=BUNDLES, folders={"calendar": folder})

    @contextlib.asynccontextmanager
    async def open_garage(app):
        known = Catalogue.default()
        hal = VirtualHal.of(*(known.config(path) for path in VALUES), values=VALUES)
        apps = lambda: AppsService(places, Ability())  # noqa: E731
        async with car(hal, [DrivingService, NotificationsService, EnergyService, apps]) as c:
            service = c.service(Apps)
            for permission in await service.permissions(app):
                if permission.decision is not Decision.GRANTED:
                    await service.grant(app, permission.id)
            await service.open(app)
            yield c, service, hal

    open_garage.places, open_garage.folder = places, folder
    return open_garage


async def shown(c, apps, *texts):
    """What the screen shows, once all of these are on it."""

    def read(front):
        there = front and front.screen and front.screen.tree
        return repr(decode(front.screen.tree)) if there else ""

    return read(await c.until_state(apps.screen, lambda front: all(text in read(front) for text in texts)))


async def test_the_calendar_reads_the_persons_folder_in_the_time_of_the_car(garage, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    day = datetime.now(ZoneInfo("Asia/Tokyo")).replace(hour=9, minute=30) + timedelta(days=1)
    event = f"UID:a\nDTSTART:{day.astimezone(UTC):%Y%m%dT%H%M}00Z\nSUMMARY:Dentist\nLOCATION:Husum"
    (garage.folder / "my.ics").write_text(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}\nEND:VEVENT\nEND:VCALENDAR\n")
    async with garage("org.carservices.calendar") as (c, apps, _):
        in_utc = f"{day.astimezone(UTC):%H:%M}"
        assert in_utc not in await shown(c, apps, "09:30 · Dentist", "Husum")


async def test_the_weather_is_the_last_known_without_network(garage):
    answer = json.loads(FORECAST.read_text())
    shift = time.time() // 3600 * 3600 - answer["hourly"]["time"][12]
    for table in ("hourly", "daily"):
        answer[table]["time"] = [at + shift for at in answer[table]["time"]]
    data = garage.places.data / "default" / "org.carservices.weather"
    data.mkdir(parents=True)
    (data / "storage.json").write_text(json.dumps({"last": {"answer": answer, "at": time.time()}}))
    async with garage("org.carservices.weather") as (c, apps, _):
        said = await shown(c, apps, "°C · overcast", "% less than at 24 °C")
        hour_by_hour = answer["hourly"]["temperature_2m"][12:14]  # the next one may have begun
        assert any(f"{round(celsius)} °C · overcast" in said for celsius in hour_by_hour)


async def test_the_trip_log_notices_that_the_car_drives(garage):
    async with garage("org.carservices.triplog") as (c, apps, hal):
        assert "under way" not in await shown(c, apps, "Trip log")
        await hal.inject(GEAR, 127)
        assert "12.3 km" not in await shown(c, apps, "under way")
        await hal.inject(DRIVEN, 5_012_300)
        assert "under way" in await shown(c, apps, "12.3 km")
