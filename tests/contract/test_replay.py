"""The replay HAL: logs of every format, seeking, looping, recording, broken files, and a real car switching on."""

import contextlib
import subprocess
import sys
from pathlib import Path

import can
import pytest

from carservices.hal import HalError, SetError
from carservices.hal.registry import BadOptions, build
from carservices.signals import Status
from carservices.testing import car
from carservices_hal.can.encode import encode
from carservices_hal.can.pythoncan import prepare_mf4
from carservices_hal.replay.hal import ReplayHal
from carservices_hal.replay.logs import frames
from tests.unit.can.ecu import CLIMATE, HERE, STATE

KONA = Path(__file__).parents[3] / "shared/data/can/kona"
LOG = KONA / "230112-7-2019-pcan-ccan-power-off-on-ready-off.csv"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"


def climate(second):
    """The frame of this second: temperature 16 °C and a half more each second, the fan as fast as seconds have gone."""
    data = encode(CLIMATE, {"LEFT": 16 + second % 10 / 2, "FAN": second % 10})
    return can.Message(timestamp=1000.0 + second, arbitration_id=CLIMATE.id, is_extended_id=False, data=data, channel=1)


def write(file, seconds=range(10)):
    with can.Logger(file) as log:
        for second in seconds:
            log(climate(second))
    return file


def replay(log, **options):
    """Of a log of this file: its frames come each second, not each 20 ms as the database says."""
    mapping = log.with_suffix(".yaml")
    mapping.write_text((HERE / "bench.yaml").read_text() + "  HVAC_STATE: {period_ms: 1000}\n")
    files = {"dbc": str(HERE / "bench.dbc"), "mapping": str(mapping)}
    return build("replay", ReplayHal, {"log": str(log), "loop": False, **files, **options})


FORMATS = ["drive.log", "drive.asc", "drive.blf", "drive.trc", "drive.csv", "drive.asc.gz", "drive.mf4"]


def needs(name):
    if name.endswith("mf4"):
        pytest.importorskip("asammdf", reason="asammdf is not installed (dependency group foreign)")
        prepare_mf4()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_frames(name, tmp_path):
    needs(name)
    found = list(frames(write(tmp_path / name)))
    start = found[0][0]
    assert [(round(stamp - start, 3), key, bytes(data)) for stamp, key, data in found] == [
        (second, CLIMATE.key, bytes(climate(second).data)) for second in range(10)
    ]


def test_who_opens_a_bus_does_not_wait_for_what_only_mf4_needs():
    opens = "from carservices_hal.can.bus import open_bus; open_bus({'interface': 'virtual'}).shutdown()"
    command = [sys.executable, "-c", f"{opens}; import sys; sys.exit('asammdf' in sys.modules)"]
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize("direction", ["", "Rx,"])  # newer versions of SavvyCAN say which way a frame went
def test_gvret_and_its_buses(direction, tmp_path):
    file = tmp_path / "savvy.csv"
    column = "Dir," if direction else ""
    file.write_text(
        f"Time Stamp,ID,Extended,{column}Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8\n"
        f"1500000,000007DF,false,{direction}0,3,02,01,FF,\n1500500,18FEF1FE,true,{direction}1,0\n",
        encoding="utf-8",
    )
    assert list(frames(file)) == [(1.5, 0x7DF, b"\x02\x01\xff"), (1.5005, 0x98FEF1FE, b"")]
    assert [key for _, key, _ in frames(file, bus=0)] == [0x7DF]


async def test_time_passes_as_it_did_only_faster(tmp_path):
    async with car(hal=replay(write(tmp_path / "drive.log"), speed=100)) as c:
        await c.until(TEMPERATURE, 20.5)
        with pytest.raises(Exception, match="read-only"):
            await c.set(TEMPERATURE, 20.0)


async def test_seek_pause_and_loop(tmp_path):
    async with car(hal=replay(write(tmp_path / "drive.log"), start=4, speed=0.01)) as c:
        await c.until(FAN, 4)
        await c.control("replay", "pause")
        await c.control("replay", "seek", seconds=8.5)
        await c.until(FAN, 8)
        await c.control("replay", "seek", seconds=2)
        await c.until(FAN, 2)
        await c.control("replay", "speed", factor=200)
        await c.control("replay", "loop")
        await c.control("replay", "pause", on=False)
        await c.until(FAN, 9)
        await c.until(FAN, lambda fan: fan is not None and fan < 9)
        assert (await c.control("replay", "status"))["loop"] is True


async def test_a_recording_is_a_car_too(tmp_path):
    file = tmp_path / "values.jsonl"
    async with car(hal=replay(write(tmp_path / "drive.log"), speed=100)) as c:
        await c.control("replay", "record", file=str(file))
        await c.control("replay", "seek", seconds=0)
        await c.until(FAN, 9)
        await c.control("replay", "record")
    async with car(hal=build("replay", ReplayHal, {"log": str(file), "speed": 100, "loop": False})) as c:
        await c.until(FAN, 9)
        await c.until(TEMPERATURE, 20.5)


async def test_silence_in_the_log_is_silence_in_the_car(tmp_path):
    file = tmp_path / "drive.log"
    with can.Logger(file) as log:
        for number in (*range(5), 400):
            log(can.Message(timestamp=number / 50, arbitration_id=STATE.id, is_extended_id=False, data=bytes(8)))
            log(can.Message(timestamp=number / 50, arbitration_id=CLIMATE.id, is_extended_id=False, data=b"\x2a\0\1"))
    async with car(hal=replay(file, start=0.05, mapping=str(HERE / "bench.yaml"))) as c:
        await c.until(FAN, 1)
        await c.control("replay", "seek", seconds=3)
        await c.until(FAN, None)
        await c.control("replay", "seek", seconds=8)
        await c.until(FAN, 1)


async def heard(hal):
    """Every value of a log, played to its end."""
    await hal.open()
    await hal.control("seek", {"seconds": 1e6})
    batch = await anext(hal.events())
    health = await hal.health()
    await hal.close()
    return {value.path: value.value for value in batch if value.status is Status.AVAILABLE}, health


async def test_a_log_that_is_cut_plays_up_to_there(tmp_path):
    lines = write(tmp_path / "drive.log").read_text().splitlines(keepends=True)
    cut = tmp_path / "cut.log"
    cut.write_text("".join(lines[:3]) + lines[3][:20])
    values, health = await heard(replay(cut))
    assert values[FAN] == 2
    assert not health.ok
    assert "cut.log: broken after frame 3" in health.message


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 700])
@pytest.mark.parametrize("name", [*FORMATS[:-1], "savvy.csv"])
def test_a_cut_log_gives_frames_before_the_cut_and_no_other(name, cut, tmp_path):
    whole = tmp_path / name
    if name == "savvy.csv":
        rows = [
            f"{second}000000,00000301,false,0,3,{second % 100:02X},2A,{second % 7:02X},\n" for second in range(1000)
        ]
        whole.write_text("Time Stamp,ID,Extended,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8\n" + "".join(rows))
    else:
        write(whole, range(1000))
    everything = list(frames(whole))
    assert len(everything) == 1000
    (tmp_path / "cut").mkdir()
    part = tmp_path / "cut" / name
    part.write_bytes(whole.read_bytes()[:-cut])
    played = []
    with contextlib.suppress(HalError):  # BLF has no end that could be missed
        played.extend(frames(part))
    assert played == everything[: len(played)]
    assert played or name.endswith(("blf", "gz"))  # those lose a whole block


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.log", None, "none.log: cannot be read"),
        ("a.log", b"", "a.log: no frame that is mapped"),
        ("a.asc", b"date\n1.0 1 100 Rx d 8 zz\n", "a.asc: broken at its beginning"),
        ("a.xyz", b"1", "a.xyz: no log of frames ends in '.xyz'; give one of .asc"),
        ("a.csv", b"Time Stamp,ID,Extended,Bus,LEN,D1\n1,zz,false,0,1,00\n", "a.csv:2: no frame of a GVRET log"),
        ("a.csv", b"Time Stamp,ID,Extended,Bus,LEN,D1\n1,101,false,0,8,00\n", "a.csv:2: no frame of a GVRET log"),
        ("a.jsonl", b'{"format": "carservices-recording", "version": 1}\n', "a.jsonl: no value in it"),
        ("a.jsonl", b'{"format": "carservices-recording", "version": 1}\n[0,"Vehicle.No",1,0]\n', ":2: signal"),
        ("a.jsonl", b'{"format": "carservices-recording", "version": 1}\n[0,"Vehicle.Speed","x",0]\n', ":2: Vehicle"),
    ],
)
async def test_files_that_cannot_be_played(name, content, says, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadOptions) as error:
        await replay(tmp_path / name).open()
    assert says in str(error.value)


async def test_a_log_needs_database_and_mapping(tmp_path):
    with pytest.raises(BadOptions, match="it needs the options dbc and mapping"):
        await build("replay", ReplayHal, {"log": str(write(tmp_path / "drive.log"))}).open()


async def test_wrong_words(tmp_path):
    hal = replay(write(tmp_path / "drive.log"))
    await hal.open()
    for verb, arguments in (("seek", {"seconds": -1}), ("speed", {"factor": 0}), ("fly", {}), ("pause", {"off": 1})):
        with pytest.raises(HalError, match="replay does not take"):
            await hal.control(verb, arguments)
    with pytest.raises(SetError, match="read-only"):
        await hal.set(FAN, 1)
    await hal.close()


@pytest.mark.skipif(not LOG.is_file(), reason="the logs of the Kona are not here")
async def test_a_real_car_switches_on(tmp_path):
    hal = build(
        "replay",
        ReplayHal,
        {"log": str(LOG), "dbc": str(KONA / "pcan.dbc"), "mapping": "kona-ev", "bus": 0, "loop": False},
    )
    async with car(hal=hal) as c:
        battery = "Vehicle.Powertrain.TractionBattery"
        await c.control("replay", "pause")
        await c.control("replay", "seek", seconds=0.5)
        await c.until("Vehicle.LowVoltageSystemState", "OFF")
        assert (await c.get(f"{battery}.CurrentVoltage")).value is None
        await c.control("replay", "seek", seconds=5.0)
        for path, value in {
            "Vehicle.LowVoltageSystemState": "ON",
            "Vehicle.Powertrain.Transmission.CurrentGear": 126,
            "Vehicle.Powertrain.Transmission.IsParkLockEngaged": True,
            "Vehicle.TraveledDistance": 26_716_500,
            f"{battery}.StateOfCharge.Displayed": 36.5,
            f"{battery}.CurrentVoltage": lambda volts: volts is not None and 354 < volts < 356,
            f"{battery}.CurrentCurrent": lambda ampere: ampere is not None and -5 < ampere < 0,
            f"{battery}.CurrentPower": lambda watt: watt is not None and -2000 < watt < 0,
            f"{battery}.Temperature.Average": 22.5,
            f"{battery}.Temperature.Max": 23.0,
            "Vehicle.Chassis.SteeringWheel.Angle": 40,
        }.items():
            await c.until(path, value)
        await c.control("replay", "seek", seconds=10.8)
        await c.until("Vehicle.LowVoltageSystemState", "OFF")
        await c.until(f"{battery}.CurrentVoltage", None)
