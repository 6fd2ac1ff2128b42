"""The cockpit with an app in front and a stopwatch: how old a template is when it is on the glass, as one line of JSON.

The text of its first row is the monotonic time in ns at which the app's view made it.
"""

import json
import sys
import time
from pathlib import Path

from carservices.api.appscreen import Front
from carservices_ui import kivy_env

SETTLE_SECONDS = 3.0


def main(run_dir: Path, updates: int) -> None:
    kivy_env.prepare(run_dir / "kivy")

    from kivy.base import EventLoop
    from kivy.core.window import Window

    from carservices_ui.apps import FRONT
    from carservices_ui.window import opened

    flips: list[int] = []
    made: list[int] = []

    def follow(front: Front | None) -> None:
        if front is not None and front.screen is not None and front.screen.tree:
            made.append(int(front.screen.tree[1]["rows"][0][1]["text"]))

    EventLoop.ensure_window()
    Window.bind(on_flip=lambda _: flips.append(time.monotonic_ns()))
    with opened(run_dir, "tool", "app") as cockpit:
        Window.add_widget(cockpit)
        EventLoop.status = "started"
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end:
            EventLoop.idle()
        cockpit.ui.store.bind_stream(FRONT, follow)
        made.clear()
        ages: list[float] = []
        while len(ages) < updates:
            shown = len(flips)
            EventLoop.idle()
            if made and len(flips) > shown:
                ages.append((flips[-1] - made.pop()) / 1e6)
                made.clear()
    print(json.dumps(ages), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
