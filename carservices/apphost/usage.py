"""How often each app uses what it was allowed, by day: "read your location 12 × today"."""

import fnmatch
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from carservices.api.permissions import Usage
from carservices.api.state import StateFile

FILE = "usage.json"
DAYS = 7
MOST = 200
"""Permissions kept per app and day: a manifest can name many hosts."""

_Kept = dict[str, list[Usage]]
"""``person/app``; without a person what was counted before each had their own."""
_adapter: TypeAdapter[_Kept] = TypeAdapter(_Kept)

log = logging.getLogger(__name__)


class UsageLog:
    """Counts in memory, for the ``person`` who drives; `save` writes when something changed. ``now``: local time."""

    def __init__(self, file: StateFile, person: Callable[[], str], now: Callable[[], datetime] = datetime.now) -> None:
        self._file = file
        self._person = person
        self._now = now
        self._apps = self._read()
        self._changed = False

    def _read(self) -> dict[str, dict[tuple[str, str], Usage]]:
        text = self._file.read()
        try:
            kept = _adapter.validate_json(text) if text else {}
        except ValidationError as error:
            log.warning("%s is damaged (%s): counting anew", self._file.path, error.errors()[0]["msg"])
            kept = {}
        return {
            name if "/" in name else self._key(name): {(one.day, one.permission): one for one in uses}
            for name, uses in kept.items()
        }

    def _key(self, app: str) -> str:
        return f"{self._person()}/{app}"

    def count(self, app: str, permission: str, *, denied: bool = False) -> None:
        """One more use, or one more refusal."""
        now = self._now()
        day = now.date().isoformat()
        uses = self._apps.setdefault(self._key(app), {})
        key = (day, permission)
        if key not in uses:
            self._drop_old(uses, now)
            if sum(one == day for one, _ in uses) >= MOST:
                return
        old = uses.get(key) or Usage(permission=permission, day=day)
        if denied:
            uses[key] = old.model_copy(update={"denied": old.denied + 1})
        else:
            uses[key] = old.model_copy(update={"used": old.used + 1, "last": now.timestamp()})
        self._changed = True

    def _drop_old(self, uses: dict[tuple[str, str], Usage], now: datetime) -> None:
        oldest = (now.date() - timedelta(days=DAYS - 1)).isoformat()
        for key in [key for key in uses if key[0] < oldest]:
            del uses[key]

    def today(self, app: str, permission: str) -> Usage:
        """Today's count, and when it was used last on any day."""
        day = self._now().date().isoformat()
        uses = self._apps.get(self._key(app), {})
        today = uses.get((day, permission)) or Usage(permission=permission, day=day)
        last = max((one.last for (_, name), one in uses.items() if name == permission and one.last), default=None)
        return today.model_copy(update={"last": last})

    def of(self, app: str) -> list[Usage]:
        """All that is kept of an app, newest day first."""
        return sorted(
            self._apps.get(self._key(app), {}).values(), key=lambda one: (one.day, one.permission), reverse=True
        )

    def forget(self, app: str) -> None:
        """Whoever has used it."""
        self._drop(f"*/{app}")

    def forget_person(self, person: str) -> None:
        self._drop(f"{person}/*")

    def _drop(self, pattern: str) -> None:
        for name in fnmatch.filter(self._apps, pattern):
            del self._apps[name]
            self._changed = True

    def save(self) -> None:
        if self._changed:
            self._changed = False
            kept = {app: list(uses.values()) for app, uses in self._apps.items()}
            self._file.write(_adapter.dump_json(kept).decode())
