"""The emulator panel: a developer's window beside the cockpit, to see every signal and to play with the car."""

import logging
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from carservices_ui import kivy_env

NAME = "panel"
SIZE = (1180, 760)
SMALLEST = (1000, 660)
MAX_FPS = 20
"""Enough for a developer's tool (kivy makes 27 of it); each look for work costs, even when there is none."""


def main(
    run_dir: Path,
    *,
    ready: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
    name: str = NAME,
    size: tuple[int, int] = SIZE,
    offscreen: bool = False,
    screenshot: Path | None = None,
    tab: str = "signals",
) -> None:
    """Show the panel of the car in `run_dir` until the window is closed or SIGTERM comes.

    `ready` is called with the first picture on the glass, `beat` each second while frames turn.
    With `screenshot` nothing is shown: a picture of `tab` is written to exactly that file.
    Raises ValueError for a tab that does not exist, and `NoWindow`.
    """
    kivy_env.prepare(
        run_dir / f"kivy-{NAME}", size=size, offscreen=offscreen or screenshot is not None, max_fps=MAX_FPS
    )

    from kivy.config import Config

    Config.set("graphics", "resizable", 1)
    Config.set("graphics", "minimum_width", SMALLEST[0])
    Config.set("graphics", "minimum_height", SMALLEST[1])

    _load_clipboard()
    kivy_env.need_window()
    from carservices_ui.panel import window  # imports kivy

    window.check_tab(tab)
    if screenshot is None:
        window.run(run_dir, name, tab, ready, beat)
    else:
        window.take(run_dir, name, tab, screenshot)


def _load_clipboard() -> None:
    """Kivy raises alarm where xclip and xsel are missing; SDL's clipboard, which it takes then, is enough."""
    logger = logging.getLogger("kivy")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        import_module("kivy.core.clipboard")
    finally:
        logger.setLevel(level)
