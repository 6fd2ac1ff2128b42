"""The cockpit offscreen, driven frame by frame."""

import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from carservices_ui import kivy_env

kivy_env.prepare(size=(1920, 1080), offscreen=True)  # the largest: offscreen it is not made larger later

from kivy.config import Config  # noqa: E402

for name in Config.options("input"):
    Config.remove_option("input", name)


@pytest.fixture(scope="session")
def imported() -> Iterator[None]:
    """Garbage is collected between cockpits (`swept`) and not within: walking all that lives took half the time."""
    import carservices_ui.testing  # noqa: F401

    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 10, 10)
    yield
    gc.freeze()  # neither at the end, where the process gives everything back
    gc.set_threshold(*before)


@pytest.fixture
def swept(imported: None) -> None:
    """The cockpit before is collected, and what lives then is not walked again: several at once take twice the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def drive(swept: None) -> Iterator[Callable[..., object]]:
    """Opens cockpits and closes them: ``driver = drive(size=(1280, 720), theme="night")``.

    They are small, and start on a screen without the map, unless told otherwise: larger ones take half as long again.
    """
    from kivy.animation import Animation
    from kivy.clock import Clock

    from carservices_ui.preferences import Preferences
    from carservices_ui.testing import Driver

    before = Clock.get_events()
    drivers = []

    def open_cockpit(size=(640, 360), screen="climate", **preferences):
        drivers.append(Driver(size, Preferences(screen=screen, **preferences)))
        return drivers[-1]

    yield open_cockpit
    for driver in drivers:
        driver.close()
    for motion in Animation._instances.copy():  # one that goes on keeps its whole cockpit
        for moved in tuple(motion._widgets.values()):
            if moved is not True:  # which stands for a sequence; its parts are here, too
                motion.cancel(moved["widget"])
    Animation._instances.clear()
    for event in Clock.get_events():  # and so does what is still to come, such as the end of a banner
        if event not in before:
            event.cancel()


@pytest.fixture(scope="module")
def cockpit(imported: None, request: pytest.FixtureRequest) -> Iterator[object]:
    """A small one for all tests of a module, on its `SCREEN`: a large one takes longer to build than most of them."""
    from carservices_ui.preferences import Preferences
    from carservices_ui.testing import Driver

    driver = Driver((640, 360), Preferences(screen=request.module.SCREEN))
    yield driver
    driver.close()
    gc.unfreeze()  # `swept` may have kept it


@pytest.fixture
def driver(drive: Callable[..., object], request: pytest.FixtureRequest) -> object:
    """The screen that the test's module opens."""
    return request.module.open_screen(drive)


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of arrival are shown in local time."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def screen(driver: Any) -> object:
    return driver.cockpit.screen
