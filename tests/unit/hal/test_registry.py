"""The registry finds HALs without importing them, and each mistake gets one line that says the cure."""

import subprocess
import sys
from importlib.metadata import EntryPoint
from typing import Literal

import pytest
from pydantic import Field

from carservices.hal import Hal, Options, VirtualHal, registry


class BenchOptions(Options):
    speed: float = Field(1.0, ge=0.1, le=100)
    mode: Literal["day", "night"] = "day"
    device: str


class BenchHal(Hal[BenchOptions]):
    Options = BenchOptions

    async def open(self):
        return []

    async def events(self):
        yield []


HERE = "tests.unit.hal.test_registry"


def test_the_installed_hals_are_named():
    assert {"emulator", "virtual"} <= registry.installed().keys()


def test_naming_them_imports_none():
    code = (
        "import sys; from carservices.hal import registry; registry.installed();"
        "sys.exit('carservices_emulator' in sys.modules or 'carservices.hal.virtual' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_hal_is_loaded_by_name_or_by_place():
    assert registry.load("virtual") is VirtualHal
    assert registry.load("carservices.hal.virtual:VirtualHal") is VirtualHal


def test_texts_become_options():
    hal = registry.create(f"{HERE}:BenchHal", {"speed": "2.5", "device": "/dev/ttyS0"})
    assert hal.options == hal.Options(speed=2.5, device="/dev/ttyS0")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sped": 2, "device": "x"}, "no option 'sped', did you mean speed?; it has speed, mode, device"),
        ({"speed": "fast", "device": "x"}, "option 'speed' cannot be 'fast': input should be a valid number"),
        ({"speed": 1000, "device": "x"}, "option 'speed' cannot be 1000: input should be less than or equal to 100"),
        ({"mode": "dusk", "device": "x"}, "option 'mode' cannot be 'dusk': input should be 'day' or 'night'"),
        ({}, "option 'device' is missing"),
    ],
)
def test_a_bad_option_is_named_with_what_is_allowed(options, said):
    with pytest.raises(registry.BadOptions) as error:
        registry.create(f"{HERE}:BenchHal", options)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_hal_gets_near_names_and_the_way_to_install():
    with pytest.raises(registry.UnknownHal, match=r"no HAL 'emulatr' .*did you mean emulator\?.*pip install PACKAGE"):
        registry.load("emulatr")


@pytest.mark.parametrize(
    ("place", "source", "said"),
    [
        ("needy:NeedyHal", "import no_such_driver.usb", r"needs the package 'no_such_driver'.*pip install"),
        ("absent.hal:AbsentHal", None, "there is no module absent"),
        ("crash:CrashHal", "1 / 0", "cannot be imported: ZeroDivisionError"),
        ("other:OtherHal", "pass", "cannot be imported: AttributeError"),
        (
            "extra:ExtraHal",
            "from carservices.hal import HalError\nraise HalError('pip install it')",
            "HAL car: pip install it",
        ),
        ("wrong:WrongHal", "WrongHal = 3", "is not a subclass of carservices.hal.Hal"),
    ],
)
def test_a_hal_that_does_not_import_says_why(place, source, said, tmp_path, monkeypatch):
    if source is not None:
        (tmp_path / f"{place.partition(':')[0]}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("car", place, registry.GROUP)
    monkeypatch.setattr(registry, "installed", lambda: {"car": point})
    with pytest.raises(registry.BrokenHal, match=said):
        registry.load("car")


@pytest.mark.parametrize(
    ("text", "options"),
    [("speed=2", {"speed": "2"}), ("file=a=b", {"file": "a=b"}), ('values={"a": 1}', {"values": {"a": 1}})],
)
def test_options_of_a_command_line(text, options):
    assert registry.parse_options([text]) == options


@pytest.mark.parametrize("text", ["speed", "=2", "values={"])
def test_an_option_that_cannot_be_read(text):
    with pytest.raises(registry.BadOptions, match="HAL option"):
        registry.parse_options([text])
