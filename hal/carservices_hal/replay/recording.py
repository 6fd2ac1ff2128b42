"""Recordings of signal values: lines of JSON, written from one car and read as another."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from carservices.hal import HalError
from carservices.signals import Access, Datum, InvalidValue, SignalConfig, Status, Value, check
from carservices.signals.catalogue import Catalogue, UnknownSignal

FORMAT = {"format": "carservices-recording", "version": 1}
"""First line of a recording; each other line is [seconds, path, value, status]."""

Entry = tuple[float, str, Datum | None, Status]


class Recorder:
    """Writes batches as they are sent. Raises HalError when the file cannot be written."""

    def __init__(self, file: Path) -> None:
        self.path = file
        self._start: int | None = None
        try:
            self._file = file.open("w", encoding="utf-8")
            self._file.write(json.dumps(FORMAT) + "\n")
        except OSError as error:
            raise HalError(f"{file}: cannot be written ({error.strerror}); choose another file") from None

    def write(self, batch: Sequence[Value]) -> None:
        """Add a batch; time 0 is the first value's."""
        try:
            for value in batch:
                if self._start is None:
                    self._start = value.timestamp
                seconds = max(value.timestamp - self._start, 0) / 1e9
                self._file.write(json.dumps([round(seconds, 3), value.path, value.value, int(value.status)]) + "\n")
        except OSError as error:
            self._file.close()
            raise HalError(f"{self.path}: recording ended ({error.strerror}); make room and start again") from None

    def close(self) -> None:
        self._file.close()


def is_recording(file: Path) -> bool:
    """Whether the file begins as a recording does."""
    try:
        with file.open(encoding="utf-8") as lines:
            return bool(_json(lines.readline(200)) == FORMAT)
    except (OSError, UnicodeDecodeError):
        return False


def entries(file: Path, configs: dict[str, SignalConfig]) -> Iterator[Entry]:
    """The lines of a recording. Raises HalError naming file and line."""
    try:
        with file.open(encoding="utf-8") as lines:
            next(lines)
            for number, line in enumerate(lines, start=2):
                yield _entry(f"{file}:{number}", line, configs)
    except (OSError, UnicodeDecodeError, StopIteration) as error:
        raise HalError(f"{file}: cannot be read ({error}); give a recording") from None


def configs_of(file: Path) -> dict[str, SignalConfig]:
    """The signals a recording holds, as the catalogue has them, read-only. Raises HalError for one it has not."""
    catalogue, found = Catalogue.default(), dict[str, SignalConfig]()
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                match _json(line):
                    case [_, str(path), _, _] if path not in found:
                        try:
                            found[path] = catalogue.config(path, access=Access.READ)
                        except UnknownSignal as error:
                            raise HalError(f"{file}:{number}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise HalError(f"{file}: cannot be read ({error}); give a recording") from None
    return found


def _entry(place: str, line: str, configs: dict[str, SignalConfig]) -> Entry:
    match _json(line):
        case [int() | float() as time, str(path), value, int(code)] if path in configs and code in (0, 1, 2):
            status = Status(code)
            try:
                return float(time), path, check(configs[path], value) if status is Status.AVAILABLE else None, status
            except InvalidValue as error:
                raise HalError(f"{place}: {error}") from None
    raise HalError(f"{place}: not a line of a recording; the file is cut or damaged")


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
