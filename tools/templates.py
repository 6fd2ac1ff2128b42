"""The contact sheet of the templates: every one by night and parked, some by day, some while driving."""

import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from carservices.api.driving import Cause, DrivingState, Limits, Motion, Restriction
from carservices.signals import Datum

EXAMPLES = Path(__file__).parents[1] / "tests" / "ui" / "templates.py"
"""What the golden pictures of the tests show, too."""
COLUMNS = 4
SMALLER = 2
GAP = 12
EXTRA = (("list", "day", "parked"), ("navigation", "day", "parked"), ("search", "night", "driving"))
"""Beside all of them by night: template, theme, state."""
HERE: dict[str, Datum | None] = {
    "Vehicle.CurrentLocation.Latitude": 53.5565,
    "Vehicle.CurrentLocation.Longitude": 13.2610,
    "Vehicle.CurrentLocation.Heading": 20.0,
    "Vehicle.Speed": 0.0,
}


def photograph(path: Path) -> None:
    """Write the sheet; needs a process without a window of its own yet."""
    from carservices_ui import kivy_env

    with tempfile.TemporaryDirectory(prefix="sheet") as scratch:
        kivy_env.prepare(Path(scratch), size=(1280, 720), offscreen=True)
        examples = _examples()
        shots = [*((name, "night", "parked") for name in examples.TEMPLATES), *EXTRA]
        _save(path, _pictures(examples, shots, Path(scratch)))


def _examples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("template_examples", EXAMPLES)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _pictures(examples: ModuleType, shots: list[tuple[str, str, str]], scratch: Path) -> list[Any]:
    from carservices_ui.apps import CATALOG, FRONT, MEDIA
    from carservices_ui.daynight import MODE
    from carservices_ui.preferences import Preferences
    from carservices_ui.restrictions import STREAM
    from carservices_ui.testing import Driver

    driver = Driver(preferences=Preferences(screen="app"))
    images = examples.cover(scratch)
    driver.store.put_link(True)
    driver.store.put_stream(CATALOG, examples.CATALOG)
    driver.store.put_stream(MEDIA, examples.playing(images))
    driver.put(HERE)
    pictures = []
    for name, theme, state in shots:
        driver.put({MODE: theme.upper()})
        driver.store.put_stream(STREAM, _driving(state))
        rules = examples.PARKED_RULES if state == "parked" else examples.MOVING_RULES
        front = examples.front(examples.TEMPLATES[name], rules=rules, images=images, key=f"{name}-{theme}")
        driver.store.put_stream(FRONT, front)
        end = time.monotonic() + 3.0
        while time.monotonic() < end:
            driver.frames()
        pictures.append(_glass(driver.cockpit.screen))
    driver.close()
    return pictures


def _driving(state: str) -> DrivingState:
    parked = state == "parked"
    return DrivingState(
        motion=Motion.PARKED if parked else Motion.MOVING,
        restrictions=Restriction.BASELINE if parked else Restriction.FULLY_RESTRICTED,
        optimized_only=not parked,
        limits=Limits(string_length=80, cumulative_items=21, depth=3),
        cause=Cause.GEAR_IN_PARK if parked else Cause.MOVING,
        reason="",
        since=0,
    )


def _glass(screen: Any) -> Any:
    """A screen on the glass, at half its size: RGB, rows from the top."""
    import numpy as np
    from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels

    width, height = (round(side) // SMALLER * SMALLER for side in screen.size)
    raw = glReadPixels(round(screen.x), round(screen.y), width, height, GL_RGBA, GL_UNSIGNED_BYTE)
    pixels = np.frombuffer(raw, np.uint8).reshape(height, width, 4)[::-1, :, :3].astype(np.uint16)
    steps = [pixels[y::SMALLER, x::SMALLER] for y in range(SMALLER) for x in range(SMALLER)]
    return (np.sum(steps, axis=0) // len(steps)).astype(np.uint8)


def _save(path: Path, pictures: list[Any]) -> None:
    import numpy as np
    from kivy.graphics.texture import Texture

    height, width, _ = pictures[0].shape
    lines = -(-len(pictures) // COLUMNS)
    whole = np.zeros((lines * (height + GAP) + GAP, COLUMNS * (width + GAP) + GAP, 3), np.uint8)
    for index, picture in enumerate(pictures):
        top, left = GAP + index // COLUMNS * (height + GAP), GAP + index % COLUMNS * (width + GAP)
        whole[top : top + height, left : left + width] = picture
    texture = Texture.create(size=(whole.shape[1], whole.shape[0]), colorfmt="rgb")
    texture.blit_buffer(whole.tobytes(), colorfmt="rgb")
    path.touch()
    texture.save(str(path), flipped=False)
