"""Settings of what is heard: the volume, whether the guidance speaks, and the voice it has."""

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.audio import Audio, AudioState
from carservices.api.navigation import Guidance, Navigation
from carservices.api.speech import Priority, Speech, SpeechState
from carservices_ui import i18n
from carservices_ui.i18n import t
from carservices_ui.screens.settings_parts import setting
from carservices_ui.store import Outcome
from carservices_ui.streams import AUDIO, GUIDANCE, SPEECH
from carservices_ui.ui import Ui
from carservices_ui.widgets import ListRow, TextButton, Toggle, ValueControl, ValueSlider

OWNER = "shell"
WIDTH = 480


class SoundRows:
    """Each is kept by its service, so that it is the same after a restart."""

    def __init__(self, ui: Ui) -> None:
        self.ui = ui
        self.volume = ValueSlider(low=0, high=100, step=5, width=dp(WIDTH))
        self.guidance = Toggle()
        self.listen = TextButton(t("settings.voice_try"), icon="play_arrow")
        self.voice = ListRow(t("settings.voice"), detail=" ", icon="record_voice_over", end=self.listen, inert=True)
        self.listen.bind(on_release=lambda *_: self._speak())
        store = ui.store
        self._calls(self.volume, lambda value, then: store.call(Audio, "set_volume", then, volume=value / 100))
        self._calls(self.guidance, lambda on, then: store.call(Navigation, "mute", then, on=not on))
        store.bind_stream(AUDIO, self._show_audio)
        store.bind_stream(GUIDANCE, self._show_guidance)
        store.bind_stream(SPEECH, self._show_voice)
        self.all: list[Widget] = [
            setting("settings.volume", "volume_up", self.volume),
            setting("settings.voice_guidance", "navigation", self.guidance),
            self.voice,
        ]

    def _calls(self, control: ValueControl, send: Callable[[Any, Callable[[Outcome], None]], None]) -> None:
        """The person's choice is a call; what the service then says of itself is shown.

        As with `bind_signal` a control keeps showing what is pending, and only the latest choice counts.
        """
        latest = 0

        def choose(_: ValueControl, value: Any) -> None:
            nonlocal latest
            latest = turn = latest + 1

            def ended(outcome: Outcome) -> None:
                if turn != latest:
                    return
                control.phase = "confirmed" if outcome.ok else "refused"
                if not outcome.ok:
                    self._refused(outcome)

            control.phase = "pending"
            send(value, ended)

        control.bind(on_choose=choose)

    def _refused(self, outcome: Outcome) -> None:
        self._show_audio(self.ui.store.stream(AUDIO))
        self._show_guidance(self.ui.store.stream(GUIDANCE))
        self.ui.refused(outcome)

    def _show_audio(self, state: AudioState | None) -> None:
        self.volume.available = state is not None
        if self.volume.phase != "pending":
            self.volume.value = None if state is None else round(100 * state.volume)

    def _show_guidance(self, guidance: Guidance | None) -> None:
        self.guidance.available = guidance is not None
        if self.guidance.phase != "pending":
            self.guidance.value = guidance is not None and not guidance.muted

    def _show_voice(self, state: SpeechState | None) -> None:
        engine = state.engine if state is not None else None
        self.voice.detail.text = engine or t("settings.voice_away" if state is None else "settings.voice_none")
        self.voice.detail.tone("text2" if engine else "heat")
        self.listen.available = engine is not None

    def _speak(self) -> None:
        def ended(outcome: Outcome) -> None:
            if not outcome.ok:
                self.ui.refused(outcome)

        sentence, language = t("settings.voice_sample"), i18n.language()
        self.ui.store.call(Speech, "say", ended, owner=OWNER, text=sentence, language=language, priority=Priority.ALERT)
