"""What the widgets of a template need of the shell: who shows it, its pictures, and where taps go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from carservices.api.apps import Apps
from carservices.api.appscreen import CutKind, Screen
from carservices.api.driving import Restriction
from carservices.api.permissions import Permission
from carservices.app.templates import Handler
from carservices_ui import i18n
from carservices_ui.store import Outcome
from carservices_ui.templates.textures import Textures
from carservices_ui.ui import Ui


@dataclass
class Host:
    """One for the app screen; ``screen`` is always the newest, so that a tap carries the newest version."""

    ui: Ui
    screen: Screen
    table: Callable[["Host", Any, bool], Any]
    """Makes the view of a template inside another one."""
    textures: Textures = field(default_factory=Textures)

    def inner(self, node: Any, *, narrow: bool = False) -> Any:
        """The view of a template inside another one; `narrow` for one beside a map."""
        return self.table(self, node, narrow)

    @property
    def name(self) -> str:
        """The app's, in the person's language."""
        return named(self.screen.name)

    def act(self, handler: Handler, *args: Any) -> None:
        """Hand a tap to the app; one that came too late is dropped, as the person sees something newer already."""
        if isinstance(handler, int):
            self.ui.store.call(
                Apps,
                "action",
                self._ended,
                app=self.screen.app,
                seq=self.screen.seq,
                action=handler,
                args=list(args),
            )

    def ask(self, method: str, **arguments: Any) -> None:
        """Call another method of `Apps`."""
        self.ui.store.call(Apps, method, self._ended, **arguments)

    def _ended(self, outcome: Outcome) -> None:
        if not outcome.ok and "shows something newer" not in outcome.reason:
            self.ui.refused(outcome)

    def cut(self, kind: CutKind) -> int:
        """How much of this kind the driving restrictions have taken away; at least 1 if anything."""
        return sum(max(1, cut.amount) for cut in self.screen.cuts if cut.kind is kind)

    @property
    def may_type(self) -> bool:
        """A keyboard may be shown."""
        return not self.ui.restrictions.forbids(Restriction.NO_KEYBOARD) and not self.cut(CutKind.KEYBOARD)

    @property
    def still(self) -> bool:
        """Nothing may move for the driver's sake."""
        return self.ui.restrictions.forbids(Restriction.NO_VIDEO)


def named(names: dict[str, str]) -> str:
    """A text by language, English where there is no other."""
    return names.get(i18n.language()) or names.get("en", "")


def why(permission: Permission) -> str:
    """The app's reasons to want it, in the person's language."""
    return " · ".join(map(named, permission.reasons))
