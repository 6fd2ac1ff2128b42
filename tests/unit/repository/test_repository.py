"""What holds for every file of the repository."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGES = ("carservices", "hal/carservices_hal", "ui/carservices_ui", "emulator/carservices_emulator")


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.splitlines()]


def test_every_package_is_typed():
    assert [p for p in PACKAGES if not (ROOT / p / "py.typed").exists()] == []


def test_requirements_name_no_host():
    for path in (ROOT / "requirements").iterdir():
        assert not re.search(r"https?://|--index-url|--find-links", path.read_text()), path.name


def test_no_lock_file_is_tracked():
    assert [p.name for p in tracked() if p.name in ("uv.lock", "pylock.toml", "poetry.lock")] == []


def test_every_module_opens_with_a_sentence():
    silent = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix == ".py"
        and path.exists()
        and path.read_text().strip()
        and not path.read_text().lstrip().startswith(('"""', "#!"))
    ]
    assert silent == []
