"""The shell's process: kivy's environment first, then the window."""

from collections.abc import Callable
from pathlib import Path

from carservices_ui import kivy_env

NAME = "shell"
SIZE = (1280, 720)


def main(
    run_dir: Path,
    *,
    ready: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
    name: str = NAME,
    size: tuple[int, int] = SIZE,
    screenshot: Path | None = None,
    screen: str | None = None,
) -> None:
    """Show the cockpit of the car in `run_dir` until the window is closed or SIGTERM comes.

    `ready` is called with the first picture on the glass, `beat` each second while frames turn.
    With `screenshot` nothing is shown: a picture of `screen` is written to exactly that file.
    Raises ValueError for a screen that does not exist, and `NoWindow`.
    """
    kivy_env.prepare(run_dir / "kivy", size=size, offscreen=screenshot is not None)
    kivy_env.need_window()

    from carservices_ui import window  # imports kivy
    from carservices_ui.screens import BY_NAME

    if screen is not None and screen not in BY_NAME:
        raise ValueError(f"there is no screen '{screen}'; there are {', '.join(BY_NAME)}")
    if screenshot is None:
        window.run(run_dir, name, screen, ready, beat)
    else:
        window.take(run_dir, name, screen, screenshot)
