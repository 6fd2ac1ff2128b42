"""What an app keeps: a small table of JSON values, written whole or not at all."""

import json
import logging
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from carservices.app.errors import StorageError
from carservices.bus.files import replace_file

log = logging.getLogger(__name__)


class Storage(MutableMapping[str, Any]):
    """``self.storage["last"] = 3``; every change is on the disk when the line is done.

    Values are what JSON has. Change a list or dict by assigning it again. Raises StorageError, with the old table
    kept, when the disk or the quota is full, and TypeError for what JSON cannot hold.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._values: dict[str, Any] = self._load()

    def _load(self) -> dict[str, Any]:
        try:
            values = json.loads(self._file.read_bytes())
            if not isinstance(values, dict):
                raise ValueError("not a table")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            broken = self._file.with_suffix(".broken")
            log.error("%s cannot be read (%s); it is kept as %s", self._file.name, error, broken.name)
            self._file.replace(broken)
            return {}
        return values

    def _save(self, values: dict[str, Any]) -> None:
        text = json.dumps(values, ensure_ascii=False, allow_nan=False)
        try:
            replace_file(self._file, text)
        except OSError as error:
            raise StorageError(f"{self._file.name} cannot be written: {error.strerror}; the old one is kept") from None
        self._values = json.loads(text)

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._save({**self._values, key: value})

    def __delitem__(self, key: str) -> None:
        values = dict(self._values)
        del values[key]
        self._save(values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
