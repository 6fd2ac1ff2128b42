"""What every screen is: a layout that is built when shown and dropped when left."""

from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices.api.driving import Restriction
from carservices_ui.i18n import t
from carservices_ui.restrictions import Restrictions
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Column, Icon, Row, Text, spacer


class Screen(FloatLayout):
    """Build everything in `build`; what is bound to the store there is unbound when the screen is left."""

    name = ""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self.build()

    def build(self) -> None:
        """Add widgets and bind them."""
        raise NotImplementedError

    def restrict(self, restrictions: Restrictions) -> None:
        """Called with each change of what the driver may see and do; `ui.restrictions` has it from the start."""

    def write(self, text: str) -> None:
        """What a keyboard writes while no dialog is open."""

    def key(self, name: str) -> bool:
        """A key by its name in `keys.KEYS`, before it moves the focus; True: it is used up."""
        return False

    def back(self) -> bool:
        """One step back within the screen; False when there is none."""
        return False

    def revisit(self) -> None:
        """It is asked for while it is shown: `Ui.places` may lead elsewhere in it."""

    def close(self) -> None:
        """Called once when the screen is left."""


class Page(Screen):
    """A screen with a title and a `body` column below it.

    While a restriction of `blocked_by` is in force what is `guarded` (the body) is dimmed and cannot be used, and the
    title row says why.
    """

    title = ""
    blocked_by = Restriction.BASELINE

    def __init__(self, ui: Ui) -> None:
        self.body = Column(gap="m", size_hint=(1, 1))
        self.guarded: list[Widget] = [self.body]
        """What cannot be used while blocked."""
        self.blocked = False
        self.head_start, self.head_end = Row(), Row()
        """Before the title, and at the end of its row."""
        self.why = Text(tone="heat")
        self._lock = Icon("block", size="small", tone="heat")
        super().__init__(ui)
        card = Card(pos_hint={"x": 0, "y": 0})
        content = Column(
            Row(*self._head(), gap="m", size_hint=(1, None)),
            self.body,
            gap="m",
            size_hint=(1, 1),
            padding=(dp(24), dp(20)),
            pos_hint={"x": 0, "y": 0},
        )
        card.add_widget(content)
        self.add_widget(card)
        self.restrict(ui.restrictions)

    def _head(self) -> list[Widget]:
        title = Text(t(self.title), role="primary", strong=True)
        ends = [[end] if end.children else [] for end in (self.head_start, self.head_end)]
        return [*ends[0], title, spacer(), Row(self._lock, self.why), *ends[1]]

    def restrict(self, restrictions: Restrictions) -> None:
        self.blocked = restrictions.forbids(self.blocked_by)
        for widget in self.guarded:
            widget.disabled = self.blocked
            widget.opacity = 0.4 if self.blocked else 1.0
        self._lock.opacity = 1.0 if self.blocked else 0.0
        self.why.text = restrictions.why if self.blocked else ""
