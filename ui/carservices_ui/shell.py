"""The shell's process: one window, the bus in a thread, one frame for everything that came in."""

import signal
from pathlib import Path

from carservices_ui import kivy_env


def main(
    run_dir: Path,
    name: str = "shell",
    size: tuple[int, int] = (1280, 720),
    screenshot: Path | None = None,
    screen: str | None = None,
    offscreen: bool = False,
) -> None:
    """Run until the window is closed or SIGTERM comes; with `screenshot`, until that picture is written."""
    kivy_env.prepare(run_dir / "kivy", size=size, offscreen=offscreen or screenshot is not None)

    from carservices_ui.window import run  # kivy comes only after its environment

    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    run(run_dir, name, screen=screen, screenshot=screenshot)
