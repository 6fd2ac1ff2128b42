"""What the host tells an app: language, units, theme, restrictions, screen, and the person's settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from carservices.app.hosts import PORTS, is_listed
from carservices.app.reactive import Source
from carservices.app.settings import Settings

DEFAULTS: Final[dict[str, Any]] = {
    "id": "",
    "language": "en",
    "units": {},
    "theme": "night",
    "restrictions": 511,
    "limits": {},
    "width": 1280,
    "height": 720,
    "data_dir": "",
    "proxy": "",
    "folders": {},
    "grants": [],
    "settings": {},
    "focus": {},
}
"""Each key of the context and what holds until the host says otherwise: everything restricted, English, night."""

NETWORK: Final = "network:"
"""Kind of permission; behind it stands an entry of the manifest's hosts."""


class Context:
    """The context as attributes; a view that reads one is made again when it changes."""

    def __init__(self) -> None:
        self._values = dict(DEFAULTS)
        self._sources = {name: Source() for name in DEFAULTS}

    def update(self, changes: Mapping[str, Any]) -> None:
        """Take what the host said; keys of a newer host are ignored."""
        for name, value in changes.items():
            if name in DEFAULTS and self._values[name] != value:
                self._values[name] = value
                self._sources[name].changed()

    def _get(self, name: str) -> Any:
        self._sources[name].read()
        return self._values[name]

    @property
    def id(self) -> str:
        """The app's own id."""
        return str(self._get("id"))

    @property
    def language(self) -> str:
        """ISO 639-1, such as ``de``."""
        return str(self._get("language"))

    @property
    def units(self) -> Mapping[str, str]:
        """The unit the person reads for each quantity, such as ``{"pressure": "bar"}``."""
        return dict(self._get("units"))

    @property
    def theme(self) -> str:
        """``day`` or ``night``."""
        return str(self._get("theme"))

    @property
    def restrictions(self) -> int:
        """What the driver may not see or do now: the sum of the bits of `carservices.api.driving.Restriction`."""
        return int(self._get("restrictions"))

    @property
    def parked(self) -> bool:
        """Nothing is restricted: long texts, keyboard and sign-in are possible."""
        return self.restrictions == 0

    @property
    def limits(self) -> Mapping[str, int]:
        """How many items are shown now, by template: ``{"list": 6}``; while driving ``depth`` screens."""
        return dict(self._get("limits"))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the screen in dp."""
        return int(self._get("width")), int(self._get("height"))

    @property
    def data_dir(self) -> Path:
        """The app's own folder."""
        return Path(self._get("data_dir"))

    @property
    def proxy(self) -> str:
        """Path of the unix socket through which the manifest's hosts can be reached; empty when there are none."""
        return str(self._get("proxy"))

    def folder(self, name: str) -> Path | None:
        """A folder of the person that the app may read, such as ``music`` (scope ``files:music``); None until then."""
        path = self._get("folders").get(name)
        return Path(path) if path else None

    @property
    def grants(self) -> tuple[str, ...]:
        """Permissions in force."""
        return tuple(self._get("grants"))

    def reaches(self, url: str) -> bool:
        """Whether the app may use this address now: its manifest names the host."""
        parts = urlsplit(url)
        hosts = [grant.removeprefix(NETWORK) for grant in self.grants if grant.startswith(NETWORK)]
        return parts.scheme in PORTS and is_listed(hosts, parts.hostname or "", parts.port or PORTS[parts.scheme])

    def has_focus(self, kind: str) -> bool:
        """Whether this app has the ``audio`` or the ``navigation`` now.

        They come with `App.play` and `App.start_navigation`, and go when another app does the same.
        """
        return bool(self._get("focus").get(kind))

    @property
    def settings(self) -> Settings:
        """The person's choices for what app.toml declares."""
        return Settings(self._get("settings"))
