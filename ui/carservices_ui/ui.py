"""What a screen gets: the store, units, restrictions, and ways to move on and to speak to the person."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kivy.uix.widget import Widget

from carservices.api.audio import AudioState
from carservices_ui import refusal
from carservices_ui.history import History
from carservices_ui.i18n import t
from carservices_ui.livemap import LiveMap
from carservices_ui.planning import Plan
from carservices_ui.preferences import Preferences
from carservices_ui.restrictions import Restrictions
from carservices_ui.store import Outcome, Store
from carservices_ui.streams import AUDIO
from carservices_ui.units import Units

BATTERY_POWER = "Vehicle.Powertrain.TractionBattery.CurrentPower"


@dataclass
class Ui:
    """Handed to every screen and every piece of chrome."""

    store: Store
    preferences: Preferences
    show: Callable[[str], None]
    """Go to a screen by its name in `screens.SCREENS`."""
    tell: Callable[[str, str, str], None]
    """Say a sentence in a banner: words, icon, colour token."""
    ask: Callable[[Widget], None]
    """Put a `Dialog` over everything."""
    restyle: Callable[[], None]
    """Build everything again, after a change of theme, language, units or size."""
    rebuilt: Callable[[], None] = lambda: None
    """A part of the screen has been built anew: the focus goes to what stands in the place of what it had."""
    units: Units = field(default_factory=Units)
    restrictions: Restrictions = field(default_factory=lambda: Restrictions.of(None))
    places: dict[str, str] = field(default_factory=dict)
    """Where in a screen the person is, by the screen's name; it outlasts building again."""
    loud: float = 0.3
    """The last volume, 0–1, that could be heard: a silenced car comes back to it."""
    power: History = field(init=False)
    """Power into the battery in W over the last minutes."""

    map: LiveMap = field(init=False)
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        self.power = History(self.store, BATTERY_POWER)
        self.map = LiveMap(self.store)
        self.plan = Plan(self.store, self.refused)
        self.store.bind_stream(AUDIO, self._hear)

    def refused(self, outcome: Outcome) -> None:
        """Tell why the car did not do what the person asked; a developer reads what the car itself says, too."""
        said = refusal.why(outcome, self.store)
        words = t("control.refused", reason=said)
        if self.preferences.developer and outcome.code:
            words += f"\n{refusal.detail(outcome, said)}"
        self.tell(words, "block", "alert")

    def _hear(self, state: AudioState | None) -> None:
        if state is not None and state.volume > 0:
            self.loud = state.volume

    def explain(self, *_: object) -> None:
        """Tell why what the person touched is blocked now."""
        self.tell(self.restrictions.why, "block", "heat")

    def ended(self, outcome: Outcome) -> None:
        """For a set or call of which only a refusal is told."""
        if not outcome.ok:
            self.refused(outcome)
