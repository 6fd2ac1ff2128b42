"""The host's end of a link, for tests: signals, permissions, services and screens, kept in memory."""

import socket
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel

from carservices.app.codec import decode
from carservices.app.manifest import ON_SIGNALS
from carservices.app.quota import Quota
from carservices.app.rules import Violation, check
from carservices.app.templates import MediaState, Notification
from carservices.app.testing.audio import FakeAudio, NotPossible
from carservices.app.testing.loop import VirtualLoop
from carservices.app.testing.speech import FakeSpeech
from carservices.app.wire import MAX_FROM_APP, Channel, Kind, LinkClosed, pack, unpack
from carservices.signals import Catalogue, GlobSet, InvalidValue, SignalConfig, Status, UnknownSignal
from carservices.signals.check import check as check_value

AUDIO, SPEECH = "audio.state", "speech.state"
NAVIGATE, FOCUS = "apps.navigate", "navigation"
"""A call, and the focus that it takes."""


class Host:
    """Answers an app as the app host does, at once, and keeps what the app said."""

    def __init__(
        self, sock: socket.socket, loop: VirtualLoop, scopes: Iterable[str] | None, category: str, app: str
    ) -> None:
        self._channel = Channel(sock, MAX_FROM_APP)
        self._loop = loop
        self._catalogue = Catalogue.default()
        self._quota = Quota()
        self._category = category
        self._subscriptions: dict[int, tuple[GlobSet, frozenset[int]]] = {}
        self._paths: list[str] = list(self._catalogue)
        self._index = {path: index for index, path in enumerate(self._paths)}
        self._watches: dict[int, str] = {}
        self._scopes = None if scopes is None else frozenset(scopes)
        self.refused: set[str] = set()
        self.used: set[str] = set()
        """Scopes of the manifest that something was allowed by."""
        self.lacking: set[str] = set()
        """Scopes that the manifest would need for what was asked in vain."""
        self.values: dict[str, Any] = {}
        self.states: dict[str, Any] = {}
        self.silent: set[str] = set()
        """Signals of which the car has never said anything, not even that they are unavailable."""
        self.answers: dict[str, Any] = {}
        self.late: dict[str, str] = {}
        """Signals whose commands are taken and then fail, with the reason."""
        self.sets: list[tuple[str, Any]] = []
        self.provided: dict[str, Any] = {}
        """Signals of which the app is the source, with the last value of each."""
        self.calls: list[tuple[str, Any]] = []
        self.log: list[tuple[str, str]] = []
        self.notifications: list[Notification] = []
        self.media: MediaState | None = None
        self.audio = FakeAudio(app, loop.time, lambda state: self._heard(AUDIO, state))
        self.speech = FakeSpeech(app, lambda state: self._heard(SPEECH, state))
        self.images: dict[str, tuple[int, int]] = {}
        self.template: Any = None
        self.depth = 0
        self.seq = 0
        self.views = 0
        self.violations: list[Violation] = []
        self.finished = False
        self.gone = False
        loop.add_reader(self._channel.fileno(), self._read)

    def send(self, kind: Kind, *fields: Any) -> None:
        assert self._channel.send(pack(kind, *fields)), "the app does not read its link"

    def close(self) -> None:
        self._loop.remove_reader(self._channel.fileno())
        self._channel.close()

    def begin_task(self) -> None:
        """The person opens the app anew: the steps count from the beginning."""
        self._quota.reset()

    def translate(self) -> None:
        """The person chose another language."""
        self._quota.translate()

    def config(self, path: str) -> SignalConfig:
        """Raises UnknownSignal, with the nearest name."""
        return self._catalogue.config(path)

    # -- permissions -------------------------------------------------------------------------------------------------

    def may(self, verb: str, what: str) -> bool:
        """Whether the manifest asks for it (without one everything is) and the person has not said no."""
        if self._scopes is None:
            return not any(_covers(scope, verb, what) for scope in self.refused)
        scope = next((scope for scope in self._scopes - self.refused if _covers(scope, verb, what)), None)
        self.used |= set() if scope is None else {scope}
        return scope is not None

    def missing(self, verb: str, what: str) -> tuple[str, str]:
        """Permission and cure for what `may` not be done."""
        for scope in self.refused:
            if _covers(scope, verb, what):
                return scope, "the person said no: allow it in the car's settings, Apps"
        scope = f"{verb}:{what}"
        return scope, f'in app.toml, under [permissions], add: "{scope}" = "why the app needs it"'

    # -- records of the app ------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            for data in self._channel.records():
                kind, fields = unpack(data)
                handler: Callable[..., None] | None = getattr(self, f"_on_{kind.name.lower()}", None)
                if handler is not None:
                    handler(*fields)
        except LinkClosed:
            self.gone = True
            self._loop.remove_reader(self._channel.fileno())

    def _on_subscribe(self, number: int, globs: list[str], _rate: float | None) -> None:
        wanted = GlobSet(*globs)
        paths = [path for path in self._paths if path in wanted]
        granted = [path for path in paths if self.may("read", path)]
        denied = [[path, *self.missing("read", path)] for path in paths if path not in granted]
        if denied and not granted:
            self.lacking |= {f"read:{glob}" for glob in globs} - self.refused
        denied += [[glob, "", f"the car has no {glob}"] for glob in wanted.exact if glob not in self._index]
        self._subscriptions[number] = wanted, frozenset(self._index[path] for path in granted)
        offered = [[self._index[p], p, self.config(p).model_dump(mode="json", exclude_none=True)] for p in granted]
        self.send(Kind.GRANTED, number, offered, denied)
        if said := [path for path in granted if path not in self.silent]:
            self.send(Kind.VALUES, [self._reading(path) for path in said])

    def _reading(self, path: str) -> list[Any]:
        value = self.values.get(path)
        status = Status.UNAVAILABLE if value is None else Status.AVAILABLE
        return [self._index[path], value, int(self._loop.time() * 1e9) + 1, int(status)]

    def changed(self, *paths: str) -> None:
        """Tell the app of new values, as far as it has subscribed to them."""
        wanted = {index for _, indices in self._subscriptions.values() for index in indices}
        readings = [self._reading(path) for path in paths if self._index[path] in wanted]
        if readings:
            self.send(Kind.VALUES, readings)

    def _on_unsubscribe(self, number: int) -> None:
        self._subscriptions.pop(number, None)

    @property
    def subscribed(self) -> tuple[str, ...]:
        """The paths that the app follows now."""
        indices = {index for _, granted in self._subscriptions.values() for index in granted}
        return tuple(self._paths[index] for index in sorted(indices))

    def _on_get(self, request: int, path: str) -> None:
        if path not in self._index:
            self.send(Kind.ERROR, request, "NOT_FOUND", f"the car has no {path}", {})
        elif not self.may("read", path):
            self._deny(request, "read", path)
        else:
            self.send(Kind.OK, request, self._reading(path)[1:])

    def _deny(self, request: int, verb: str, what: str) -> None:
        permission, cure = self.missing(verb, what)
        self.lacking |= {permission} - self.refused
        details = {"permission": permission, "cure": cure}
        self.send(Kind.ERROR, request, "PERMISSION_DENIED", f"the app may not {verb} {what}", details)

    def _on_set(self, request: int, path: str, value: Any) -> None:
        if not self.may("actuate", path):
            self._deny(request, "actuate", path)
            return
        self.sets.append((path, value))
        if (reason := self.answers.get(path)) is not None:
            self.send(Kind.ERROR, request, "NOT_AVAILABLE", str(reason), {})
            return
        self.send(Kind.OK, request, None)
        if (reason := self.late.get(path)) is not None:
            self.send(Kind.ERROR, request, "NOT_AVAILABLE", reason, {})
            return
        self.values[path] = value
        self.changed(path)
        self.send(Kind.CONFIRMED, request, value)

    def _on_provide(self, request: int, path: str, value: Any) -> None:
        if not self.may("provide", path):
            self._deny(request, "provide", path)
            return
        if path in self.values:
            self.send(Kind.ERROR, request, "ALREADY_EXISTS", f"the car itself provides {path}", {})
            return
        try:
            self.provided[path] = None if value is None else check_value(self.config(path), value)
        except (InvalidValue, UnknownSignal) as error:
            self.send(Kind.ERROR, request, "INVALID_ARGUMENT", str(error), {})
        else:
            self.send(Kind.OK, request, None)

    def _on_call(self, request: int, service: str, method: str, parameters: Any) -> None:
        name = f"{service}.{method}"
        if not self.may("call", name):
            self._deny(request, "call", name)
            return
        self.calls.append((name, parameters))
        if service == "audio" and name not in self.answers:
            self._play(request, method, parameters)
            return
        if service == "speech" and name not in self.answers:
            self._sound(request, lambda: self.speech.call(method, **parameters))
            return
        if name == NAVIGATE and name not in self.answers:
            self._navigate(request, bool(parameters.get("on", True)))
            return
        if name not in self.answers:
            self.send(Kind.ERROR, request, "UNAVAILABLE", f"no answer was prepared for {name}", {})
            return
        answer = self.answers[name]
        self.send(Kind.OK, request, answer(**parameters) if callable(answer) else answer)

    def _play(self, request: int, method: str, parameters: dict[str, Any]) -> None:
        source = str(parameters.get("source") or "")
        if source.startswith("music:") and not self.may("files", "music"):
            self._deny(request, "files", "music")
            return
        self._sound(request, lambda: self.audio.call(method, **parameters))

    def _sound(self, request: int, call: Callable[[], Any]) -> None:
        try:
            result = call()
        except NotPossible as error:
            self.send(Kind.ERROR, request, error.code, str(error), {})
        else:
            self.send(Kind.OK, request, result)

    def _navigate(self, request: int, on: bool) -> None:
        if self._category not in ("", FOCUS):
            message = f"only an app of the category '{FOCUS}' guides"
            self.send(Kind.ERROR, request, "PERMISSION_DENIED", message, {})
            return
        self.navigates(on)
        self.send(Kind.OK, request, None)

    def navigates(self, on: bool) -> None:
        """Whether it is this app that guides the driver."""
        self.send(Kind.CONTEXT, {"focus": {FOCUS: on}})

    def _heard(self, topic: str, state: BaseModel) -> None:
        self.states[topic] = state.model_dump(mode="json")
        self.said(topic)

    def _on_watch(self, number: int, service: str, stream: str) -> None:
        topic = f"{service}.{stream}"
        if not self.may("read", topic):
            self._deny(number, "read", topic)
            return
        self._watches[number] = topic
        self.send(Kind.STREAM, number, self.states.get(topic))

    def said(self, topic: str) -> None:
        """Tell the app of the new state of a stream."""
        for number, watched in self._watches.items():
            if watched == topic:
                self.send(Kind.STREAM, number, self.states[topic])

    def _on_view(self, screen: str, depth: int, seq: int, tree: Any) -> None:
        self.template = decode(tree)
        self.depth, self.seq = depth, seq
        self.views += 1
        self.violations += check(self.template, self._category)
        self.violations += self._quota.send(screen, depth, self.template).violations

    def _on_image(self, image: str, width: int, height: int, _total: int, _offset: int, _data: bytes) -> None:
        self.images[image] = width, height

    def _on_notify(self, tree: Any) -> None:
        self.notifications.append(decode(tree, Notification))

    def _on_media(self, tree: Any) -> None:
        self.media = None if tree is None else decode(tree, MediaState)

    def _on_log(self, level: str, text: str) -> None:
        self.log.append((level, text))

    def _on_finish(self) -> None:
        self.finished = True


def _covers(scope: str, verb: str, what: str) -> bool:
    have, _, pattern = scope.partition(":")
    return have == verb and (what == pattern or (verb in ON_SIGNALS and what in GlobSet(pattern)))
