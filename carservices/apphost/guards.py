"""What an app's calls are held to besides their permission: who speaks, what is played, what is left behind."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from carservices.api.speech import Priority
from carservices.app.hosts import PORTS
from carservices.apphost.access import Access, Denial

MUSIC: Final = "music:"
"""Sources of the audio service below the person's music folder."""
FOLDER: Final = "files:music"


class Guard(NamedTuple):
    """``owner`` and ``source`` are names of parameters: the app's id is put there, whatever it sent; and what the app
    may not reach by itself it may not have played. ``undo`` is called with the same owner when the app has ended.
    """

    owner: str
    source: str | None = None
    undo: str | None = None
    fixed: Mapping[str, Any] = {}
    """Parameters that are the host's, whatever it sent."""


GUARDS: Final[Mapping[str, Guard]] = {
    "audio.play": Guard("owner", "source", undo="audio.release"),
    "audio.enqueue": Guard("owner", "source"),
    "audio.pause": Guard("owner"),
    "audio.resume": Guard("owner"),
    "audio.seek": Guard("owner"),
    "audio.release": Guard("owner"),
    "speech.say": Guard("owner", undo="speech.hush", fixed={"priority": Priority.READING.value}),
    "speech.hush": Guard("owner"),
    "apps.navigate": Guard("app"),
}


def held_to(call: str, app: str, parameters: Any) -> Any:
    """The parameters that the service gets. Raises ValueError for those of a guarded call that have no names."""
    guard = GUARDS.get(call)
    if guard is None:
        return parameters
    if not isinstance(parameters, Mapping):
        raise ValueError(f"{call}: parameters are given by name")
    return {**parameters, guard.owner: app, **guard.fixed}


def judge(call: str, access: Access, parameters: Any) -> Denial | None:
    """None when the app may do this with these parameters now."""
    guard = GUARDS.get(call)
    source = parameters.get(guard.source) if guard is not None and guard.source else None
    return _source(access, source) if isinstance(source, str) else None


def _source(access: Access, source: str) -> Denial | None:
    if source.startswith(MUSIC):
        return access.special(FOLDER)
    url = urlsplit(source)
    if url.scheme not in PORTS or not url.hostname:
        return None  # no source at all: the service says so
    return access.host(url.hostname, url.port or PORTS[url.scheme])
