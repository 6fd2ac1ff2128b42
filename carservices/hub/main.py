"""The hub's process: set up, serve until SIGTERM, leave."""

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path

from carservices.hub import slices
from carservices.hub.hub import Hub


def run_hub(
    run_dir: Path,
    state_dir: Path | None = None,
    ready: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Serve the run directory until SIGTERM or SIGINT; ``ready`` once the sockets are bound, ``beat`` at each tick."""
    _allow_many_descriptors()
    slices.shorten()
    hub = Hub(run_dir, state_dir)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: hub.stop())
    ready()
    hub.run(beat)


def _allow_many_descriptors() -> None:
    """Raise the limit as far as we may: each client holds four of them, and without one nobody gets in."""
    with contextlib.suppress(ImportError):  # Windows has no such limit
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
