"""Kivy's environment: set here, in one place, before kivy is imported for the first time."""

import logging
import os
import sys
import tempfile
from pathlib import Path

from carservices.bus import CarError

MAX_FPS = 55
"""Kivy overshoots by a third: this gives 73 pictures a second, so that a value waits 14 ms at most for its picture."""


class NoWindow(CarError):
    """There is no window to be had, on the display that is named or offscreen."""


def prepare(
    home: Path | None = None,
    *,
    size: tuple[int, int] = (1280, 720),
    offscreen: bool = False,
    max_fps: int = MAX_FPS,
) -> None:
    """Configure kivy for a window of `size` pixels; without a display it renders offscreen.

    `home` is kivy's private folder (it would write into the user's home directory otherwise).
    """
    os.environ["KIVY_NO_ARGS"] = "1"
    os.environ["KIVY_NO_CONFIG"] = "1"
    os.environ["KIVY_IMAGE"] = "sdl2"  # what we draw is PNG; Pillow, where there is one for apps, takes 5 MB and 50 ms
    os.environ["KIVY_LOG_MODE"] = "PYTHON"  # the other modes swallow tracebacks
    os.environ["KIVY_HOME"] = str(home or tempfile.mkdtemp(prefix="carservices-kivy-"))
    if offscreen or not has_display():
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    elif sys.platform.startswith("linux"):  # where no display answers SDL would draw offscreen, for nobody
        os.environ.setdefault("SDL_VIDEODRIVER", "x11,wayland")
    os.environ["KIVY_WINDOW"] = "sdl2"  # kivy's other provider ends the process
    logging.getLogger("kivy").setLevel(logging.WARNING)

    from kivy.config import Config

    width, height = size
    Config.set("graphics", "width", width)
    Config.set("graphics", "height", height)
    Config.set("graphics", "multisamples", 0)  # MSAA costs 2.6 x in software GL; shapes are anti-aliased by shaders
    Config.set("graphics", "maxfps", max_fps)
    Config.set("graphics", "resizable", 0)
    Config.set("kivy", "exit_on_escape", 0)
    Config.set("input", "mouse", "mouse,disable_multitouch")


def need_window() -> None:
    """Make kivy's window. Raises `NoWindow`."""
    from kivy.core.window import Window

    if Window is None:
        display = f"the display {os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')}"
        asked = "SDL offscreen" if os.environ.get("SDL_VIDEODRIVER") == "offscreen" else display
        raise NoWindow(
            f"no window: {asked} does not answer or cannot do OpenGL; see `carservices doctor`, "
            "or do without one by --headless"
        )


def has_display() -> bool:
    """Whether a window can be shown; only X11 and Wayland systems can be without one."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
