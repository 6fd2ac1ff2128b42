"""The panel's group for the driver's voice: what is typed here is heard by whatever in the car listens."""

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout

from carservices.api.speech import LONGEST_HEARD, Speech, SpeechState
from carservices_ui.i18n import t
from carservices_ui.panel.desk import Desk
from carservices_ui.panel.kit import CONTROL, Field, Group, Words, button
from carservices_ui.store import Outcome
from carservices_ui.streams import SPEECH


class SpeakingGroup(Group):
    """Enter says it, as the button does."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.field = Field(hint=t("panel.say_hint"))
        self.field.bind(on_text_validate=lambda *_: self._say())
        self.say = button(t("panel.say"), self._say, icon="mic")
        self.state = Words(tone="text3")
        both = BoxLayout(size_hint_y=None, height=dp(CONTROL), spacing=dp(12))
        both.add_widget(self.field)
        both.add_widget(self.say)
        super().__init__(t("panel.driver_says"), both, self.state, icon="record_voice_over", hug=True)

    def wire(self) -> None:
        """Follow who listens."""
        self._desk.store.bind_stream(SPEECH, self._show)

    def _show(self, state: SpeechState | None) -> None:
        listens = state is not None and state.listener is not None
        self.state.text = t("panel.listens" if listens else "panel.nobody_listens")
        self.say.available = listens

    def _say(self) -> None:
        words = self.field.text.strip()[:LONGEST_HEARD]
        if words:
            self._desk.store.call(Speech, "tell", self._ended, text=words)

    def _ended(self, outcome: Outcome) -> None:
        if outcome.ok:
            self.field.text = ""
            self._desk.tell(t("panel.heard"), True)
        else:
            self._desk.refused(outcome)
