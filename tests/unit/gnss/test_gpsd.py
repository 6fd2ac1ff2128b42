"""gpsd: its reports are read, and the real daemon reads what our emulated receiver says."""

import asyncio
import contextlib
import json
import shutil
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from carservices.testing import car
from carservices_emulator.gnss.port import NmeaPort, Tcp
from carservices_emulator.gnss.receiver import Receiver
from carservices_emulator.place import Place
from carservices_hal.gnss.gpsd import Reports
from carservices_hal.gnss.hal import CONTINUOUS, FIX_TYPE, GnssHal, GnssOptions

GPSD = shutil.which("gpsd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
TPV = {"class": "TPV", "mode": 3, "time": "2026-06-01T10:00:00.200Z", "lat": 53.5, "lon": 13.2, "track": 90.5}


def report(**fields: object) -> str:
    return json.dumps(TPV | fields)


def test_a_report_is_a_fix_with_the_dilution_of_the_last_sky():
    reports = Reports()
    assert reports.take(report(eph=7.5)).accuracy_m == 7.5
    assert reports.take('{"class":"SKY","hdop":0.8,"satellites":[{"used":true},{"used":false}]}') is None
    fix = reports.take(report(altMSL=31.0, alt=30.0, speed=12.5))
    assert (fix.lat, fix.lon, fix.course, fix.altitude, fix.speed) == (53.5, 13.2, 90.5, 31.0, 12.5)
    assert (fix.accuracy_m, fix.satellites) == (pytest.approx(2.4), 1)
    assert fix.time == datetime(2026, 6, 1, 10, 0, 0, 200_000, UTC)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 16_000,
        '{"class":"VERSION"}',
        report(mode=1),
        report(mode=True),
        report(lat=None),
        report(lat="53"),
        report(lat=float("nan")),
        report(lon=float("inf")),
        report(lat=91.0),
    ],
)
def test_what_is_no_fix_is_passed_over(line: str):
    assert Reports().take(line) is None


@contextlib.asynccontextmanager
async def daemon(source: str) -> AsyncIterator[int]:
    """A gpsd of our own that reads ``source``; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert GPSD is not None
    quiet = asyncio.subprocess.DEVNULL
    child = await asyncio.create_subprocess_exec(GPSD, "-N", "-n", "-S", str(port), source, stdout=quiet, stderr=quiet)
    try:
        yield port
    finally:
        child.terminate()
        await child.wait()


async def answers(port: int) -> None:
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)


@pytest.mark.skipif(GPSD is None, reason="gpsd is not installed (Debian: apt-get install gpsd)")
async def test_the_real_daemon_understands_the_emulated_receiver():
    place = Place(53.55, 13.27, 35.0, 45.0)
    receiver = Receiver(1, place, datetime(2026, 6, 1, 10, tzinfo=UTC))
    receiver.be("open")
    port = NmeaPort(await Tcp.open(0), rate=10.0)

    async def drive() -> None:
        time = 0.0
        while True:
            time += 0.1
            place.move(1.0, 0.0)
            receiver.step(0.1, place, 10.0, datetime.fromtimestamp(1_780_308_000.0 + time, UTC))
            port.tick(receiver, time)
            await asyncio.sleep(0.02)

    driving = asyncio.create_task(drive())
    try:
        async with daemon(port.outlet.address) as at:
            await answers(at)
            async with car(GnssHal(GnssOptions(source=f"gpsd://127.0.0.1:{at}"))) as c:
                await c.until(FIX_TYPE, "THREE_D")
                latitude = (await c.until(CONTINUOUS[0], lambda lat: lat is not None)).value
                assert 53.55 < latitude < place.latitude + 1e-3
                await c.until(CONTINUOUS[2], lambda height: height is not None and abs(height - 35.0) < 15.0)
                await c.until(CONTINUOUS[3], lambda course: course is not None and abs(course - 45.0) < 5.0)
                await c.until(CONTINUOUS[4], lambda error: error is not None and 1.0 < error < 4.0)
                receiver.lost = True
                await c.until(FIX_TYPE, "NONE")
    finally:
        driving.cancel()
        port.outlet.close()
