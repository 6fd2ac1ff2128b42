"""The catalogue as a mapping, the configs it makes, and the words for a path nobody knows."""

import json
import os
import subprocess
import sys

import pytest
from pydantic import ValidationError

from carservices.signals import (
    VSS_VARIABLE,
    Access,
    Catalogue,
    CatalogueError,
    ChangeMode,
    Datatype,
    Kind,
    SignalConfig,
    UnknownSignal,
)


@pytest.fixture
def catalogue():
    return Catalogue.default()


def test_the_default_is_read_once():
    assert Catalogue.default() is Catalogue.default()


def test_files_of_the_environment_lie_over_the_profile(tmp_path):
    leaf = {"type": "sensor", "datatype": "float", "unit": "celsius", "description": "Of the trailer."}
    trailer = {"type": "branch", "description": "What is towed.", "children": {"TireTemperature": leaf}}
    file = tmp_path / "trailer.json"
    file.write_text(
        json.dumps({"Vehicle": {"type": "branch", "description": "All.", "children": {"Trailer": trailer}}})
    )
    program = (
        "from carservices.signals import Catalogue as C; print(len(C.default()), *C.default().match('**.Trailer.*'))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, VSS_VARIABLE: os.pathsep.join(["", str(file)])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["261", "Vehicle.Trailer.TireTemperature"]


def test_a_signal_says_all_of_its_leaf(catalogue):
    signal = catalogue["Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit"]
    assert (signal.kind, signal.datatype, signal.unit) == (Kind.ACTUATOR, Datatype.UINT8, "percent")
    assert (signal.min, signal.max, signal.allowed, signal.deprecation) == (0.0, 100.0, (), None)


def test_it_is_a_mapping(catalogue):
    assert len(list(catalogue)) == len(catalogue) == 260
    assert all(path == signal.path for path, signal in catalogue.items())
    assert "Vehicle.Speed" in catalogue
    assert "Vehicle.Warp" not in catalogue
    assert catalogue.get("Vehicle.Warp") is None
    assert repr(catalogue) == "<Catalogue of 260 signals>"


def test_match_takes_globs_and_denials(catalogue):
    doors = catalogue.match("Vehicle.Cabin.Door.**.IsOpen", "!**.Row2.**")
    assert doors == [f"Vehicle.Cabin.Door.Row1.{side}Side.IsOpen" for side in ("Driver", "Passenger")]
    assert catalogue.match("**") == list(catalogue)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("Vehicle.Sped", "Vehicle.Speed"),
        ("Speed", "Vehicle.Speed"),
        ("vehicle.speed", "Vehicle.Speed"),
        ("Vehicle.Cabin.Door.Row1.Left.IsOpen", "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"),
    ],
)
def test_an_unknown_path_suggests_the_nearest(catalogue, path, meant):
    with pytest.raises(UnknownSignal, match="did you mean") as caught:
        catalogue[path]
    assert meant in str(caught.value)
    assert isinstance(caught.value, CatalogueError)


def test_a_path_like_nothing_gets_the_way_to_the_list(catalogue):
    with pytest.raises(UnknownSignal, match="carservices signals list"):
        catalogue.config("zzz")


@pytest.mark.parametrize(
    ("path", "access", "mode"),
    [
        ("Vehicle.VehicleIdentification.VIN", Access.READ, ChangeMode.STATIC),
        ("Vehicle.Speed", Access.READ, ChangeMode.ON_CHANGE),
        ("Vehicle.Body.Lights.Beam.Low.IsOn", Access.READ_WRITE, ChangeMode.ON_CHANGE),
    ],
)
def test_the_kind_gives_access_and_change_mode(catalogue, path, access, mode):
    config = catalogue.config(path)
    assert (config.access, config.change_mode, config.unit) == (access, mode, catalogue[path].unit)


@pytest.mark.parametrize(
    ("settings", "rates"),
    [
        ({"max_rate": 50}, (1, 50)),
        ({"max_rate": 0.5}, (0.5, 0.5)),
        ({"min_rate": 20}, (20, 20)),
        ({"min_rate": 2, "max_rate": 5}, (2, 5)),
        ({"change_mode": ChangeMode.CONTINUOUS}, (1, 10)),
    ],
)
def test_rates_make_a_signal_continuous(catalogue, settings, rates):
    config = catalogue.config("Vehicle.Speed", **settings)
    assert config.change_mode is ChangeMode.CONTINUOUS
    assert (config.min_rate, config.max_rate) == rates


def test_a_hal_may_narrow_limits_and_choices(catalogue):
    path = "Vehicle.Powertrain.Transmission.PerformanceMode"
    assert catalogue.config(path, allowed=("ECONOMY", "SPORT")).allowed == ("ECONOMY", "SPORT")
    limit = catalogue.config("Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit", min=50)
    assert (limit.min, limit.max) == (50, 100)


@pytest.mark.parametrize(
    "settings",
    [{"access": Access.READ_WRITE}, {"min": 3}, {"change_mode": ChangeMode.ON_CHANGE, "max_rate": 5}],
)
def test_contradictions_are_refused(catalogue, settings):
    with pytest.raises(ValidationError):
        catalogue.config("Vehicle.VehicleIdentification.VIN", **settings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"path": "Vehicle.Speed\0"}, "is no path"),
        ({"path": "Vehicle.Speed@5~0"}, "is no path"),
        ({"path": "x" * 10_000}, "is no path"),
        ({"max": float("nan")}, "finite number"),
        ({"min": 3, "max": 2}, "min 3.0 is above max 2"),
        ({"change_mode": "continuous", "min_rate": 1, "max_rate": float("inf")}, "finite number"),
        ({"allowed": (1, 2.5)}, "a uint8 cannot be 2.5, which allowed lists"),
        ({"datatype": "float", "allowed": ("ON",)}, "a float cannot be 'ON'"),
        ({"datatype": "string", "allowed": (1,)}, "a string cannot be 1"),
    ],
)
def test_a_hal_cannot_offer_what_the_bus_cannot_carry(settings, says):
    with pytest.raises(ValidationError, match=says):
        SignalConfig(**{"path": "Vehicle.Mode", "datatype": "uint8"} | settings)
