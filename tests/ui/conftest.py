"""The cockpit offscreen, driven frame by frame."""

from collections.abc import Callable, Iterator

import pytest

from carservices_ui import kivy_env

kivy_env.prepare(offscreen=True)

from kivy.config import Config  # noqa: E402

for name in Config.options("input"):
    Config.remove_option("input", name)


@pytest.fixture
def drive() -> Iterator[Callable[..., object]]:
    """Opens cockpits and closes them: ``driver = drive(size=(1280, 720), theme="night")``."""
    from carservices_ui.preferences import Preferences
    from carservices_ui.testing import Driver

    drivers = []

    def open_cockpit(size=(1280, 720), **preferences):
        drivers.append(Driver(size, Preferences(**preferences)))
        return drivers[-1]

    yield open_cockpit
    for driver in drivers:
        driver.close()
