"""What is playing: the state that a media app says, and who has the audio."""

import time
from collections.abc import Callable
from typing import Any, Final

from carservices.api.appscreen import Media, Player
from carservices.app.codec import TemplateError, decode
from carservices.app.rules import check
from carservices.app.templates import Image, MediaState
from carservices.apphost.life import App
from carservices.bus import CallError

CATEGORY: Final = "media"
FOCUS: Final = "audio"
HANDLERS: Final = ("on_play", "on_pause", "on_next", "on_previous", "on_seek")
SEQ: Final = 0
"""The actions of a media state belong to no version of a template."""


class MediaDesk:
    """The newest app to play has the audio; the one before is paused."""

    def __init__(self, publish: Callable[[Player], None]) -> None:
        self._publish = publish
        self._app: App | None = None
        self._state: MediaState | None = None
        self._tree: Any = None
        self._at = 0

    def say(self, app: App, tree: Any) -> None:
        """A media app says what it plays; None when it has nothing loaded. Raises TemplateError."""
        if app.bundle.manifest.category != CATEGORY:
            raise TemplateError("MediaState", f"only an app of the category '{CATEGORY}' plays")
        if tree is None:
            self.leave(app)
            return
        state = decode(tree, MediaState)
        if violations := check(state):
            raise TemplateError(violations[0].place, violations[0].sentence)
        if app is not self._app:
            if self._app is not None and not _plays(state):
                return  # it is only getting ready; the other one goes on
            self._take_over(app)
        self._state, self._tree, self._at = state, tree, time.monotonic_ns()
        self.show()

    def _take_over(self, app: App) -> None:
        before, paused = self._app, self._state
        self._app = app
        app.focus(FOCUS, has=True)
        if before is not None and paused is not None:
            before.focus(FOCUS, has=False)
            if _plays(paused) and isinstance(paused.on_pause, int):
                before.act(SEQ, paused.on_pause, [])

    def leave(self, app: App) -> None:
        """It has ended, or has nothing to play."""
        if app is self._app:
            self._app = self._state = None
            app.focus(FOCUS, has=False)
            self.show()

    def show(self) -> None:
        if self._app is None or self._state is None:
            self._publish(Player())
            return
        tracks = [track for track in (self._state.track, *self._state.queue) if track is not None]
        images = {track.art.id for track in tracks if isinstance(track.art, Image)}
        media = Media(
            app=self._app.id,
            name=self._app.bundle.name,
            seq=SEQ,
            tree=self._tree,
            at=self._at,
            images=self._app.images.files(images),
        )
        self._publish(Player(media=media))

    def act(self, app: App, action: int, args: list[Any]) -> None:
        """A tap on the player. Raises CallError STALE."""
        handlers = {getattr(self._state, name) for name in HANDLERS} if app is self._app else set()
        if action not in handlers:
            raise CallError("STALE", f"{app.id} plays something else now")
        app.act(SEQ, action, args)


def _plays(state: MediaState) -> bool:
    return state.state in ("playing", "buffering")
