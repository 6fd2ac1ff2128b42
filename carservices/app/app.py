"""`App` and `Screen`: what the author of an app writes subclasses of."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from carservices.app.audio import Audio
from carservices.app.car import Car
from carservices.app.context import Context
from carservices.app.errors import PermissionMissing
from carservices.app.http import Http
from carservices.app.images import Drawn, decoded
from carservices.app.runtime import Runtime
from carservices.app.settings import Settings
from carservices.app.speech import Speech
from carservices.app.stage import Made
from carservices.app.storage import Storage
from carservices.app.templates import Image, MediaState, Notification, Template

R = TypeVar("R")


class Timer:
    """A call in the future; `cancel` it any time."""

    def __init__(self, run: Callable[[], None], seconds: float, repeat: bool) -> None:
        if seconds <= 0:
            raise ValueError(f"a timer of {seconds:g} s: it has to be more than 0 s")
        self._run = run
        self._seconds = seconds
        self._repeat = repeat
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_later(seconds, self._fire)

    def _fire(self) -> None:
        if self._repeat:
            due = max(self._handle.when() + self._seconds, self._loop.time())
            self._handle = self._loop.call_at(due, self._fire)
        self._run()

    def cancel(self) -> None:
        self._handle.cancel()


class Screen:
    """One screen of an app: subclass it, write `view`, and `push` it. ``self.app`` is there once it is pushed."""

    app: "App"

    def view(self) -> Template:
        """What to show now. It only reads and returns a template; it is called again when what it read changed."""
        raise NotImplementedError(f"{type(self).__name__} needs a method view() that returns a template")

    @property
    def _runtime(self) -> Runtime:
        try:
            return self.app.runtime
        except AttributeError:
            name = type(self).__name__
            raise RuntimeError(f"{name} is not running yet: use self.car and the like in on_start or later") from None

    # -- what there is to use ----------------------------------------------------------------------------------------

    @property
    def car(self) -> Car:
        """Signals and services of the car."""
        return self._runtime.car

    @property
    def audio(self) -> Audio:
        """The car's player."""
        return self._runtime.audio

    @property
    def speech(self) -> Speech:
        """The car's voice."""
        return self._runtime.speech

    @property
    def context(self) -> Context:
        """Language, units, theme, restrictions, screen."""
        return self._runtime.context

    @property
    def settings(self) -> Settings:
        """The person's choices for the settings declared in app.toml."""
        return self._runtime.context.settings

    @property
    def storage(self) -> Storage:
        """A small table that lasts."""
        return self._runtime.storage

    @property
    def files(self) -> Path:
        """The app's own folder; its quota is the host's."""
        return self._runtime.context.data_dir

    def folder(self, name: str) -> Path:
        """A folder of the person, read only: ``self.folder("music")``. Raises PermissionMissing."""
        if (folder := self.context.folder(name)) is None:
            raise PermissionMissing(f"reading the {name} of the person", f"files:{name}")
        return folder

    @property
    def bundle(self) -> Path:
        """The folder with app.toml, read only."""
        return self._runtime.bundle

    @property
    def http(self) -> Http:
        """The hosts that the manifest names."""
        return self._runtime.http

    @property
    def log(self) -> logging.Logger:
        """Goes to the host's log of this app."""
        return logging.getLogger("app")

    def t(self, key: str, **values: Any) -> str:
        """A text of ``strings.<language>.toml`` in the person's language; ``n`` chooses the plural form."""
        return self._runtime.strings.say(self.context.language, key, **values)

    # -- navigation --------------------------------------------------------------------------------------------------

    def push(self, screen: "Screen | Callable[[], Template]") -> None:
        """Go to another screen, or to a function that makes its template.

        Where the driver may go no deeper it takes the place of the one on top: the car would not show it below.
        """
        deepest, depth = self.context.limits.get("depth", 0), self._runtime.stage.depth
        if deepest and depth >= deepest:
            self._runtime.stage.pop(depth - deepest + 1)
        if isinstance(screen, Screen):
            screen.app = self.app
            self._runtime.stage.push(screen)
        else:
            self._runtime.stage.push(Made(screen))

    def push_settings(self, title: str) -> None:
        """Go to a list of the settings that app.toml declares."""
        views = self._runtime.settings_views()
        self.push(lambda: views.all(title))

    def pop(self, count: int = 1) -> None:
        """Go back; the first screen stays."""
        self._runtime.stage.pop(count)

    def pop_to_root(self) -> None:
        self._runtime.stage.pop(self._runtime.stage.depth)

    def refresh(self) -> None:
        """Make the view again. Not needed after an action, a timer, a hook, or a change of what the view read."""
        self._runtime.stage.ask()

    # -- pictures ----------------------------------------------------------------------------------------------------

    def image(self, source: str | bytes | Drawn) -> Image:
        """A picture for a template: a file of the bundle by name, the bytes of a file, or one drawn with Pillow.

        Raises ImageError and BundleError.
        """
        images = self._runtime.images
        if isinstance(source, str):
            return images.file(source)
        return images.encoded(source) if isinstance(source, bytes) else images.drawn(source)

    async def image_of(self, data: bytes) -> Image:
        """The same from the bytes of a file, decoded beside everything else. Raises ImageError."""
        return self._runtime.images.pixels(*await asyncio.to_thread(decoded, data))

    async def image_from(self, url: str) -> Image:
        """A picture from the web, through the proxy. Raises PermissionMissing, HttpError, ImageError."""
        return await self.image_of((await self.http.get(url)).body)


class App(Screen):
    """The app, and its first screen. Do not define ``__init__``: begin in `on_start`, when everything is there."""

    rate: float | None = 2.0
    """Hz at which signals are wanted; None for each change, as far as the permission allows."""
    runtime: Runtime

    def attach(self, runtime: Runtime) -> None:
        """Called by what runs the app."""
        self.app = self
        self.runtime = runtime

    # -- hooks, sync or async ----------------------------------------------------------------------------------------

    def on_start(self) -> object:
        """Once, before the first view."""

    def on_foreground(self) -> object:
        """Each time the app comes to the front."""

    def on_background(self) -> object:
        """Each time something else comes to the front; an app without background permission is frozen soon after."""

    def on_stop(self) -> object:
        """Before the end; 2 s are given."""

    def on_stop_navigation(self) -> object:
        """Something else guides the driver now: say no more sentences, take down the turns."""

    # -- time --------------------------------------------------------------------------------------------------------

    def after(self, seconds: float, do: Callable[[], object]) -> Timer:
        """Call once, later; sync or async."""
        return Timer(lambda: self.runtime.run(do), seconds, repeat=False)

    def every(self, seconds: float, do: Callable[[], object]) -> Timer:
        """Call again and again, first after ``seconds``; sync or async."""
        return Timer(lambda: self.runtime.run(do), seconds, repeat=True)

    def spawn(self, work: Coroutine[Any, Any, R]) -> "asyncio.Task[R]":
        """Run beside everything else until the app stops."""
        return self.runtime.spawn(work)

    # -- beside the screen -------------------------------------------------------------------------------------------

    def notify(self, notification: Notification) -> None:
        """Say something beside the screen; while driving the car decides when."""
        self.runtime.notify(notification)

    def play(self, state: MediaState | None) -> None:
        """Tell what plays, for the player and the mini-player; None when nothing does.

        Playing takes the audio; `Context.has_focus` and the state's ``on_pause`` tell when another app has taken it.
        """
        self.runtime.media(state)

    async def start_navigation(self) -> None:
        """This app guides the driver from now on, in place of the car's own navigation or another app.

        For the category ``navigation`` with the scope ``call:apps.navigate``. It lasts until `end_navigation`, until
        the app ends, or until something else guides: `on_stop_navigation`. Raises PermissionMissing, CallError.
        """
        await self.runtime.navigate(on=True)

    async def end_navigation(self) -> None:
        """The driver has arrived, or wants no guidance any more."""
        await self.runtime.navigate(on=False)

    def finish(self) -> None:
        """Leave: another app or the home screen comes to the front."""
        self.runtime.finish()
