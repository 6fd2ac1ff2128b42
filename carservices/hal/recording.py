"""Recordings of signal values, which any HAL can write and read: a first line that says so, then a line a value."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from carservices.hal.base import HalError
from carservices.signals import Access, Datum, SignalConfig, Status, Value
from carservices.signals.catalogue import Catalogue, UnknownSignal
from carservices.signals.check import InvalidValue, check

FORMAT = {"format": "carservices-recording", "version": 1}
"""First line of a recording; each other line is the JSON list [seconds, path, value, status]."""
LAST_MOMENT = 1e9
"""s; a line beyond is no moment of a drive."""

Entry = tuple[float, str, Datum | None, Status]


class Recorder:
    """Writes batches as they are sent; where the source goes back in time, the tape's own time goes on from there.

    Until it is closed its file is ``FILE.part``: an older recording of that name is lost only to a complete one, and
    what a crash leaves behind can be played. Raises HalError when the file cannot be written.
    """

    def __init__(self, file: str | Path) -> None:
        self.path = Path(file)
        self.part = self.path.with_name(f"{self.path.name}.part")
        self._time = self._shift = 0.0
        if self.path.exists() and not self.path.is_file():  # a device would be replaced by the recording
            raise HalError(f"{file}: cannot be written (it is no file); choose another one")
        try:
            self._file = self.part.open("w", encoding="utf-8")
        except OSError as error:
            raise HalError(f"{file}: cannot be written ({error.strerror}); choose another file") from None
        self._put(FORMAT)

    def write(self, time: float, batch: Sequence[Value]) -> None:
        """Add a batch sent at ``time`` s of the source's own clock."""
        self._shift = max(self._shift, self._time - time)
        self._time = time + self._shift
        self._put(*([round(self._time, 6), value.path, value.value, int(value.status)] for value in batch))

    def _put(self, *lines: Any) -> None:
        try:
            self._file.writelines(f"{json.dumps(line)}\n" for line in lines)
            self._file.flush()
        except OSError as error:
            with contextlib.suppress(OSError):  # it tries to write once more
                self._file.close()
            raise HalError(f"{self.path}: recording ended ({error.strerror}); make room and start again") from None

    def close(self) -> None:
        """The recording is complete. Raises HalError when it cannot be kept under its name."""
        try:
            self._file.close()
            self.part.replace(self.path)
        except OSError as error:
            raise HalError(f"{self.path}: cannot be written ({error.strerror}); it is in {self.part}") from None


def is_recording(file: Path) -> bool:
    """Whether the file begins as a recording does."""
    try:
        with file.open(encoding="utf-8") as lines:
            return bool(line_of(lines.readline(200)) == FORMAT)
    except (OSError, UnicodeDecodeError):
        return False


def entries(file: Path, configs: Mapping[str, SignalConfig]) -> Iterator[Entry]:
    """The values of a recording as (seconds, path, value, status), in the order of time.

    A last line that was cut while it was written is left out. Raises HalError that names file and line for what is no
    recording, damaged, or not among ``configs``.
    """
    before = 0.0
    try:
        with file.open(encoding="utf-8") as lines:
            if line_of(next(lines, "")) != FORMAT:
                raise HalError(f"{file}:1: not a recording; give a file that `record` wrote")
            for number, line in enumerate(lines, start=2):
                if not line.endswith("\n") and line_of(line) is None:
                    return
                entry = _entry(f"{file}:{number}", line, configs)
                if entry[0] < before:
                    raise HalError(f"{file}:{number}: the time runs backwards; sort the lines by their first number")
                before = entry[0]
                yield entry
    except (OSError, UnicodeDecodeError) as error:
        raise HalError(f"{file}: cannot be read ({error}); give a file that `record` wrote") from None


def configs_of(file: Path, known: Mapping[str, SignalConfig] | None = None) -> dict[str, SignalConfig]:
    """The signals a recording holds: as ``known``, else as the catalogue has them, read-only.

    Raises HalError for a signal that neither has, and for a file that cannot be read.
    """
    catalogue, found = Catalogue.default(), dict[str, SignalConfig]()
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                match line_of(line):
                    case [_, str(path), _, _] if path not in found:
                        try:
                            config = known.get(path) if known else None
                            found[path] = config or catalogue.config(path, access=Access.READ)
                        except UnknownSignal as error:
                            raise HalError(f"{file}:{number}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise HalError(f"{file}: cannot be read ({error}); give a recording") from None
    return found


def line_of(text: str) -> Any:
    """One line as data; None when it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _entry(place: str, line: str, configs: Mapping[str, SignalConfig]) -> Entry:
    match line_of(line):
        case [int() | float() as time, str(path), value, int(code)] if (
            0 <= time < LAST_MOMENT and path in configs and code in (0, 1, 2)
        ):
            status = Status(code)
            try:
                datum = check(configs[path], value) if status is Status.AVAILABLE else None
            except InvalidValue as error:
                raise HalError(f"{place}: {error}") from None
            return float(time), path, datum, status
    raise HalError(f"{place}: not a line of a recording; give a file that `record` wrote")
