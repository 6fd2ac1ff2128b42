"""The whole world: deterministic, runs every scenario, shows every signal."""

import pickle
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices.hal import HalError
from carservices.signals import Access, Catalogue, Datatype, Status
from carservices.signals.check import check
from carservices_emulator.breakdowns import BREAKDOWNS
from carservices_emulator.commands import COMMANDS, parse
from carservices_emulator.scenario import Scenario
from carservices_emulator.sensorfaults import FailMode
from carservices_emulator.signals import CONFIGS
from carservices_emulator.simulation import Simulation
from carservices_emulator.tomlfile import names
from tests.unit.emulator.cars import PROFILES, world

FRACTIONS = [
    path
    for path, config in CONFIGS.items()
    if config.access is Access.READ_WRITE and config.datatype in (Datatype.FLOAT, Datatype.DOUBLE)
]


def test_it_offers_the_whole_catalogue():
    assert set(CONFIGS) == set(Catalogue.default())


@pytest.mark.parametrize("profile", PROFILES)
def test_every_value_fits_its_signal(profile):
    simulation = Simulation(profile, "city", seed=1)
    for _ in range(4):
        simulation.run(20)
        for path, value in simulation.signals().items():
            assert check(CONFIGS[path], value) == value
            assert type(check(CONFIGS[path], value)) is type(value), path


@pytest.mark.parametrize("scenario", names("scenarios"))
def test_every_scenario_runs_without_refusals(scenario):
    simulation = Simulation(scenario=scenario)
    end = max((event.time for event in simulation.scenario.at), default=60.0)
    simulation.run(end + 60.0, 0.1)
    assert simulation.refusals == []
    assert set(simulation.signals()) >= set(CONFIGS) - set(simulation.world.sensors.broken)


@pytest.mark.parametrize("scenario", ["city", "faults"])
def test_one_seed_one_world(scenario):
    first, again, other = (Simulation(scenario=scenario, seed=seed) for seed in (7, 7, 8))
    for simulation in (first, again, other):
        simulation.run(65)
    again = pickle.loads(pickle.dumps(again))  # as whoever comes after a killed emulator takes it up
    seen = []
    for simulation in (first, again, other):
        simulation.run(65)
        seen.append(simulation.signals())
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_seeking_back_gives_the_same_moment_again():
    simulation = Simulation(scenario="city", seed=3)
    simulation.seek(30)
    then = simulation.signals()
    simulation.seek(60)
    assert simulation.signals() != then
    simulation.seek(30)
    assert simulation.signals() == then


def test_a_refusal_does_not_end_the_story():
    story = {
        "name": "t",
        "driver": {"name": "constant", "speed": 50},
        "at": [
            {"time": 15, "do": "door", "door": "Row1.DriverSide"},
            {"time": 16, "do": "weather", "rain": 80},
        ],
    }
    simulation = Simulation(scenario=Scenario.model_validate(story))
    simulation.run(20)
    assert simulation.refusals == ["15 s: door: the car is moving; stop first"]
    assert simulation.world.weather.rain == 80


def test_winter_costs_range():
    winter, summer = (Simulation(scenario="winter-motorway") for _ in range(2))
    summer.world.weather.temperature = 20.0
    for simulation in (winter, summer):
        simulation.run(1200, 0.1)
    assert winter.car.battery.charge < summer.car.battery.charge - 0.02


def test_an_empty_battery_breaks_the_car_down():
    simulation = world(charge=0.3)
    simulation.world.seat("constant", speed=30.0)
    simulation.run(600, 0.1)
    assert simulation.signals()["Vehicle.IsBrokenDown"]
    assert simulation.car.battery.charge == 0.0
    assert simulation.car.low_voltage.current < 0.0


@pytest.mark.parametrize(
    ("fault", "seconds", "path", "value"),
    [
        ("slow-leak", 300, "Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.IsPressureLow", True),
        ("worn-brakes", 1, "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.IsBrakesWorn", True),
        ("low-beam", 1, "Vehicle.Body.Lights.Beam.Low.IsDefect", True),
        ("washer-empty", 1, "Vehicle.Body.Windshield.Front.WasherFluid.IsLevelLow", True),
        ("distracted-driver", 1, "Vehicle.ADAS.DMS.IsWarning", True),
        ("abs", 1, "Vehicle.ADAS.ABS.IsError", True),
    ],
)
def test_breakdowns_show_and_heal(fault, seconds, path, value):
    simulation = world()
    simulation.run(1)
    assert simulation.signals()[path] is not value
    simulation.do(parse("fault", {"name": fault}))
    simulation.run(seconds, 0.1)
    assert simulation.signals()[path] is value
    simulation.do(parse("fault", {"name": fault, "on": False}))
    simulation.run(1)
    assert simulation.signals()[path] is not value


def test_the_other_breakdowns():
    simulation = world(charge=50)
    volts = "Vehicle.LowVoltageBattery.CurrentVoltage"
    simulation.do(parse("fault", {"name": "weak-12v"}))
    simulation.run(2)
    assert simulation.signals()[volts] < 11.8
    simulation.do(parse("plug", {"kind": "dc", "power_kw": 50}))
    simulation.run(20)
    assert simulation.car.port.charging
    simulation.do(parse("fault", {"name": "plug-pulled"}))
    simulation.run(2)
    assert not simulation.car.port.charging
    simulation.do(parse("plug", {"kind": "ac"}))
    assert simulation.world.broken == {"weak-12v"}
    simulation.do(parse("unplug", {}))
    simulation.do(parse("fault", {"name": "overheating"}))
    simulation.world.seat("constant", speed=38.0)
    simulation.run(1500, 0.1)
    assert simulation.car.unit.temperature > 120.0
    assert simulation.world.broken <= set(BREAKDOWNS)


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_a_command_with_nonsense_says_what_it_takes(verb):
    with pytest.raises(HalError, match=f"{verb}: .*it takes"):
        parse(verb, {"nonsense": 1})


def test_an_unknown_command_lists_what_there_is():
    with pytest.raises(HalError, match="there is no command 'fly'; take one of set, inject"):
        parse("fly", {})


paths = st.sampled_from(sorted(CONFIGS))
anything = st.one_of(
    st.tuples(st.just("set"), st.fixed_dictionaries({"path": paths, "value": st.booleans() | st.integers(-200, 200)})),
    st.tuples(st.just("set"), paths.flatmap(lambda path: st.just({"path": path, "value": _some(path)}))),
    st.tuples(st.just("fail"), st.fixed_dictionaries({"path": paths, "mode": st.sampled_from(sorted(FailMode))})),
    st.tuples(
        st.just("fault"), st.fixed_dictionaries({"name": st.sampled_from(sorted(BREAKDOWNS)), "on": st.booleans()})
    ),
    st.tuples(st.just("gear"), st.fixed_dictionaries({"gear": st.sampled_from("PRND")})),
    st.tuples(
        st.just("pedals"), st.fixed_dictionaries({"accelerator": st.floats(0, 1), "steering": st.floats(-500, 500)})
    ),
    st.tuples(
        st.just("driver"), st.fixed_dictionaries({"name": st.sampled_from(["trip", "wltc", "constant", "parked"])})
    ),
    st.tuples(
        st.just("weather"), st.fixed_dictionaries({"temperature": st.floats(-40, 55), "wind": st.floats(-40, 40)})
    ),
    st.tuples(
        st.just("plug"), st.fixed_dictionaries({"kind": st.sampled_from(["ac", "dc"]), "power_kw": st.floats(1, 900)})
    ),
    st.tuples(st.sampled_from(["unplug", "clear"]), st.just({})),
    st.tuples(st.just("ignition"), st.fixed_dictionaries({"state": st.sampled_from(["LOCK", "OFF", "ACC", "ON"])})),
)


def _some(path):
    """A value the signal may have."""
    config = CONFIGS[path]
    return config.allowed[-1] if config.allowed else "text" if config.datatype == "string" else config.max or 1


@given(st.lists(st.tuples(anything, st.integers(0, 40)), max_size=15), st.floats(0, 100))
@settings(max_examples=60, deadline=None)
def test_whatever_happens_the_car_stays_a_car(story, charge):
    simulation = world(charge=charge)
    for (verb, arguments), steps in story:
        with suppress(HalError):
            simulation.do(parse(verb, arguments))
        simulation.run(steps * 0.1, 0.1)
    simulation.do(parse("clear", {}))
    assert pickle.loads(pickle.dumps(simulation)).signals() == simulation.signals()
    for path, value in simulation.signals().items():
        assert check(CONFIGS[path], value) == value


@pytest.mark.parametrize("path", FRACTIONS)
def test_a_fraction_set_is_the_fraction_read(path):
    config = CONFIGS[path]
    wanted = config.min + (config.max - config.min) / 1.7
    simulation = Simulation(scenario="parked")
    simulation.set(path, wanted)
    assert simulation.observe(path) == (wanted, Status.AVAILABLE)


def test_it_gets_dark_by_the_hour_and_stays_as_somebody_sets_it():
    simulation = world(hour=17.9)
    light, lamps = "Vehicle.Exterior.LightIntensity", "Vehicle.Body.Lights.Beam.Low.IsOn"
    simulation.set("Vehicle.Body.Lights.LightSwitch", "AUTO")
    simulation.run(5)
    assert simulation.signals()[light] > 20.0  # where the cockpit's automatic theme turns to night
    simulation.run(720, 0.1)
    assert simulation.signals()[light] < 20.0
    assert simulation.signals()[lamps] is True
    simulation.do(parse("weather", {"light": 70}))
    assert simulation.world.hour is None
    simulation.run(20)
    assert simulation.signals()[light] == 70.0
    simulation.do(parse("weather", {"hour": 3, "rain": 20}))
    assert simulation.signals()[light] == 1.0
    assert simulation.world.hour == pytest.approx(3.0)
