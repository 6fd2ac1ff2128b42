"""What the emulator's and the signals' pages show is so: files load, programs run, tables are the code's."""

import asyncio
import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from carservices.cli.main import main
from carservices.hal import HalError
from carservices.signals import Catalogue, Code, vhal_table
from carservices.signals.units import UNITS
from carservices.system.run_dir import Lock
from carservices.testing import car
from carservices_emulator.breakdowns import BREAKDOWNS
from carservices_emulator.commands import COMMANDS, Drive
from carservices_emulator.drivers.route import Route, load_trip
from carservices_emulator.hal import EmulatorHal, EmulatorOptions
from carservices_emulator.profile import Profile, load_profile
from carservices_emulator.scenario import Start, Surroundings, load_scenario
from carservices_emulator.sensorfaults import FailMode
from carservices_emulator.simulation import Simulation
from carservices_emulator.tomlfile import names

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {name: (DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("emulator", "signals")}
EMULATOR, SIGNALS = PAGES["emulator"], PAGES["signals"]
FILES = {
    name: text
    for page in PAGES.values()
    for name, _, text in re.findall(
        r"`([\w-]+\.(?:toml|json))`, complete[^`]*?:\n\n```(toml|json)\n(.*?)```", page, re.DOTALL
    )
}
"""The pages' own files by name."""
PROGRAMS = [
    pytest.param(text, id=f"{name}-{number}")
    for name, page in PAGES.items()
    for number, text in enumerate(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
]
LINES = [
    shlex.split(line, comments=True)
    for page in PAGES.values()
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    for line in block.splitlines()
]
TALK = [line[1:] for line in LINES if line[:2] in (["carservices", "signals"], ["carservices", "control"])]


def rows(page: str, head: str) -> list[list[str]]:
    """The cells of the table whose head line starts like this."""
    _, found, rest = page.partition(f"\n{head}")
    assert found, head
    lines = rest.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def words(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def fields(model: type[BaseModel], prefix: str = "") -> list[str]:
    """The leaves of a model, dotted."""
    leaves = []
    for name, field in model.model_fields.items():
        part = field.annotation
        nested = isinstance(part, type) and issubclass(part, BaseModel)
        leaves += fields(part, f"{prefix}{name}.") if nested else [prefix + name]
    return leaves


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the pages' files, as the working directory."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_block_of_a_file_has_its_name():
    blocks = [kind for page in PAGES.values() for kind in re.findall(r"```(toml|json)\n", page)]
    assert len(blocks) == len(FILES) == 4


@pytest.mark.parametrize("source", PROGRAMS)
async def test_programs_run_and_print_what_they_say(source, folder, monkeypatch, capsys):
    async with car(EmulatorHal) as c:
        monkeypatch.setattr("carservices.system.run_dir.default_run_dir", lambda: c.run_dir)
        names: dict[str, Any] = {}
        exec(source.replace("asyncio.run(main())", ""), names)
        if "main" in names:
            await names["main"]()
    out = capsys.readouterr().out
    said = re.findall(r"^ *print\(.*\)  # (.+)$", source, re.MULTILINE)
    assert said
    for text in said:
        assert text in out


async def test_command_lines_of_a_running_car(folder, monkeypatch, capsys):
    async with car(EmulatorHal) as c:
        with Lock(c.run_dir):
            for line in TALK:
                status = await asyncio.to_thread(main, [*line, "--run-dir", str(c.run_dir)])
                assert status == 0, (line, capsys.readouterr().err)
    assert len(TALK) > 20


@pytest.mark.parametrize("verb", ["emulator", "run"])
def test_options_that_start_the_car(verb, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    offered = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    commands = re.findall(rf"carservices {verb} (.+?)(?:#|`|$)", EMULATOR, re.MULTILINE)
    used = {word for command in commands for word in command.split() if word.startswith("--")}
    assert used
    assert used <= offered


def test_the_table_of_options(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main(["emulator", "--help"])
    offered = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert {words(row[0])[0].split()[0] for row in rows(EMULATOR, "| option |")} == offered
    others = re.findall(r"--hal-option (\w+)=", EMULATOR)
    assert {f"--{name}" for name in EmulatorOptions.model_fields} - offered == {f"--{name}" for name in others}


def test_the_profile_drives(folder):
    profile = load_profile("small.toml")
    simulation = Simulation(profile, "wltc")
    simulation.run(60)
    assert simulation.car.trip.since_start > 200
    assert [words(row[0])[0] for row in rows(EMULATOR, "| field | unit | what |")] == fields(Profile)


def test_the_scenario_runs_to_its_end_unrefused(folder):
    scenario = load_scenario("rain.toml")
    simulation = Simulation("small.toml", scenario)
    assert 0 < simulation.world.weather.light < 100
    simulation.run(150)
    assert simulation.car.port.charging
    simulation.run(scenario.at[-1].time - 150 + 1)
    assert simulation.refusals == []
    assert simulation.car.port.plug is None
    assert simulation.car.chassis.wheels["Row2.Wheel.Left"].air < 0.95


def test_the_scenario_table():
    told = [words(row[1])[0] for row in rows(EMULATOR, "| table | field |") if words(row[1])]
    assert told == [*Start.model_fields, *Surroundings.model_fields, "time", "do"]
    defaults = {words(row[1])[0]: row[3] for row in rows(EMULATOR, "| table | field |") if words(row[1])}
    for name, field in (Start.model_fields | Surroundings.model_fields).items():
        if field.default is not None:
            assert float(defaults[name]) == field.default


def test_the_trip_can_be_driven(folder):
    trip = load_trip(folder / "block.json")
    route = Route(trip)
    assert 400 < route.length < 600
    simulation = Simulation("small.toml", "parked")
    simulation.do(Drive(name="trip", trip="block.json", loop=False))
    simulation.run(180)
    assert simulation.world.driver.done


def test_what_ships_is_named():
    for folder in ("profiles", "scenarios"):
        (row,) = (row for row in rows(EMULATOR, "| option |") if row[0].startswith(f"`--{folder[:-1]}"))
        assert {word for word in words(row[1]) if " " not in word} == set(names(folder))


async def test_control_verbs():
    world = {words(row[0])[0]: row for row in rows(EMULATOR, "| verb | arguments | |")}
    assert list(world) == list(COMMANDS)
    for verb, command in COMMANDS.items():
        name, arguments, what = world[verb]
        required = [argument for argument, field in command.model_fields.items() if field.is_required()]
        assert words(re.sub(r"\[[^]]*\]", "", arguments)) == required, name
        assert words(arguments) == list(command.model_fields), name
        assert what == (command.__doc__ or "").replace("``", "`")
    with pytest.raises(HalError) as caught:
        await EmulatorHal().control("", {})
    others = dict(re.findall(r"(\w+)\((\w*)", str(caught.value).partition("it takes")[2]))
    second = EMULATOR.partition("These change the emulator itself:")[2]
    assert {words(r[0])[0]: "".join(words(r[1])[:1]) for r in rows(second, "| verb |")} == others


def test_tables_of_choices():
    assert [words(row[0])[0] for row in rows(EMULATOR, "| fault |")] == list(BREAKDOWNS)
    assert {words(row[0])[0] for row in rows(EMULATOR, "| mode |")} == set(FailMode)
    assert {words(row[0])[0] for row in rows(EMULATOR, "| driver |")} == set(
        get_args(Drive.model_fields["name"].annotation)
    )
    assert [(words(row[0])[0], int(row[1])) for row in rows(SIGNALS, "| code |")] == [
        (code.name, code) for code in Code
    ]


def test_units_are_the_ones_there_are():
    told = {quantity: units.split(", ") for quantity, units in rows(SIGNALS, "| quantity |")}
    known: dict[str, list[str]] = {}
    for name, unit in UNITS.items():
        known.setdefault(unit.quantity, []).append(name)
    assert told == known


def test_android_ids():
    for path, unit, name, number, area, theirs in rows(SIGNALS, "| signal (below"):
        pair = vhal_table().of_path(f"Vehicle.{words(path)[0]}")[0]
        assert (pair.row.name, pair.row.id, pair.area) == (words(name)[0], int(number, 16), int(area, 16))
        assert (pair.signal.unit or "", pair.row.unit or "") == (unit, theirs)
    assert f"{len(vhal_table().pairs)} pairs" in SIGNALS
    assert f"{len(Catalogue.default()) - 1} of its 1263" in SIGNALS  # and one of our own


def test_the_benchmark_table_compares_with_the_certificate():
    told = rows(EMULATOR, "| car | usable kWh |")
    profiles = {profile.identity.model: profile for profile in map(load_profile, names("profiles"))}
    assert {row[0] for row in told} == set(profiles)
    for model, usable, distance, certificate, ours, off in told:
        official, battery = profiles[model].official, profiles[model].battery
        assert (float(usable), float(distance)) == (battery.usable, official.range)
        assert float(certificate) == round(battery.usable / official.range * 100, 2)
        error = float(off.replace("−", "-").split()[0])
        assert abs(float(ours) / float(certificate) - 1 - error / 100) < 1e-3
