"""The cockpit offscreen, driven frame by frame."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from carservices_ui import kivy_env

kivy_env.prepare(offscreen=True)

from kivy.config import Config  # noqa: E402

for name in Config.options("input"):
    Config.remove_option("input", name)


@pytest.fixture(scope="session")
def imported() -> Iterator[None]:
    """A full garbage collection over all that the shell imports takes longer than most tests: leave it out."""
    import carservices_ui.testing  # noqa: F401

    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(100_000, 10, 10)  # a cockpit is many objects in cycles: walking them took half the time
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture
def drive(imported: None) -> Iterator[Callable[..., object]]:
    """Opens cockpits and closes them: ``driver = drive(size=(1280, 720), theme="night")``.

    They start on a screen without the map, which is slow to build, unless told otherwise.
    """
    from carservices_ui.preferences import Preferences
    from carservices_ui.testing import Driver

    drivers = []

    def open_cockpit(size=(1280, 720), screen="climate", **preferences):
        drivers.append(Driver(size, Preferences(screen=screen, **preferences)))
        return drivers[-1]

    yield open_cockpit
    for driver in drivers:
        driver.close()


@pytest.fixture
def driver(drive: Callable[..., object], request: pytest.FixtureRequest) -> object:
    """The screen that the test's module opens."""
    return request.module.open_screen(drive)


@pytest.fixture
def screen(driver: Any) -> object:
    return driver.cockpit.screen
