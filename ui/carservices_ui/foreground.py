"""What the app host wants of the whole shell: the app in front, how things are shown here, and permission questions."""

from collections.abc import Callable

from kivy.core.window import Window

from carservices.api.apps import Apps
from carservices.api.appscreen import Display, Front
from carservices_ui import apps, i18n, look
from carservices_ui.store import Outcome
from carservices_ui.ui import Ui

SCREEN, LIST = "app", "apps"


class Foreground:
    """Goes to an app that has come to the front, and leaves one that has gone; `current` names the screen shown."""

    def __init__(self, ui: Ui, current: Callable[[], str]) -> None:
        self._ui = ui
        self._current = current
        self._front: str | None = None
        self._told: Display | None = None
        ui.store.bind_stream(apps.FRONT, self._follow)

    def left(self, screen: str) -> None:
        """The person has gone from `screen` to another one: an app is not in front any more."""
        if screen == SCREEN and self._front is not None:
            self._front = None
            self._ui.store.call(Apps, "home", lambda _: None)

    def back(self) -> bool:
        """One screen back in the app that is shown; False when none is."""
        if self._current() != SCREEN or self._front is None:
            return False
        apps.call(self._ui, "back")
        return True

    def say_display(self) -> None:
        """Tell language, theme and size when they are others than before."""
        display = Display(
            language=i18n.language(),
            theme="day" if look.theme().name == "day" else "night",
            width=round(Window.width / look.scale()),
            height=round(Window.height / look.scale()),
        )
        if display != self._told and self._ui.store.stream(apps.FRONT) is not None:
            self._told = display
            self._ui.store.call(Apps, "use_display", self._forget_refusal, display=display)

    def _forget_refusal(self, outcome: Outcome) -> None:
        if not outcome.ok:
            self._told = None

    def _follow(self, front: Front | None) -> None:
        if front is None:
            self._told = None  # another app host may follow, who knows nothing of us
            return
        self.say_display()
        before, self._front = self._front, front.screen.app if front.screen else None
        if self._front is not None and self._front != before:
            self._ui.show(SCREEN)
        elif self._front is None and self._current() == SCREEN:
            self._ui.show(LIST)
