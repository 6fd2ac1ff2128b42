"""A user id of its own for each app, for ever: files of one app must never become another's."""

import json
from pathlib import Path

from carservices.bus.files import replace_file

FIRST_UID, LAST_UID = 42_000, 46_999
"""Free on Debian, whose own ranges begin at 60000 (systemd's dynamic users) and end at 29999 (people)."""


class Uids:
    """The ids given so far, kept in one file."""

    def __init__(self, file: Path) -> None:
        """Raises OSError or ValueError when the file cannot be used: a wrong guess would mix the data of two apps."""
        self._file = file
        self._given: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def of(self, app: str) -> int:
        """Raises OSError."""
        if app not in self._given:
            uid = max(self._given.values(), default=FIRST_UID) + 1
            if uid > LAST_UID:
                raise OSError(f"no user id is left for {app}: {self._file} holds {len(self._given)}")
            replace_file(self._file, json.dumps({**self._given, app: uid}, indent=1))
            self._given[app] = uid
        return self._given[app]
