"""`carservices emulator --can` in its own processes: the car and its CAN HAL come back whoever is killed."""

import asyncio

import pytest

from carservices.bus import Car
from carservices.cli.start import can_bus
from carservices.signals import Status
from carservices.system.run_dir import default_run_dir
from tests.process.rig import PATIENCE, Running, until

COMMAND = ["-m", "carservices.cli.main", "emulator", "--headless"]
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
BCM, CONFIRMED, LOW_BEAM = 0x745, bytes.fromhex("190208"), bytes.fromhex("9A2013")
"""What the body's unit is asked for its confirmed codes, and B1A20-13 among them."""
SPEED, LATITUDE = "Vehicle.Speed", "Vehicle.CurrentLocation.Latitude"


def start(place, *options):
    environment = {"XDG_STATE_HOME": str(place.parent), "XDG_CONFIG_HOME": str(place.parent)}
    environment["XDG_RUNTIME_DIR"] = str(place.parent)
    return Running([*COMMAND, *options, "--run-dir", str(place)], place, environment)


class Seen:
    """The states of one signal."""

    def __init__(self, car, path):
        self.car, self.path = car, path
        self.news = asyncio.Event()
        self.status = None

    async def until(self, status):
        async with asyncio.timeout(PATIENCE):
            while self.status is not status:
                self.news.clear()
                await self.news.wait()

    def __call__(self, value):
        self.status = value.status
        self.news.set()


async def watch(car, path):
    seen = Seen(car, path)
    await car.watch([path], seen)
    return seen


async def codes(car):
    """The confirmed codes of the body's unit; empty while nobody answers."""
    answers = await car.control("can", "diagnose", to=BCM, data=CONFIRMED)
    return b"".join(answer for _, answer in answers)


def has_written(base, code):
    """Whether the emulator has a code in its files."""
    files = (base / "carservices" / "emulator").glob("faults-*.json")
    return any(f'"{int.from_bytes(code)}"' in file.read_text() for file in files)


@pytest.mark.timeout(4 * PATIENCE)  # three starts of processes on a machine that may be busy
async def test_whoever_is_killed_comes_back(place):
    running = start(place, "--can")
    try:
        for name in ("hub", "hal.emulator", "hal.can"):
            await asyncio.to_thread(running.until, name)
        async with await Car.connect(running.run_dir, timeout=PATIENCE) as car:
            speed, latitude = await watch(car, SPEED), await watch(car, LATITUDE)
            await latitude.until(Status.AVAILABLE)
            await speed.until(Status.AVAILABLE)
            await car.control("emulator", "fault", name="low-beam")
            async with asyncio.timeout(PATIENCE):
                while LOW_BEAM not in await codes(car):
                    pass  # each question takes its time
            await asyncio.to_thread(until, lambda: has_written(place.parent, LOW_BEAM), "the fault memory")
            for name, seen in (("hal.can", speed), ("hal.emulator", latitude)):
                await seen.until(Status.AVAILABLE)
                pid = await asyncio.to_thread(running.kill, name)
                await seen.until(Status.UNAVAILABLE)
                await seen.until(Status.AVAILABLE)
                await asyncio.to_thread(running.until, name, but=pid)
                await speed.until(Status.AVAILABLE)
                handle = await car.set(TEMPERATURE, 24.5 if name == "hal.can" else 19.5)
                await handle.confirmed()
            assert LOW_BEAM in await codes(car), "a unit forgets nothing when its power goes"
        assert running.end() == 0
    finally:
        running.close()


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("zmq", {"interface": "zmq", "channel": "car"}),
        ("zmq:mine", {"interface": "zmq", "channel": "mine"}),
        ("socketcan:vcan0", {"interface": "socketcan", "channel": "vcan0"}),
        ("slcan:/dev/ttyUSB0", {"interface": "slcan", "channel": "/dev/ttyUSB0"}),
        ("pcan", {"interface": "pcan"}),
    ],
)
def test_a_bus_in_one_text(text, options):
    assert can_bus(text, default_run_dir()) == options


def test_cars_in_two_run_directories_do_not_share_a_bus(tmp_path):
    one, other = (can_bus("zmq", tmp_path / name)["channel"] for name in ("one", "other"))
    assert len({one, other, "car"}) == 3
    assert can_bus("zmq", tmp_path / "one")["channel"] == one
