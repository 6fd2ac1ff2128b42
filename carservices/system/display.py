"""Whether there is a display to show a window on."""

import os
import sys


def has_display() -> bool:
    """Only X11 and Wayland systems can be without one."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
