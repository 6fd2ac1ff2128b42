"""The GNSS HAL: a recording and a TCP receiver become positions on the bus."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carservices.hal import HalError
from carservices.testing import car
from carservices_emulator.gnss.port import Pty
from carservices_hal.gnss import hal
from carservices_hal.gnss.hal import CONTINUOUS, FIX_TYPE, SPEED, GnssHal, GnssOptions
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
    options = GnssOptions(source=str(tmp_path / "drive.nmea"), speed=20, loop=True, vehicle_speed=True)
    async with car(GnssHal(options)) as c:
        await c.until(SPEED, lambda speed: speed is not None and abs(speed - 36.0) < 0.01)
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


async def test_a_receiver_that_makes_noise_hangs_up_and_falls_silent_is_called_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hal, "SILENT_S", 1.0)
    calls = 0
    silent = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.write(b"\xff" * 50_000 + b"\n" + b"$GNRMC,bad*00\r\n")
        while calls > 1 and not silent.is_set():
            writer.write("".join(f"{line}\r\n" for line in LINES).encode())
            await asyncio.sleep(0.05)
        if calls > 1:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        receiver = GnssHal(GnssOptions(source=f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
        async with car(receiver) as c:
            await c.until(LATITUDE, lambda lat: lat is not None and abs(lat - 53.502) < 1e-6)
            health = await receiver.health()
            assert (health.ok, health.figures["lost"]) == (True, 1)
            silent.set()
            await c.until(LATITUDE, None)
            await c.until(FIX_TYPE, "NONE")
    assert calls == 2


async def test_a_receiver_at_a_serial_port_is_heard(tmp_path: Path):
    port = Pty(tmp_path / "gps")

    async def speak() -> None:
        while True:
            port.write("".join(f"{line}\r\n" for line in LINES).encode())
            await asyncio.sleep(0.05)

    speaking = asyncio.create_task(speak())
    try:
        async with car(GnssHal(GnssOptions(source=port.address, baud=38400))) as c:
            await c.until(LATITUDE, lambda lat: lat is not None and abs(lat - 53.502) < 1e-6)
    finally:
        speaking.cancel()
        port.close()
    assert not (tmp_path / "gps").exists()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("/nowhere/drive.nmea", "cannot be read"),
        ("tcp://127.0.0.1", "say host and port"),
        ("tcp://127.0.0.1:99999", "say host and port"),
        ("tcp://127.0.0.1:1", "start the receiver"),
        ("gpsd://127.0.0.1:1", "start the receiver"),
        ("gpsd://", "say host and port"),
        ("serial:/dev/nowhere", "No such file"),
        (f"serial:{__file__}", "no serial port"),
        ("serial:/dev/null", "no serial port"),
        (__file__, "no valid RMC"),
    ],
)
async def test_a_source_that_is_none_is_refused(source: str, words: str):
    with pytest.raises(HalError, match=words):
        await GnssHal(GnssOptions(source=source)).open()
