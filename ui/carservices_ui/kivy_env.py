"""Kivy's environment: set here, in one place, before kivy is imported for the first time."""

import logging
import os
import sys
import tempfile
from pathlib import Path

MAX_FPS = 55
"""Kivy overshoots by a third: this gives 73 pictures a second, so that a value waits 14 ms at most for its picture."""


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


def has_display() -> bool:
    """Whether a window can be shown; only X11 and Wayland systems can be without one."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
