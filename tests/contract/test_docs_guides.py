"""The programs in the guides on HALs and diagnostics run; each page that shows programs has a test that runs them."""

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from carservices.testing import car
from carservices_emulator.hal import EmulatorHal

ROOT = Path(__file__).parents[2]
RUN_BY = {
    "README.md": "contract/test_readme.py",
    "docs/apps.md": "unit/app/test_docs.py",
    "docs/diagnostics.md": "contract/test_docs_guides.py",
    "docs/doors.md": "contract/test_docs_doors.py",
    "docs/emulator.md": "contract/test_docs_examples.py",
    "docs/hal.md": "contract/test_docs_guides.py",
    "docs/signals.md": "contract/test_docs_examples.py",
}
"""Page → the test that runs its programs."""


def blocks(page, kind="python"):
    return re.findall(rf"```{kind}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def test_each_page_with_programs_has_a_test_that_runs_them():
    pages = [page.relative_to(ROOT).as_posix() for page in (ROOT / "README.md", *(ROOT / "docs").glob("**/*.md"))]
    assert {page for page in pages if blocks(page)} == RUN_BY.keys()
    assert [test for test in RUN_BY.values() if not (ROOT / "tests" / test).is_file()] == []


async def test_each_control_unit_says_its_number(monkeypatch, capsys):
    program, _ = blocks("docs/diagnostics.md")
    async with car(EmulatorHal) as c:
        monkeypatch.setattr("carservices.system.run_dir.default_run_dir", lambda: c.run_dir)
        names: dict[str, Any] = {}
        exec(program.replace("asyncio.run(main())", ""), names)
        await names["main"]()
    assert "VCU ['VF1" in capsys.readouterr().out


async def test_the_verbs_of_a_hal_that_diagnoses():
    _, program = blocks("docs/diagnostics.md")
    names: dict[str, Any] = {}
    exec(program, names)
    asked = []

    async def ask(*what):
        asked.append(what)
        return []

    hal = SimpleNamespace(adapter=SimpleNamespace(ask=ask))
    (ecu,) = await names["control"](hal, "ecus", {})
    await names["control"](hal, "diagnose", {"to": ecu["request"], "data": b"\x22\xf1\x90"})
    assert asked[0][:2] == (0x7E0, b"\x22\xf1\x90")


def test_options_of_a_hal_are_checked():
    (program,) = blocks("docs/hal.md")
    names: dict[str, Any] = {}
    exec(f"from typing import Literal\nfrom carservices.hal import Options\n{program}", names)
    assert names["KonaOptions"](baud=38400).device == "/dev/ttyUSB0"
    with pytest.raises(ValidationError):
        names["KonaOptions"](baud=9600)


def test_entry_points_of_a_package():
    tables = [tomllib.loads(text)["project"]["entry-points"] for text in blocks("docs/hal.md", "toml")]
    assert [list(table) for table in tables] == [["carservices.hal"], ["carservices.cli"]]
