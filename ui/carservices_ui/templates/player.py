"""What is playing, as widgets: the cover, title and artist, where in it, and the controls the app has."""

import time
from typing import Any

from kivy.metrics import dp

from carservices.api.apps import Apps
from carservices.api.appscreen import Media
from carservices.app.codec import decode
from carservices.app.templates import MediaState, Track
from carservices_ui.templates.pictures import Pixels
from carservices_ui.templates.textures import Textures
from carservices_ui.tokens import TARGET
from carservices_ui.ui import Ui
from carservices_ui.widgets import Bar, Card, Icon, IconButton, Row, Text, ValueSlider

SKIPS = (("on_previous", "skip_previous"), ("on_next", "skip_next"))


class Playing:
    """The newest state of the stream, decoded; the position goes on by itself."""

    def __init__(self, ui: Ui, media: Media) -> None:
        self._ui = ui
        self.media = media
        self.state: MediaState = decode(media.tree, MediaState)

    @property
    def track(self) -> Track:
        """What is heard, or nothing named."""
        return self.state.track or Track("")

    @property
    def plays(self) -> bool:
        """It can be heard, or will be."""
        return self.state.state in ("playing", "buffering")

    @property
    def position(self) -> float:
        """Seconds into it, now."""
        gone = (time.monotonic_ns() - self.media.at) / 1e9 if self.state.state == "playing" else 0.0
        position = self.state.position_s + max(0.0, gone)
        return min(position, self.track.duration_s or position)

    @property
    def share(self) -> float | None:
        """Part of it that is over; None for what has no end."""
        return self.position / self.track.duration_s if self.track.duration_s else None

    def act(self, name: str, *args: Any) -> None:
        """Use a control, if the app has it."""
        if isinstance(handler := getattr(self.state, name), int):
            media = self.media
            self._ui.store.call(
                Apps, "action", lambda _: None, app=media.app, seq=media.seq, action=handler, args=list(args)
            )

    def toggle(self) -> None:
        """Pause it or go on."""
        self.act("on_pause" if self.plays else "on_play")


def clock(seconds: float) -> str:
    """``3:07``, ``1:02:45``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


class Cover(Card):
    """The picture of a track, or a note."""

    def __init__(self, textures: Textures, side: float) -> None:
        super().__init__(tone="surface3", radius="tile", size_hint=(None, None), size=(dp(side), dp(side)))
        self._textures = textures
        center = {"center_x": 0.5, "center_y": 0.5}
        self._note = Icon("music_note", size="large", tone="accent", filled=True, pos_hint=center)
        self._pixels = Pixels(pos_hint={"x": 0, "y": 0})
        self.add_widget(self._note)
        self.add_widget(self._pixels)

    def show(self, playing: Playing) -> None:
        """Another track."""
        art = playing.track.art
        texture = self._textures.of(playing.media.images.get(art.id)) if art else None
        self._pixels.draw(texture)
        self._note.opacity = 1.0 if texture is None else 0.0


class Controls(Row):
    """Previous, play or pause, next; what the app has no handler for keeps its place and is not there."""

    def __init__(self) -> None:
        self._playing: Playing | None = None
        self.play = IconButton("play_arrow", surface="inverse", tone="on_inverse", size_token="large", filled=True)
        self.play.bind(on_release=lambda *_: self._use("toggle"))
        self.skips = {}
        for name, icon in SKIPS:
            self.skips[name] = IconButton(icon, filled=True)
            self.skips[name].bind(on_release=lambda *_, name=name: self._use("act", name))
        super().__init__(self.skips["on_previous"], self.play, self.skips["on_next"], gap="l")

    def show(self, playing: Playing) -> None:
        """A newer state."""
        self._playing = playing
        self.play.icon.show("pause" if playing.plays else "play_arrow")
        can = playing.state.on_pause if playing.plays else playing.state.on_play
        self._offer(self.play, can)
        for name, button in self.skips.items():
            self._offer(button, getattr(playing.state, name))

    def _use(self, method: str, *args: str) -> None:
        if self._playing is not None:
            getattr(self._playing, method)(*args)

    def _offer(self, button: IconButton, handler: Any) -> None:
        button.opacity = 1.0 if handler is not None else 0.0
        button.disabled = handler is None


class Progress(Row):
    """Time gone, a slider where the app lets one seek (else a bar), and how long it is."""

    def __init__(self, *, times: bool) -> None:
        self._playing: Playing | None = None
        self.gone, self.whole = Text(tone="text2"), Text(tone="text2")
        self.bar = Bar(size_hint=(1, None))
        self.slider = ValueSlider(low=0, high=1, step=0.005, size_hint=(1, None))
        self.slider.bind(on_choose=lambda _, share: self._seek(share))
        self._times = times
        super().__init__(gap="m", size_hint=(1, None), height=dp(TARGET))

    def show(self, playing: Playing) -> None:
        """A newer state."""
        self._playing = playing
        self.clear_widgets()
        if playing.share is None:
            return
        line = self.slider if self._times and playing.state.on_seek is not None else self.bar
        for widget in (self.gone, line, self.whole) if self._times else (line,):
            widget.pos_hint = {"center_y": 0.5}
            self.add_widget(widget)
        self.whole.text = clock(playing.track.duration_s or 0.0)
        self.tick()

    def tick(self) -> None:
        """Time goes on."""
        if self._playing is not None and (share := self._playing.share) is not None:
            self.gone.text = clock(self._playing.position)
            self.bar.share = share
            self.slider.value = share

    def _seek(self, share: float) -> None:
        if self._playing is not None:
            self._playing.act("on_seek", share * (self._playing.track.duration_s or 0.0))
