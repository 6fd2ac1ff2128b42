"""The mini-player on home: what plays, where in it, and the controls; a touch opens the app."""

from kivy.clock import Clock
from kivy.metrics import dp

from carservices.api.appscreen import Media
from carservices_ui import apps
from carservices_ui.templates.host import named
from carservices_ui.templates.player import Controls, Cover, Playing, Progress
from carservices_ui.templates.textures import Textures
from carservices_ui.templates.wash import Wash
from carservices_ui.ui import Ui
from carservices_ui.widgets import Card, Column, Control, Icon, Row, Text

COVER = 100
WORDS = 220
TICK_SECONDS = 1.0


class MediaCard(Control):
    """Takes the place of the power card while something is loaded."""

    def __init__(self, ui: Ui, textures: Textures) -> None:
        super().__init__(radius="card")
        self._ui = ui
        self._app = ""
        self.add_widget(Card(pos_hint={"x": 0, "y": 0}))
        self.wash = Wash(size_hint=(1, 1), pos_hint={"x": 0, "y": 0})
        self.add_widget(self.wash)
        self.cover = Cover(textures, COVER)
        self.title = Text(strong=True, limit=WORDS)
        self.artist = Text(tone="text2", limit=WORDS)
        self.progress = Progress(times=False)
        self.progress.height = dp(16)
        self.controls = Controls()
        self.controls.pos_hint = {"center_x": 0.5}
        self.source = Text(role="caption", tone="text2", limit=WORDS - 32)
        source = Row(Icon("music_note", size="small", tone="accent", filled=True), self.source, gap="xs")
        head = Row(
            self.cover,
            Column(self.title, self.artist, source, gap="xs", pos_hint={"center_y": 0.5}),
            gap="m",
            size_hint=(1, None),
        )
        self.add_widget(
            Column(
                head,
                self.progress,
                self.controls,
                gap="s",
                size_hint=(1, 1),
                padding=(dp(24), dp(20)),
                pos_hint={"x": 0, "y": 0},
            )
        )
        self._clock = Clock.schedule_interval(lambda _: self.progress.tick(), TICK_SECONDS)

    def close(self) -> None:
        """It is left."""
        self._clock.cancel()

    def show(self, media: Media) -> None:
        """A newer state."""
        playing = Playing(self._ui, media)
        self._app = media.app
        restrictions = self._ui.restrictions
        self.cover.show(playing)
        art = playing.track.art
        self.wash.show(media.images.get(art.id) if art else None)
        self.title.text = restrictions.text(playing.track.title or named(media.name))
        self.artist.text = restrictions.text(playing.state.error or playing.track.artist)
        self.source.text = restrictions.text(named(media.name))
        self.progress.show(playing)
        self.controls.show(playing)

    def on_release(self) -> None:
        apps.call(self._ui, "open", app=self._app)
