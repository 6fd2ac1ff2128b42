"""The player's template: large cover, what is heard, where in it, the controls, and what comes next."""

from kivy.clock import Clock
from kivy.metrics import dp

from carservices.api.apps import Apps
from carservices.api.appscreen import Player
from carservices_ui.i18n import t
from carservices_ui.templates.player import Controls, Cover, Playing, Progress
from carservices_ui.templates.states import Empty
from carservices_ui.templates.view import View
from carservices_ui.widgets import Column, Row, Text, spacer

STREAM = f"{Apps.name}.media"
COVER = 300
WORDS = 560
TICK_SECONDS = 1.0


class MediaView(View):
    """Shows the state of the app in front; another app's sound is not its own."""

    def build(self) -> None:
        self._playing: Playing | None = None
        self._clock = Clock.schedule_interval(lambda _: self._tick(), TICK_SECONDS)
        self._unbind = self.host.ui.store.bind_stream(STREAM, self._follow)

    def close(self) -> None:
        self._clock.cancel()
        self._unbind()

    def _tick(self) -> None:
        if self._playing is not None:
            self.progress.tick()

    def _follow(self, player: Player | None) -> None:
        media = player.media if player else None
        if media is None or media.app != self.host.screen.app:
            self.clear_widgets()
            self.add_widget(Empty(t("template.silence")))
            self._playing = None
            return
        playing = Playing(self.host.ui, media)
        if self._playing is None:
            self._lay()
        self._playing = playing
        self.cover.show(playing)
        self.title.text, self.artist.text = playing.track.title, playing.track.artist or " "
        self.album.text, self.error.text = playing.track.album or " ", playing.state.error
        self.controls.show(playing)
        self.progress.show(playing)
        self.coming.text = t("template.next", title=playing.state.queue[0].title) if playing.state.queue else " "

    def _lay(self) -> None:
        self.clear_widgets()
        self.cover = Cover(self.host.textures, COVER)
        self.title = Text(role="title", strong=True, limit=WORDS)
        self.artist = Text(role="primary", tone="text2", limit=WORDS)
        self.album = Text(tone="text2", limit=WORDS)
        self.error = Text(tone="alert", limit=WORDS)
        self.controls = Controls()
        self.progress = Progress(times=True)
        self.coming = Text(tone="text2", limit=WORDS)
        words = Column(self.title, self.artist, self.album, self.error, gap="s")
        self.controls.pos_hint = {"center_x": 0.5}
        right = Column(spacer(), words, self.progress, self.controls, self.coming, spacer(), gap="m", size_hint=(1, 1))
        row = Row(self.cover, right, gap="xl", size_hint=(1, 1), padding=(dp(8), 0), pos_hint={"x": 0, "y": 0})
        self.add_widget(row)
