"""Settings of what is heard: the volume, whether the guidance speaks, and the voice it has."""

from carservices.api.navigation import Navigation
from carservices.api.speech import Priority, Speech, SpeechState
from carservices_ui import i18n, quick
from carservices_ui.binding import bind_state
from carservices_ui.i18n import t
from carservices_ui.screens.settings_parts import WIDTH
from carservices_ui.streams import GUIDANCE, SPEECH
from carservices_ui.ui import Ui
from carservices_ui.widgets import ListRow, TextButton, Toggle

OWNER = "shell"


class SoundRows:
    """Each is kept by its service, so that it is the same after a restart."""

    def __init__(self, ui: Ui) -> None:
        self.ui = ui
        self.volume = quick.volume(ui, WIDTH)
        self.guidance = Toggle()
        self.listen = TextButton(t("settings.voice_try"), icon="play_arrow")
        self.voice = ListRow(t("settings.voice"), detail=" ", icon="record_voice_over", end=self.listen, inert=True)
        self.listen.bind(on_release=lambda *_: self._speak())
        store = ui.store
        bind_state(
            ui,
            self.guidance,
            GUIDANCE,
            show=lambda guidance: not guidance.muted,
            call=lambda on, ended: store.call(Navigation, "mute", ended, on=not on),
        )
        store.bind_stream(SPEECH, self._show_voice)

    def _show_voice(self, state: SpeechState | None) -> None:
        engine = state.engine if state is not None else None
        self.voice.detail.text = engine or t("settings.voice_away" if state is None else "settings.voice_none")
        self.voice.detail.tone("text2" if engine else "heat")
        self.listen.available = engine is not None

    def _speak(self) -> None:
        sentence, language = t("settings.voice_sample"), i18n.language()
        self.ui.store.call(
            Speech, "say", self.ui.ended, owner=OWNER, text=sentence, language=language, priority=Priority.ALERT
        )
