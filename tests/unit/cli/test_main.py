"""The command: the table of verbs, lazy imports, and what errors mean to a shell."""

import subprocess
import sys
import time
from importlib import import_module

import pytest

from carservices.cli import main as command
from carservices.cli.main import EXITS, FAILED, NOT_RUNNING, OK, USAGE, main, verbs
from carservices.system import run_dir, state

FULL = "carservices: the output cannot be written (No space left on device): make room for it\n"
HEAVY = {"zmq", "pydantic", "kivy", "numpy", "msgpack", "asyncio", "multiprocessing", "argparse"}


def loaded_by(*arguments):
    code = f"from carservices.cli.main import main; import sys; main({list(arguments)}); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nonsense"]])
def test_help_loads_next_to_nothing(arguments):
    loaded = loaded_by(*arguments)
    assert "carservices.cli.main" in loaded
    assert loaded.isdisjoint(HEAVY)
    assert not any(name.startswith("carservices.system") for name in loaded)


HELP_OF_ALL = """
import contextlib, sys
from carservices.cli.main import main, verbs
for verb in verbs():
    with contextlib.suppress(SystemExit):
        main([verb, "--help"])
print(*sys.modules)
"""


def test_the_help_of_no_verb_loads_what_is_slow():
    ran = subprocess.run([sys.executable, "-c", HELP_OF_ALL], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.splitlines()[-1].split())
    assert "carservices.cli.screenshot" in loaded
    assert HEAVY & loaded == {"argparse"}


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_helps_and_rejects_what_it_does_not_know(verb, capsys):
    for arguments, status in ((["--help"], OK), (["--nonsense"], USAGE)):
        with pytest.raises(SystemExit) as ended:
            main([verb, *arguments])
        assert ended.value.code == status
    said = capsys.readouterr()
    assert f"usage: carservices {verb}" in said.out
    assert f"usage: carservices {verb}" in said.err


def test_every_error_of_the_table_exists():
    for name in EXITS:
        module, _, kind = name.rpartition(".")
        assert issubclass(getattr(import_module(module), kind), Exception), name


def test_help_lists_every_verb(capsys):
    assert main(["--help"]) == OK
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")] == list(verbs())


def test_packages_bring_verbs_and_a_broken_one_takes_nothing_with_it(tmp_path, monkeypatch, capsys):
    for name, value in (("good", "tests.unit.cli.test_main:BROUGHT"), ("bad", "no_such_module:VERBS")):
        folder = tmp_path / f"{name}-1.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (folder / "entry_points.txt").write_text(f"[carservices.cli]\n{name} = {value}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["wave", "7"]) == 7
    assert verbs()["ps"][0] == "carservices.cli.processes:ps"
    assert "no_such_module:VERBS cannot be loaded: No module named 'no_such_module'" in capsys.readouterr().err


BROUGHT = {"wave": ("tests.unit.cli.test_main:wave", "says hello"), "ps": ("nowhere:at_all", "")}


def wave(arguments):
    return int(arguments[0])


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["emulater"], USAGE, "no command 'emulater': did you mean 'emulator'?"),
        (["xyzzy"], USAGE, "see `carservices --help`"),
        (["ps"], NOT_RUNNING, "no car runs in {place}: start one with `carservices emulator`"),
        (["service", "restart", "hub"], NOT_RUNNING, "no car runs"),
        (["service", "facts", "ignition"], USAGE, "'ignition': write NAME=on or NAME=off"),
        (["signals", "get", "Vehicle.Speed"], NOT_RUNNING, "no car runs"),
        (["signals", "get", "Vehicle..Speed"], USAGE, "glob 'Vehicle..Speed'"),
        (["bus", "top", "--once"], NOT_RUNNING, "no car runs"),
        (["control", "emulator", "status"], NOT_RUNNING, "no car runs"),
        (["control", "emulator", "weather", "rain"], USAGE, "'rain': write KEY=VALUE"),
        (["screenshot", "car.png"], NOT_RUNNING, "no car runs"),
        (["log", "-s", "hub"], USAGE, "no log of 'hub'"),
        (["log"], NOT_RUNNING, "no logs in {place}"),
        (["log", "--run-dir", "long" * 99], USAGE, "long…: File name too long"),
        (["api", "nonsense"], USAGE, "no contract 'nonsense'; there are "),
        (["hal", "check", "nonsense"], USAGE, "no HAL 'nonsense' is installed"),
        (["hal", "new", "Bad-Name"], USAGE, "'Bad-Name' cannot name a HAL"),
        (["settings", "colour", "1"], USAGE, "no setting 'colour'"),
        (["run", "--hal", "virtual", "--hal-option", "signals"], USAGE, "write KEY=VALUE"),
        (["run", "--hal", "a", "--hal", "b", "--hal-option", "x=1"], USAGE, "write NAME.KEY=VALUE; the HALs are a, b"),
        (["run", "--hal", "a", "--hal-option", "x=" + "[" * 9999], USAGE, "is no JSON"),
        (["run", "--hal", "virtual", "--door-option", "open=true"], USAGE, "--door-option goes with --door"),
        (["run", "--hal", "virtual", "--vss", "no.json"], USAGE, "no.json: No such file or directory"),
        (["emulator", "--headless", "--run-dir", "/dev/null"], FAILED, "/dev/null is a file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_expected_errors_are_one_line(arguments, status, words, place, capsys):
    assert main(arguments) == status
    said = capsys.readouterr().err
    assert words.format(place=place) in said
    assert said.count("\n") == 1
    assert said.startswith("carservices: ")


@pytest.mark.parametrize(("age", "told"), [(0.0, False), (60.0, True)])
def test_an_old_state_is_said_to_be_old(age, told, place, capsys):
    run_dir.prepare(place)
    with run_dir.Lock(place):
        state.publish(place, state.CarState(1, 0.0, "", {"safe_mode": False}, [], time.monotonic() - age))
        assert main(["ps"]) == OK
    assert ("60 s old" in capsys.readouterr().out) is told


@pytest.mark.parametrize("content", ["", "[1]", '{"pid": 1, "processes": [{"name": "hub", "new": 1}]}'])
def test_a_state_of_another_version_is_told(content, place, capsys):
    run_dir.prepare(place)
    with run_dir.Lock(place):
        (place / run_dir.STATE_FILE).write_text(content)
        assert main(["ps"]) == NOT_RUNNING
    assert "is of another version" in capsys.readouterr().err


def test_what_is_logged_commands_no_terminal(place, capsys):
    logs = place / run_dir.LOG_DIR
    logs.mkdir(parents=True)
    (logs / "app.log").write_text("2026-01-01T00:00:00.000 ä\x1b]0;owned\x07\tx\n")
    assert main(["log"]) == OK
    assert capsys.readouterr().out.endswith(" ä\\x1b]0;owned\\x07\tx\n")


def test_settings_that_cannot_be_written_are_told(place, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CONFIG_HOME", "/dev/null")
    assert main(["settings", "width", "800"]) == FAILED
    assert "settings.toml cannot be written" in capsys.readouterr().err


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A run directory and settings of its own, without a car."""
    place = tmp_path / "run"
    monkeypatch.setenv("CARSERVICES_RUN_DIR", str(place))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return place


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["emulator", "--speed", "0"], "--speed: '0' is no number above 0"),
        (["emulator", "--speed", "nan"], "--speed: 'nan' is no number above 0"),
        (["emulator", "--size", "12"], "--size: '12' is no size: write 1280x720"),
        (["emulator", "--screenshot", "/nowhere/car.png"], "'/nowhere/car.png' cannot be written"),
        (["screenshot", "/nowhere/car.png"], "'/nowhere/car.png' cannot be written"),
        (["signals", "watch", "**", "--rate", "-1"], "--rate: '-1' is no number above 0"),
        (["signals", "set", "Vehicle.Speed"], "VALUE"),
        (["nav", "route", "Kassel", "--arrive", "nan"], "--arrive: 'nan' is no percentage from 0 to 100"),
        (["log", "-n", "-1"], "'-1' is no whole number"),
        (["run"], "--hal"),
        (["run", "--hal", "../log"], "'../log' is no name of a HAL"),
        (["bus"], "top"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_arguments_that_cannot_be_meant(arguments, words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == USAGE
    assert words in capsys.readouterr().err


def test_a_bug_shows_its_trace(monkeypatch):
    monkeypatch.setitem(command.VERBS, "broken", ("tests.unit.cli.test_main:broken", ""))
    with pytest.raises(ZeroDivisionError):
        main(["broken"])


def broken(_arguments):
    raise ZeroDivisionError


def test_settings_are_shown_and_changed(place, capsys):
    assert main(["settings", "width", "1920"]) == OK
    assert main(["settings", "width"]) == OK
    assert capsys.readouterr().out.split() == ["SETTING", "width", "1920"]


def test_api_help_comes_from_the_contract(capsys):
    assert main(["api", "driving"]) == OK
    said = capsys.readouterr().out
    assert "explain(restriction: integer from 0 to 511) → string" in said
    assert "driving.state: DrivingState" in said
    assert "      one of unknown, parked, idling, moving\n" in said
    assert main(["api", "energy"]) == OK
    said = capsys.readouterr().out
    assert "start: number – Unix time in s.\n" in said
    assert "by_cause: map of Sink to number – kWh.\n" in said


@pytest.mark.parametrize(
    ("pip", "install"), [(object(), "pip install"), (None, f"uv pip install --python {sys.executable}")]
)
def test_a_new_hal_is_told_how_this_environment_installs_it(pip, install, place, monkeypatch, capsys):
    monkeypatch.setattr("carservices.cli.hal.find_spec", lambda _name: pip)
    assert main(["hal", "new", "kona", str(place / "kona")]) == OK
    assert f"next: {install} -e {place / 'kona'} && carservices hal check kona" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "output", "status", "words"),
    [
        ("log -f", "| true", "0", ""),
        ("--help", "| true", "0", ""),
        ("--help", "> /dev/full", "1", FULL),
        ("api", "> /dev/full", "1", FULL),
        ("api", ">&-", "0", ""),
    ],
)
def test_a_reader_who_has_enough_and_a_full_disk_end_it_without_a_trace(arguments, output, status, words, place):
    command = f'"{sys.executable}" -m carservices.cli.main {arguments} {output}; echo ${{PIPESTATUS[0]}}'
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (ran.stdout.strip(), ran.stderr) == (status, words)
