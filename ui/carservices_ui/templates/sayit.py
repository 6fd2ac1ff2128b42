"""Say it: in the place of the keyboard while the car moves; what the driver says then is as if it were typed."""

from collections.abc import Callable

from kivy.metrics import dp

from carservices.api.speech import Speech, SpeechState
from carservices_ui import i18n, refusal
from carservices_ui.i18n import t
from carservices_ui.store import Outcome
from carservices_ui.streams import SPEECH
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Column, Control, Icon, Row, Text, spacer

OWNER = "shell"


class SayIt(Control):
    """A tap listens; ``heard`` gets the words."""

    def __init__(self, ui: Ui, heard: Callable[[str], None]) -> None:
        super().__init__(size_hint=(1, None), height=dp(TARGET + 20))
        self._ui, self._heard = ui, heard
        self.listening = False
        self.icon = Icon("mic", tone="accent", filled=True)
        self.title, self.detail = Text(strong=True), Text(tone="text2")
        center = {"center_x": 0.5, "center_y": 0.5}
        words = Column(self.title, self.detail, gap=None)
        self._back = Card(tone="surface2", radius="tile", pos_hint=center)
        self.add_widget(self._back)
        self.add_widget(
            Row(self.icon, words, spacer(), gap="m", size_hint=(1, 1), padding=(dp(24), 0), pos_hint=center)
        )
        self.bind(width=lambda *_: self.show(self.title.text, self.detail.text))
        self.explain("")

    def explain(self, why: str) -> None:
        """Why one does not type; it stands below until somebody speaks."""
        if not self.listening:
            self.show(t("template.say_it"), why)

    def show(self, title: str, detail: str) -> None:
        """Two lines, as wide as there is room."""
        self.title.text, self.detail.text = title, detail
        for text in (self.title, self.detail):
            text.relimit(max(dp(TARGET), self.width - dp(112)))
        self.icon.show("graphic_eq" if self.listening else "mic", tone="energy" if self.listening else "accent")
        self._back.paint("accent_tint" if self.listening else "surface2")

    def on_release(self) -> None:
        """Listen, unless it does already."""
        if self.listening:
            return
        self.listening = True
        self.show(t("template.listening"), self._no_ear)
        self._ui.store.call(Speech, "listen", self._ended, owner=OWNER, language=i18n.language())

    @property
    def _no_ear(self) -> str:
        """Said where the car does not understand the driver's language."""
        state: SpeechState | None = self._ui.store.stream(SPEECH)
        return "" if state is None or i18n.language() in state.understands else t("template.no_ear")

    def _ended(self, outcome: Outcome) -> None:
        self.listening = False
        if not outcome.ok:
            self.show(t("template.say_it"), refusal.why(outcome, self._ui.store))
        elif not outcome.result:
            self.show(t("template.nothing_heard"), self._no_ear or t("template.say_again"))
        else:
            self.show(t("template.say_it"), t("template.heard", words=outcome.result))
            if self.parent is not None:
                self._heard(outcome.result)
