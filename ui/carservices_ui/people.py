"""Who drives, as the shell shows it: the stream, what a person is called, and the look and units that follow them."""

from functools import partial

from carservices.api.apps import Apps
from carservices.api.people import Profile, Profiles
from carservices.signals import Datum
from carservices_ui.i18n import t
from carservices_ui.ui import Ui
from carservices_ui.units import UNIT_SIGNALS

STREAM = f"{Apps.name}.profiles"


def called(profile: Profile) -> str:
    """The name, or what the first person is called without one."""
    return profile.name or t("people.unnamed")


class Follower:
    """Builds everything anew when another person drives: theme, language, size and units are theirs.

    Units are signals of the car, so that its other displays and the apps follow, too: what the car comes up with is
    made what the person had; what anybody chooses after that is the person's choice.
    """

    def __init__(self, ui: Ui) -> None:
        self._ui = ui
        self._heard: set[str] = set()
        ui.store.bind_stream(STREAM, self._follow)
        for path in UNIT_SIGNALS:
            ui.store.bind(path, partial(self._choose, path))

    def _follow(self, state: Profiles | None) -> None:
        if state is None:
            return
        before = self._ui.preferences.person
        self._ui.preferences.follow(state.active, {one.id for one in state.profiles})
        if before not in ("", state.active):
            self._ui.restyle()
            for path in UNIT_SIGNALS:
                self._heard.discard(path)
                self._choose(path, self._ui.store.get(path))

    def _choose(self, path: str, choice: Datum | None) -> None:
        preferences = self._ui.preferences
        if choice is None:
            self._heard.discard(path)
            return
        wanted = preferences.units.get(path, choice)
        if path not in self._heard and wanted != choice:
            if preferences.kept:
                self._ui.store.set(path, wanted, lambda _: None)
            elif self._ui.units.choose(path, wanted):  # a picture changes nothing in the car
                self._ui.restyle()
        elif preferences.units.get(path) != choice:
            preferences.units[path] = str(choice)
            preferences.save()
        self._heard.add(path)
