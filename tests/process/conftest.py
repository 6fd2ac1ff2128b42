"""A short directory for the sockets, gone afterwards."""

import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def place():
    place = Path(tempfile.mkdtemp(prefix="car"))
    yield place / "run"
    shutil.rmtree(place, ignore_errors=True)
