"""How a way is chosen: best at what, what it avoids, and how to charge on the way."""

from collections.abc import Sequence
from functools import partial

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.routes import Avoid, Mode, Prefer
from carservices_ui.i18n import number, t
from carservices_ui.screens.navigation_rows import FILL, Heading, SwitchEntry
from carservices_ui.screens.navigation_sheet import Sheet
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Card, Icon, Row, Segmented, Stepper, Text, spacer

AVOID = {Avoid.TOLLS: "toll", Avoid.MOTORWAYS: "add_road", Avoid.FERRIES: "directions_boat"}
"""What can be avoided, and the icon for it."""
LOWEST, HIGHEST, STEP = 5.0, 80.0, 5.0
"""Of the wished charge, percent."""


class OptionsPage(Sheet):
    """Each change looks for the ways anew; they are there when the page is left."""

    def build(self) -> None:
        self.title.text = t("nav.options")
        options = self.plan.routes.options
        self.mode = Segmented([(mode, t(f"nav.mode_{mode.value}")) for mode in Mode], size_hint=(1, None))
        self.mode.value = options.mode
        self.mode.bind(on_choose=lambda _, mode: self.plan.routes.use(mode=mode))
        self.avoid = {
            avoid: SwitchEntry(
                icon,
                t(f"nav.avoid_{avoid.value}"),
                avoid in options.avoid,
                partial(self._avoid, avoid),
            )
            for avoid, icon in AVOID.items()
        }
        self.prefer = Segmented([(prefer, t(f"nav.prefer_{prefer.value}")) for prefer in Prefer], size_hint=(1, None))
        self.prefer.value = options.charging.prefer
        self.prefer.bind(on_choose=lambda _, prefer: self._charge(prefer=prefer))
        self.at_destination = PercentEntry("flag", t("nav.charge_at_destination"), options.charging.at_destination)
        self.at_stops = PercentEntry("ev_station", t("nav.charge_at_stops"), options.charging.least)
        self.at_destination.stepper.bind(on_choose=lambda _, soc: self._charge(at_destination=soc))
        self.at_stops.stepper.bind(on_choose=lambda _, soc: self._charge(least=soc))

    def depends(self) -> object:
        return None  # the controls hold what they show

    def content(self) -> Sequence[Widget]:
        return [
            self.mode,
            Heading(t("nav.avoid")),
            *self.avoid.values(),
            Heading(t("nav.charging_wishes")),
            self.prefer,
            self.at_destination,
            self.at_stops,
        ]

    def _avoid(self, avoid: Avoid, on: bool) -> None:
        now = self.plan.routes.options.avoid
        self.plan.routes.use(avoid=now | {avoid} if on else now - {avoid})

    def _charge(self, **wishes: object) -> None:
        self.plan.routes.use(charging=self.plan.routes.options.charging.model_copy(update=wishes))


class PercentEntry(Card):
    """A wished charge with minus and plus."""

    def __init__(self, icon: str, name: str, value: float) -> None:
        super().__init__(tone="surface2", radius="tile", size_hint=(1, None), height=dp(TARGET + 4))
        self.stepper = Stepper(
            low=LOWEST, high=HIGHEST, step=STEP, show=lambda soc: f"{number(soc)} %", role="body", label_width=68
        )
        self.stepper.value = value
        self.add_widget(
            Row(
                Icon(icon, tone="energy"),
                Text(name),
                spacer(),
                self.stepper,
                gap="m",
                padding=(dp(20), 0, 0, 0),
                **FILL,
            )
        )
