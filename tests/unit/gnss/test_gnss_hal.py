"""The GNSS HAL: a recording and a TCP receiver become positions on the bus."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carservices.hal import HalError
from carservices.testing import car
from carservices_hal.gnss.hal import CONTINUOUS, FIX_TYPE, GnssHal, GnssOptions
from carservices_hal.gnss.nmea import NmeaFix, write

LATITUDE = CONTINUOUS[0]
BEGIN = datetime(2026, 6, 1, 10, tzinfo=UTC)
LINES = [
    line
    for second in range(3)
    for line in write(NmeaFix(53.5 + second * 1e-3, 13.2, BEGIN + timedelta(seconds=second), 10.0, 0.0, 20.0, 1.0, 9))
]


async def test_a_recording_is_driven_again(tmp_path: Path):
    (tmp_path / "drive.nmea").write_text("\n".join(["noise", *LINES]))
    async with car(GnssHal(GnssOptions(source=str(tmp_path / "drive.nmea"), speed=20))) as c:
        await c.until(LATITUDE, lambda lat: lat is not None and abs(lat - 53.502) < 1e-6)
        await c.until(FIX_TYPE, "THREE_D")


async def test_a_receiver_in_the_network_is_heard():
    hung_up = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():  # three fixes in one breath: the last of them must be told, too
            writer.write("".join(f"{line}\r\n" for line in LINES).encode())
            await asyncio.sleep(0.2)
        writer.close()
        hung_up.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with car(GnssHal(GnssOptions(source=f"tcp://127.0.0.1:{port}"))) as c:
            await c.until(LATITUDE, lambda lat: lat is not None and abs(lat - 53.502) < 1e-6)
        await hung_up.wait()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("/nowhere/drive.nmea", "cannot be read"),
        ("tcp://127.0.0.1", "say host and port"),
        ("tcp://127.0.0.1:99999", "say host and port"),
        ("tcp://127.0.0.1:1", "start the receiver"),
        (__file__, "no valid RMC"),
    ],
)
async def test_a_source_that_is_none_is_refused(source: str, words: str):
    with pytest.raises(HalError, match=words):
        await GnssHal(GnssOptions(source=source)).open()
