"""The app in front: which one it is, and what the shell is to show of it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from carservices.api.appscreen import Card, Cut, Front, Screen
from carservices.api.appstatus import AppState, SandboxLevel
from carservices.apphost.cuts import Rules
from carservices.apphost.life import App
from carservices.apphost.stage import Picture
from carservices.apphost.status import status
from carservices.bus import CallError

CARDS = {
    AppState.DISABLED: Card.DISABLED,
    AppState.CRASHED: Card.CRASHED,
    AppState.NOT_RESPONDING: Card.NOT_RESPONDING,
}
"""State → the card that takes the place of a template."""


class FrontDesk:
    """``publish`` gets each new state; ``audit`` gets what was cut, once for each screen and place."""

    def __init__(
        self,
        publish: Callable[[Front], None],
        rules: Callable[[], Rules],
        audit: Callable[..., None],
    ) -> None:
        self._publish = publish
        self._rules = rules
        self._audit = audit
        self._app: App | None = None
        self._published: Front | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._told: set[tuple[str, str, str, str]] = set()

    @property
    def app(self) -> App | None:
        return self._app

    def put(self, app: App | None) -> None:
        """This app is in front now, or none."""
        before, self._app = self._app, app
        if before is not app:
            if before is not None:
                before.to_back()
            self._told.clear()
        if app is not None:
            app.to_front()
        self.update()

    def leave(self, app: App) -> None:
        """It has ended by itself."""
        if app is self._app:
            self.put(None)

    def update(self) -> None:
        """There may be something new to show; a template that comes too soon after the last one waits."""
        if self._timer is not None:
            return
        wait = self._app.stage.wait(time.monotonic()) if self._app is not None else 0.0
        if wait > 0:
            self._timer = asyncio.get_running_loop().call_later(wait, self._late)
        else:
            self.show()

    def _late(self) -> None:
        self._timer = None
        self.show()

    def show(self) -> None:
        """Publish what is to be shown now, if it is another."""
        front = Front(screen=self._screen(self._app) if self._app is not None else None)
        if front != self._published:
            self._published = front
            self._publish(front)

    def _screen(self, app: App) -> Screen:
        about = status(app)
        known: dict[str, Any] = {
            "app": app.id,
            "name": app.bundle.name,
            "unsandboxed": about.sandbox is not None and about.sandbox.level is SandboxLevel.WEAK,
        }
        if (card := CARDS.get(about.state)) is not None:
            return Screen(**known, card=card, error=about.last_error)
        picture = app.stage.picture(self._rules())
        if picture is None:
            return Screen(**known, card=Card.STARTING)
        self._audit_cuts(app.id, picture)
        return Screen(
            **known,
            seq=picture.seq,
            key=picture.key,
            depth=picture.depth,
            tree=picture.tree,
            card=picture.card,
            error=picture.error,
            cuts=picture.cuts,
            images=app.images.files(set(picture.images)),
        )

    def _audit_cuts(self, app: str, picture: Picture) -> None:
        for cut in picture.cuts:
            if (key := _cut_key(app, picture, cut)) not in self._told:
                self._told.add(key)
                self._audit(app, "cut", kind=cut.kind, place=cut.place, amount=cut.amount, restriction=cut.restriction)

    def back(self) -> None:
        """One screen back; from a root screen and from a card, home."""
        app = self._app
        if app is not None and app.running and app.health.trouble is None and app.stage.depth > 1:
            app.back()
        else:
            self.put(None)

    def act(self, app: App, seq: int, action: int, args: list[Any]) -> None:
        """A tap on what is shown. Raises CallError STALE, PERMISSION_DENIED, UNAVAILABLE."""
        if not app.running:
            raise CallError("UNAVAILABLE", f"{app.id} does not run: open it first")
        if app is not self._app:
            raise CallError("STALE", f"{app.id} is not in front: open it first")
        accepted = app.stage.accepts(seq, action)
        if accepted is None:
            raise CallError("STALE", f"{app.id} shows something newer than version {seq}")
        if not accepted:
            raise CallError("PERMISSION_DENIED", f"action {action} of {app.id} cannot be taken now")
        app.act(seq, action, args)


def _cut_key(app: str, picture: Picture, cut: Cut) -> tuple[str, str, str, str]:
    return app, picture.key, cut.kind, cut.place
