"""A whole car in its own processes: whoever is killed comes back, and a client sees what it must and never hangs."""

import asyncio
import contextlib
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from carservices.api.driving import Driving, Restriction
from carservices.bus import Car, CarError, SetFailed
from carservices.signals import VSS_VARIABLE, Status
from tests.process.rig import PATIENCE, Running

COMMAND = ["-m", "carservices.cli.main"]
AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
SPEED = "Vehicle.Speed"
WARMTH = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
ODOMETER = "Vehicle.TraveledDistance"
VOICE = shutil.which("espeak-ng")
TRAILER = {"type": "sensor", "datatype": "boolean", "description": "Whether a trailer is coupled."}
PROCESSES = (
    "hub",
    "hal.emulator",
    "driving",
    "notifications",
    "audio",
    "energy",
    "navigation",
    "speech",
    "diagnostics",
    "apps",
)


@pytest.fixture(scope="module")
def running():
    place = Path(tempfile.mkdtemp(prefix="car"))
    vss = place / "trailer.json"
    vss.write_text(json.dumps({"Vehicle": {"type": "branch", "description": "All.", "children": {"Towing": TRAILER}}}))
    command = [*COMMAND, "emulator", "--headless", "--run-dir", str(place / "run"), "--vss", str(vss)]
    environment = {"XDG_STATE_HOME": str(place), "XDG_CONFIG_HOME": str(place)}
    running = Running(command, place / "run", environment)
    try:
        for name in PROCESSES:
            running.until(name)
        yield running
    finally:
        running.close()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
async def car(running):
    async with await Car.connect(running.run_dir, timeout=PATIENCE) as car:
        yield car


async def see(condition, what):
    """Wait for a condition on what callbacks have collected."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"it never came: {what}") from None


async def back(running, name, pid):
    return await asyncio.to_thread(running.until, name, but=pid)


def test_every_process_knows_the_signals_of_a_vss_file_and_the_supervisor_carries_no_pydantic(running):
    seen = Path(f"/proc/{running.until('hub').pid}/environ").read_text()
    assert f"{VSS_VARIABLE}={running.run_dir.parent / 'trailer.json'}" in seen.split("\0")
    assert "pydantic" not in Path(f"/proc/{running.process.pid}/maps").read_text()


async def test_a_killed_hub_comes_back_with_all_values_and_takes_commands(running, car):
    links, values = [], []
    car.on_connection(links.append)
    await car.watch([SPEED], values.append)
    pid = running.kill("hub")
    await see(lambda: links == [False, True], "the link, lost and back")
    values.clear()
    await see(lambda: any(value.status is Status.AVAILABLE for value in values), "values again")
    handle = await car.set(AC, True)
    await handle.confirmed()
    assert (await back(running, "hub", pid)).restarts >= 1


async def test_a_killed_hal_makes_its_signals_unavailable_and_then_the_same_car_goes_on(running, car):
    """What was accepted is kept, and so is how far the car has come."""
    seen = {}
    await car.watch([SPEED, WARMTH, ODOMETER], lambda value: seen.setdefault(value.path, []).append(value))
    await see(lambda: len({value.value for value in seen.get(ODOMETER, ())}) > 1, "a car that drives")
    await (await car.set(WARMTH, 18.5)).confirmed()
    come = max(value.value for value in seen[ODOMETER])
    pid = running.kill("hal.emulator")
    for path in seen:
        await see(lambda path=path: any(v.status is Status.UNAVAILABLE for v in seen[path]), f"the death of {path}")
    for path in seen:
        await see(lambda path=path: seen[path][-1].status is Status.AVAILABLE, f"{path} again")
    assert seen[WARMTH][-1].value == 18.5
    assert seen[ODOMETER][-1].value >= come
    await back(running, "hal.emulator", pid)


async def test_a_killed_service_says_nothing_and_then_its_state_again(running, car):
    states = []
    driving = car.service(Driving)
    await driving.state.watch(states.append)
    await see(lambda: states and states[-1] is not None, "a state")
    states.clear()
    pid = running.kill("driving")
    await see(lambda: None in states, "the death of the service")
    await see(lambda: states[-1] is not None, "a state again")
    assert await driving.explain(Restriction.NO_VIDEO)
    await back(running, "driving", pid)


@pytest.mark.parametrize("name", PROCESSES)
async def test_while_a_process_is_killed_every_command_and_call_ends(running, car, name):
    """Each set that was accepted ends confirmed or failed with a reason, each call with an answer or an error."""
    driving = car.service(Driving)

    async def command(wanted):
        with contextlib.suppress(SetFailed):
            handle = await car.set(AC, wanted, timeout=1.5)
            await handle.confirmed()

    async def call():
        with contextlib.suppress(CarError):
            await driving.explain(Restriction.NO_VIDEO)

    work = [asyncio.create_task(one) for n in range(5) for one in (command(n % 2 == 0), call())]
    await asyncio.sleep(0)
    pid = running.kill(name)
    work += [asyncio.create_task(one) for n in range(5) for one in (command(n % 2 == 0), call())]
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*work)
    await back(running, name, pid)
    for other in PROCESSES:
        await asyncio.to_thread(running.until, other)


def tool(running, *arguments):
    command = [sys.executable, *COMMAND, *arguments, "--run-dir", str(running.run_dir)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        (["signals", "get", "Vehicle.Speed", "--unit", "m/s"], 0, "m/s", ""),
        (["signals", "list", "Vehicle.Cabin.HVAC.Is*"], 0, "read_write", ""),
        (["signals", "watch", "Vehicle.Powertrain.TractionBattery.**", "--count", "3"], 0, "TractionBattery", ""),
        (["signals", "set", AC, "on"], 0, f"{AC}  true (confirmed)", ""),
        (["signals", "set", SPEED, "50"], 1, "", "read-only"),
        (["signals", "set", AC, "perhaps"], 2, "", "neither true nor false"),
        (["signals", "set", "Vehicle.Nonsense", "1"], 2, "", "no HAL offers Vehicle.Nonsense"),
        (["signals", "get", "Vehicle.Nonsense"], 2, "", "no HAL offers Vehicle.Nonsense"),
        (["signals", "get", "Vehicle.Speed", "--unit", "kg"], 2, "", "cannot convert"),
        (["signals", "get", "Nonsense.**"], 2, "", "no signal matches Nonsense.**"),
        (["signals", "list", "Vehicle.Sped"], 2, "", "no HAL offers Vehicle.Sped: did you mean Vehicle.Speed?"),
        (["screenshot", "/proc/car.png"], 1, "", "/proc/car.png cannot be written"),
        (["control", "emulator", "status"], 0, '"profile"', ""),
        (["control", "emulator", "nonsense"], 1, "", "nonsense"),
        (["control", "nobody", "status"], 1, "", "no HAL 'nobody' is running"),
        (["bus", "top", "--once", "--interval", "0.1"], 0, "hal.emulator", ""),
        (["service", "facts"], 0, "ignition", ""),
        (["service", "restart", "nobody"], 1, "", "no process 'nobody'"),
        (["speech", "status"], 0, "voice: ", ""),
        (["speech", "say", "…"], 1, "", "nothing in the text can be said" if VOICE else "the car has no voice"),
        (["speech", "tell", "home", "--wait", "0.1"], 1, "", "nobody has listened for 0.1 s"),
        (["log", "-n", "5"], 0, "", ""),
        (["ps"], 0, "hal.emulator", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_tools_on_a_running_car(running, arguments, status, out, err):
    ran = tool(running, *arguments)
    assert (ran.returncode, ran.stderr.count("\n")) == (status, 1 if err else 0), ran.stderr
    assert out in ran.stdout
    assert err in ran.stderr


def test_the_processes_are_listed_with_what_a_hal_says_of_its_source(running):
    table = tool(running, "ps").stdout
    assert re.search(r"^hal\.emulator: .+; time [0-9.]+, factor 1$", table, re.MULTILINE), table
    processes = json.loads(tool(running, "ps", "--json").stdout)["processes"]
    assert {one["name"]: one["health"] and one["health"]["ok"] for one in processes}["hal.emulator"] is True


@pytest.mark.parametrize(
    "arguments",
    [["ps"], ["signals", "list"], ["signals", "get", "Vehicle.**"], ["bus", "top", "--once", "--interval", "0.1"]],
    ids=" ".join,
)
def test_tools_speak_json(running, arguments):
    assert json.loads(tool(running, *arguments, "--json").stdout)


def test_an_injected_value_is_seen(running):
    path = "Vehicle.Cabin.Door.Row2.DriverSide.IsOpen"
    assert tool(running, "signals", "inject", path, "--status", "error", "0").returncode == 0
    assert "error" in tool(running, "signals", "get", path).stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--speed", "1000"], 2, "hal.emulator cannot start: HAL emulator: option 'speed' cannot be 1000.0"),
        (["--profile", "nonsense"], 2, "hal.emulator cannot start: there is no profile 'nonsense'"),
        (["--scenario", "broken.toml"], 2, "broken.toml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_car_that_cannot_start_says_why_and_ends(place, arguments, status, words):
    place.parent.joinpath("broken.toml").write_text("driver = [")
    chosen = [str(place.parent / text) if text.endswith(".toml") else text for text in arguments]
    command = [*COMMAND, "emulator", "--headless", "--run-dir", str(place), *chosen]
    running = Running(command, place, {"XDG_STATE_HOME": str(place.parent), "XDG_CONFIG_HOME": str(place.parent)})
    try:
        assert running.process.wait(PATIENCE) == status
        assert words in running.output.read_text()
        assert "Traceback" not in running.output.read_text()
        running.no_orphans()
    finally:
        running.close()


def test_nobody_has_to_read_what_the_command_says(place):
    """Standard output on a full disk."""
    command = [*COMMAND, "run", "--hal", "virtual", "--headless", "--run-dir", str(place)]
    environment = {"XDG_STATE_HOME": str(place.parent), "XDG_CONFIG_HOME": str(place.parent)}
    running = Running(command, place, environment, output=Path("/dev/full"))
    try:
        pid = running.kill("hal.virtual")  # something to say
        running.until("hal.virtual", but=pid)
        assert running.end() == 0
    finally:
        running.close()


def test_ctrl_c_ends_a_car_with_status_0_and_nothing_left(place):
    command = [*COMMAND, "run", "--hal", "virtual", "--headless", "--run-dir", str(place)]
    running = Running(command, place, {"XDG_STATE_HOME": str(place.parent), "XDG_CONFIG_HOME": str(place.parent)})
    try:
        for name in ("hub", "hal.virtual", "driving"):
            running.until(name)
        assert running.end(signal.SIGINT) == 0
    finally:
        running.close()
