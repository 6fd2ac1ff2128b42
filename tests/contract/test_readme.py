"""The README's programs run as they stand."""

import re
from pathlib import Path
from typing import Any

from carservices.hal import Hal
from carservices.services.driving.service import DrivingService
from carservices.testing import car
from carservices_emulator.hal import EmulatorHal

README = Path(__file__).parents[2] / "README.md"


def block(marker: str) -> str:
    """The Python block that contains ``marker``."""
    found = [text for text in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL) if marker in text]
    assert len(found) == 1, f"{len(found)} blocks with {marker!r}"
    return found[0]


async def test_the_bench_is_a_hal():
    names: dict[str, Any] = {}
    exec(block("class Bench"), names)
    bench: type[Hal] = names["Bench"]
    async with car(bench) as c:
        value = await c.until("Vehicle.Exterior.AirTemperature", 21.5)
        assert value.value == 21.5


async def test_the_program_talks_to_the_car(monkeypatch, capsys):
    async with car(EmulatorHal, [DrivingService]) as c:
        monkeypatch.setattr("carservices.system.run_dir.default_run_dir", lambda: c.run_dir)
        source = block("car.watch").replace("asyncio.run(main())", "").replace("asyncio.sleep(5)", "asyncio.sleep(0)")
        names: dict[str, Any] = {}
        exec(source, names)
        await names["main"]()
    out = capsys.readouterr().out
    assert "Vehicle.Speed" in out
    assert "value=21.5" in out
    assert "restrictions" in out
