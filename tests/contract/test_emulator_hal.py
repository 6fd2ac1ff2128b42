"""The emulator as a HAL: values, rates, echoes, refusals, failures, developer commands; on the HAL object itself."""

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import pytest

from carservices.hal import HalError, SetError
from carservices.signals import Catalogue, ChangeMode, Code, Status
from carservices_emulator.hal import EmulatorHal, EmulatorOptions

SPEED = "Vehicle.Speed"
DOOR = "Vehicle.Cabin.Door.Row1.DriverSide"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
TIMEOUT = 20.0


class Listener:
    """Everything the HAL said, by path, oldest first."""

    def __init__(self, hal):
        self.hal = hal
        self.configs = {}
        self.values = defaultdict(list)
        self.batches = 0
        self._news = asyncio.Event()

    async def listen(self):
        async for batch in self.hal.events():
            self.batches += 1
            assert len({value.path for value in batch}) == len(batch)
            for value in batch:
                self.values[value.path].append(value)
            self._news.set()

    async def until(self, condition):
        """Wait until ``condition()`` holds; fails after a generous time."""
        async with asyncio.timeout(TIMEOUT):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def last(self, path):
        return self.values[path][-1] if self.values[path] else None

    async def see(self, path, value):
        await self.until(lambda: self.values[path] and self.values[path][-1].value == value)

    async def more(self, path, count):
        """Wait for ``count`` further values; returns them."""
        start = len(self.values[path])
        await self.until(lambda: len(self.values[path]) >= start + count)
        return self.values[path][start:]


@asynccontextmanager
async def emulator(**options):
    hal = EmulatorHal(EmulatorOptions(**({"scenario": "parked"} | options)))
    listener = Listener(hal)
    listener.configs = {config.path: config for config in await hal.open()}
    task = asyncio.create_task(listener.listen())
    try:
        await listener.until(lambda: len(listener.values) == len(listener.configs))
        yield hal, listener
    finally:
        await hal.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(task, TIMEOUT)


async def test_the_first_batches_carry_every_signal():
    async with emulator() as (_, heard):
        assert len(heard.configs) == len(Catalogue.default())
        assert {value.status for values in heard.values.values() for value in values} == {Status.AVAILABLE}
        assert heard.last("Vehicle.VehicleIdentification.Brand").value == "Renault"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (TEMPERATURE, 23.5),
        ("Vehicle.Cabin.Infotainment.HMI.DayNightMode", "NIGHT"),
        ("Vehicle.Cabin.Seat.Row1.PassengerSide.HeatingCooling", 60),
        (DOOR + ".IsOpen", True),
        ("Vehicle.Body.Lights.LightSwitch", "BEAM"),
        ("Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit", 90),
    ],
)
async def test_a_set_is_echoed_even_when_nothing_changes(path, value):
    async with emulator() as (hal, heard):
        for _ in range(2):
            seen = len(heard.values[path])
            await hal.set(path, value)
            await heard.until(lambda seen=seen: len(heard.values[path]) > seen)
            assert heard.last(path).value == value


async def test_a_window_is_seen_moving():
    async with emulator(speed=4) as (hal, heard):
        window = DOOR + ".Window.Position"
        await hal.set(window, 100)
        await heard.see(window, 100)
        way = [value.value for value in heard.values[window]]
        assert way == sorted(way)
        assert len(way) > 5


async def test_consequences_of_a_set_are_told_too():
    async with emulator() as (hal, heard):
        await hal.set("Vehicle.Body.Lights.LightSwitch", "BEAM")
        await heard.see("Vehicle.Body.Lights.Beam.Low.IsOn", True)


async def test_refusals_reach_the_caller():
    async with emulator(scenario="city", speed=10) as (hal, heard):
        await hal.subscribe(SPEED, 10)
        await heard.until(lambda: heard.last(SPEED).value > 5)
        with pytest.raises(SetError) as error:
            await hal.set(DOOR + ".IsOpen", True)
        assert (error.value.code, error.value.blocking) == (Code.NOT_AVAILABLE_SPEED_HIGH, SPEED)
        with pytest.raises(SetError) as error:
            await hal.set(SPEED, 1.0)
        assert error.value.code is Code.ACCESS_DENIED


async def test_continuous_signals_come_only_to_who_listens():
    async with emulator(scenario="city") as (hal, heard):
        await hal.subscribe(SPEED, 50)
        await heard.more(SPEED, 20)
        assert len(heard.values["Vehicle.Acceleration.Longitudinal"]) == 1
        await hal.subscribe(SPEED, 0)
        await heard.until(lambda: heard.batches)
        silent = len(heard.values[SPEED])
        await hal.subscribe("Vehicle.CurrentLocation.Latitude", 10)
        await heard.more("Vehicle.CurrentLocation.Latitude", 5)
        assert len(heard.values[SPEED]) <= silent + 1


@pytest.mark.parametrize(("asked", "given"), [(50, 50), (10, 10), (1000, 50)])
async def test_rates_are_kept_on_the_signals_own_clock(asked, given):
    async with emulator(scenario="city") as (hal, heard):
        await hal.subscribe(SPEED, asked)
        stamps = [value.timestamp for value in await heard.more(SPEED, 15)]
        gaps = [after - before for before, after in pairwise(stamps)]
        assert all(gap > 0 for gap in gaps)
        assert min(gaps) >= 0.3e9 / given  # never much faster; slower only if the machine is


async def test_unchanged_signals_keep_silent_and_their_timestamp():
    async with emulator() as (hal, heard):
        await hal.subscribe(SPEED, 20)
        await heard.more(SPEED, 10)
        on_change = [path for path, config in heard.configs.items() if config.change_mode is ChangeMode.STATIC]
        assert all(len(heard.values[path]) == 1 for path in on_change)
        assert len(heard.values[DOOR + ".IsOpen"]) == 1


async def test_a_sensor_fails_and_recovers_although_nobody_samples_it():
    async with emulator() as (hal, heard):
        path = "Vehicle.Powertrain.TractionBattery.Temperature.Average"
        await hal.control("fail", {"path": path, "mode": "silent", "seconds": 0.5})
        await heard.until(lambda: heard.last(path).status is Status.UNAVAILABLE)
        await heard.until(lambda: heard.last(path).status is Status.AVAILABLE)


async def test_injection_fault_and_clear():
    async with emulator() as (hal, heard):
        soc = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed"
        await hal.control("inject", {"path": soc, "value": 3.0})
        await heard.see(soc, 3.0)
        await hal.control("clear", {})
        await heard.see(soc, 64.0)
        await hal.control("fault", {"name": "washer-empty", "on": True})
        await heard.see("Vehicle.Body.Windshield.Front.WasherFluid.IsLevelLow", True)


async def test_driving_by_commands():
    async with emulator(speed=4) as (hal, heard):
        await hal.subscribe(SPEED, 20)
        await hal.control("gear", {"gear": "D"})
        await hal.control("pedals", {"accelerator": 0.5})
        await heard.until(lambda: heard.last(SPEED).value > 30)
        await hal.control("pedals", {"accelerator": 0, "brake": 0.6})
        await heard.see(SPEED, 0.0)
        await hal.control("gear", {"gear": "P"})
        await heard.see("Vehicle.Powertrain.Transmission.SelectedGear", 126)


async def test_plug_door_weather_ignition():
    async with emulator(speed=5) as (hal, heard):
        charging = "Vehicle.Powertrain.TractionBattery.Charging"
        await hal.control("plug", {"kind": "dc", "power_kw": 100})
        await heard.see(charging + ".IsCharging", True)
        await heard.see(charging + ".ChargingPort.FrontRight.IsChargingCableConnected", True)
        await hal.control("unplug", {})
        await heard.see(charging + ".IsCharging", False)
        await hal.control("door", {"door": "trunk"})
        await heard.see("Vehicle.Body.Trunk.Rear.IsOpen", True)
        await hal.control("weather", {"rain": 70})
        await heard.see("Vehicle.Body.Raindetection.Intensity", 70)
        await hal.control("ignition", {"state": "OFF"})
        await heard.see("Vehicle.LowVoltageSystemState", "OFF")


async def test_scenario_seek_speed_pause_status():
    async with emulator() as (hal, _):
        await hal.control("pause", {})
        await hal.control("scenario", {"name": "charging-stop"})
        await hal.control("seek", {"seconds": 700})
        status = await hal.control("status", {})
        assert status["scenario"] == "Charging stop"
        assert status["time"] == pytest.approx(700, abs=0.1)
        assert status["paused"]
        assert hal.simulation.car.port.charging
        await hal.control("seek", {"seconds": 100})
        assert (await hal.control("status", {}))["time"] == pytest.approx(100, abs=0.1)
        await hal.control("speed", {"factor": 20})
        await hal.control("pause", {"on": False})
        assert (await hal.health()).figures["factor"] == 20


async def test_record_and_replay(tmp_path):
    file = str(tmp_path / "drive.jsonl")
    async with emulator(scenario="city", speed=5) as (hal, heard):
        await hal.subscribe(SPEED, 20)
        await hal.control("record", {"file": file})
        await heard.until(lambda: heard.last(SPEED).value > 10)
        await hal.control("record", {})
        await hal.control("scenario", {"name": "parked"})
        await heard.see(SPEED, 0.0)
        await hal.control("replay", {"file": file})
        await heard.until(lambda: heard.last(SPEED).value > 10)
        with pytest.raises(SetError, match="a recording is playing"):
            await hal.set(TEMPERATURE, 20.0)
        await hal.control("replay", {})
        await heard.see(SPEED, 0.0)


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [
        ("fly", {}, "does not take fly"),
        ("speed", {"factor": 0}, "does not take speed"),
        ("seek", {"seconds": -1}, "seek takes seconds"),
        ("seek", {"minutes": 1}, "seek takes seconds"),
        ("scenario", {"name": "none"}, "there is no scenario 'none'"),
        ("inject", {"path": SPEED}, "inject: value"),
        ("driver", {"name": "trip", "trip": "nowhere"}, "there is no trip 'nowhere'"),
        ("replay", {"file": "/no/such/file"}, "cannot be read"),
    ],
)
async def test_bad_commands_are_one_clear_line(verb, arguments, words):
    async with emulator() as (hal, _):
        with pytest.raises(HalError, match=words) as error:
            await hal.control(verb, arguments)
        assert "\n" not in str(error.value)


async def test_bad_options_are_named_at_open():
    for options in ({"profile": "no-car"}, {"scenario": "no-story"}, {"trip": "nowhere"}):
        with pytest.raises(HalError, match="take one of"):
            await EmulatorHal(EmulatorOptions(**options)).open()


async def test_close_ends_events_and_it_opens_again():
    hal = EmulatorHal(EmulatorOptions(scenario="parked"))
    for _ in range(2):
        await hal.open()
        events = hal.events()
        assert len(await anext(events)) == len(Catalogue.default())
        await hal.close()
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(events), TIMEOUT)
