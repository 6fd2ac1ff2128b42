"""What every tab of the panel gets."""

from collections.abc import Callable
from dataclasses import dataclass, field

from carservices.signals import Catalogue, Datum
from carservices_ui import refusal
from carservices_ui.i18n import t
from carservices_ui.panel.backend import PanelBackend
from carservices_ui.panel.emulator import Emulator
from carservices_ui.panel.signals import Signals
from carservices_ui.store import Outcome, Store


@dataclass
class Memory:
    """What a tab remembers while another is shown."""

    query: str = ""
    recent: bool = False
    selected: str | None = None
    file: str = ""
    hold: bool = False


@dataclass
class Desk:
    """Handed to every tab."""

    store: Store
    backend: PanelBackend
    emulator: Emulator
    signals: Signals
    tell: Callable[[str, bool], None]
    """Say how something ended: words, and whether it went well."""
    memory: Memory = field(default_factory=Memory)
    catalogue: Catalogue = field(default_factory=Catalogue.default)

    def set(self, path: str, value: Datum, on_outcome: Callable[[Outcome], None] = lambda _: None) -> None:
        """Actuate a signal as any client would, and tell how that ended."""
        what = f"{path.removeprefix('Vehicle.')} = {value}"
        self.tell(t("panel.sent", what=what), True)

        def ended(outcome: Outcome) -> None:
            if outcome.ok:
                self.tell(t("panel.confirmed", what=what), True)
            else:
                self.tell(t("panel.refused", what=what, reason=refusal.full(outcome, self.store)), False)
            on_outcome(outcome)

        self.store.set(path, value, ended)

    def refused(self, outcome: Outcome) -> None:
        """Tell why the car did not do it; `bind_signal` reports here."""
        self.tell(t("panel.refused_all", reason=refusal.full(outcome, self.store)), False)
