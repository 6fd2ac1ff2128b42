"""The pytest plugin for apps: ``def test_low(app_car): app_car.start(); ...``; see `AppCar`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from carservices.app.testing.appcar import AppCar


@pytest.fixture
def app_car(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[AppCar]":
    """A car in memory for the app whose bundle the test lies in; imports wait until it is used."""
    from carservices.app.testing.appcar import AppCar

    above = (folder for folder in request.path.parents if (folder / "app.toml").is_file())
    data = tmp_path / "data"
    data.mkdir()
    car = AppCar(data, next(above, None))
    yield car
    car.close()
