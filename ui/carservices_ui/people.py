"""Who drives, as the shell shows it: the stream, what a person is called, and the look that follows them."""

from carservices.api.apps import Apps
from carservices.api.people import Profile, Profiles
from carservices_ui.i18n import t
from carservices_ui.ui import Ui

STREAM = f"{Apps.name}.profiles"


def called(profile: Profile) -> str:
    """The name, or what the first person is called without one."""
    return profile.name or t("people.unnamed")


class Follower:
    """Builds everything anew when another person drives: theme, language and size are theirs."""

    def __init__(self, ui: Ui) -> None:
        self._ui = ui
        ui.store.bind_stream(STREAM, self._follow)

    def _follow(self, state: Profiles | None) -> None:
        if state is None:
            return
        before = self._ui.preferences.person
        self._ui.preferences.follow(state.active, {one.id for one in state.profiles})
        if before not in ("", state.active):
            self._ui.restyle()
