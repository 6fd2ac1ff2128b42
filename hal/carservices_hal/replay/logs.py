"""Frames from log files: what python-can reads (candump, ASC, BLF, TRC, CSV, MF4, gzip), and GVRET's CSV (SavvyCAN)."""

import csv
from collections.abc import Container, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from carservices.hal import HalError
from carservices_hal.can.bus import CLASSIC, key_of
from carservices_hal.can.dbc import EXTENDED
from carservices_hal.can.pythoncan import prepare, prepare_mf4

if TYPE_CHECKING:
    import can

GVRET = ["Time Stamp", "ID", "Extended"]
"""How the header of a GVRET file begins; its times are microseconds, its numbers hexadecimal."""
BUS, LENGTH = "Bus", "LEN"
"""Names of further columns; newer files have one more before them (Dir), and the data follow the length."""

LINES = (".asc", ".csv", ".log", ".trc")
"""Formats of lines."""

LogFrame = tuple[float, int, bytes | bytearray]
"""Seconds, key of the message, payload."""
GvretRow = tuple[float, int, bool, str, bytes]
"""Seconds, id, whether it is extended, bus, payload."""


def frames(file: Path, bus: int | str | None = None, keys: Container[int] | None = None) -> Iterator[LogFrame]:
    """Every data frame, of one ``bus`` (channel) and of some messages only if given.

    Raises HalError naming file and place.
    """
    if _is_gvret(file):
        for stamp, number, extended, _, payload in _gvret(file, bus, keys):
            yield stamp, number | EXTENDED if extended else number, payload
        return
    for message in _python_can(file, bus):
        if not (message.is_error_frame or message.is_remote_frame):
            key = key_of(message)
            if keys is None or key in keys:
                yield message.timestamp, key, message.data


def messages(file: Path, bus: int | str | None = None) -> Iterator["can.Message"]:
    """Every frame, remote and error frames too, as python-can has them. Raises HalError naming file and place."""
    if not _is_gvret(file):
        yield from _python_can(file, bus)
        return
    prepare()
    import can

    for stamp, number, extended, channel, payload in _gvret(file, bus):
        yield can.Message(
            stamp, number, extended, channel=channel, data=payload, is_fd=len(payload) > CLASSIC, check=False
        )


def _is_gvret(file: Path) -> bool:
    if file.suffix.lower() != ".csv":
        return False
    try:
        with file.open(encoding="utf-8", errors="replace", newline="") as lines:
            return next(csv.reader(lines), [])[:3] == GVRET
    except OSError as error:
        raise _unreadable(file, error) from None


def _gvret(file: Path, bus: int | str | None, keys: Container[int] | None = None) -> Iterator[GvretRow]:
    wanted = None if bus is None else str(bus)
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        rows = csv.reader(lines)
        header = next(rows)
        ids: dict[tuple[str, str], tuple[int, bool, bool]] = {}  # a log has many rows and few ids
        try:
            at_bus, at_length = header.index(BUS), header.index(LENGTH)
            for row in rows:
                if wanted is not None and row[at_bus] != wanted:
                    continue
                known = ids.get((row[1], row[2]))
                if known is None:
                    number, extended = int(row[1], 16), row[2].strip().lower() == "true"
                    chosen = keys is None or (number | EXTENDED if extended else number) in keys
                    known = ids[row[1], row[2]] = (number, extended, chosen)
                number, extended, chosen = known
                if not chosen:
                    continue
                length = int(row[at_length])
                payload = bytes.fromhex("".join(row[at_length + 1 : at_length + 1 + length]))
                if len(payload) != length:
                    raise ValueError("too few bytes")
                yield int(row[0]) / 1e6, number, extended, row[at_bus], payload
        except (ValueError, IndexError, csv.Error):
            raise HalError(f"{file}:{rows.line_num}: no frame of a GVRET log; the file is cut or damaged") from None


def _python_can(file: Path, bus: int | str | None) -> Iterator["can.Message"]:
    (prepare_mf4 if file.suffix.lower() == ".mf4" else prepare)()
    import can
    from can.io.player import MESSAGE_READERS

    count, held = 0, None
    try:
        with can.LogReader(file) as reader:
            for message in reader:
                if held is not None:
                    yield from _of_bus(held, bus)
                held = None
                if len(message.data) != message.dlc and not (message.is_remote_frame or message.is_error_frame):
                    raise ValueError(f"{len(message.data)} bytes in a frame of {message.dlc}")
                count, held = count + 1, message
        if held is not None and _is_cut(file):  # half a payload is a payload, too: it must not be taken for whole
            count, held = count - 1, None
            raise ValueError("its last line does not end")
        fault = ""
    except OSError as error:
        if not count:
            raise _unreadable(file, error) from None
        fault = error.strerror or str(error)
    except Exception as error:  # each reader has its own kinds of errors for a broken file
        ending = (file.with_suffix("") if file.suffix.lower() == ".gz" else file).suffix.lower()
        if ending not in MESSAGE_READERS:  # the plugins are in it by now
            known = ", ".join(sorted(MESSAGE_READERS))
            raise HalError(
                f"{file}: no log of frames ends in '{ending}'; give one of {known}, or one with .gz"
            ) from None
        fault = str(error) or type(error).__name__
    if held is not None:
        yield from _of_bus(held, bus)
    if fault:
        raise HalError(f"{file}: broken {f'after frame {count}' if count else 'at its beginning'}: {fault}")


def _of_bus(message: "can.Message", bus: int | str | None) -> "Iterator[can.Message]":
    if bus is None or str(message.channel) == str(bus):
        yield message


def _is_cut(file: Path) -> bool:
    """Whether the last line of a log of lines has no end."""
    if file.suffix.lower() not in LINES:
        return False
    with file.open("rb") as content:
        content.seek(-1, 2)
        return content.read() != b"\n"


def _unreadable(file: Path, error: OSError) -> HalError:
    return HalError(f"{file}: cannot be read ({error.strerror or error}); give a log file")
