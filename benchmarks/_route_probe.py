"""The cockpit, which says when it has shown each new route: a line of its geometry and the monotonic time in s."""

import sys
import time
from pathlib import Path

from carservices.api.navigation import Navigation, RouteState
from carservices_ui import kivy_env

ROUTE = f"{Navigation.name}.route"


def main(run_dir: Path) -> None:
    kivy_env.prepare(run_dir / "kivy")

    from kivy.base import EventLoop, runTouchApp
    from kivy.core.window import Window

    from carservices_ui.window import opened

    EventLoop.ensure_window()
    with opened(run_dir, "tool", "home") as cockpit:
        waiting: list[tuple[str, int]] = []

        def came(state: RouteState | None) -> None:
            view = cockpit.ui.map.view
            if view is not None and state is not None and state.route is not None:
                waiting[:] = [(state.route.geometry, view.frames_drawn)]

        def shown(*_: object) -> None:
            view = cockpit.ui.map.view
            if waiting and view is not None and view.frames_drawn > waiting[0][1]:
                print(waiting.pop()[0], time.monotonic(), flush=True)

        Window.bind(on_flip=shown)
        cockpit.ui.store.bind_stream(ROUTE, came)
        runTouchApp(cockpit)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
