"""Frames from log files: what python-can reads (candump, ASC, BLF, TRC, CSV, MF4, gzip), and GVRET's CSV (SavvyCAN)."""

import csv
from collections.abc import Iterator
from pathlib import Path

from carservices.hal import HalError
from carservices_hal.can.dbc import EXTENDED
from carservices_hal.extras import extra_can

GVRET = ["Time Stamp", "ID", "Extended"]
"""How the header of a GVRET file begins; its times are microseconds, its numbers hexadecimal."""
DATA = 5
"""Column of the first data byte; four before are id, extended, bus and length."""

LogFrame = tuple[float, int, bytes | bytearray]
"""Seconds, key of the message, payload."""


def frames(file: Path, bus: int | str | None = None) -> Iterator[LogFrame]:
    """Every data frame, of one ``bus`` (channel) only if given. Raises HalError naming file and place."""
    try:
        yield from _gvret(file, bus) if _is_gvret(file) else _python_can(file, bus)
    except OSError as error:
        raise HalError(f"{file}: cannot be read ({error.strerror}); give a log file") from None


def _is_gvret(file: Path) -> bool:
    if file.suffix.lower() != ".csv":
        return False
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        return next(csv.reader(lines), [])[:3] == GVRET


def _gvret(file: Path, bus: int | str | None) -> Iterator[LogFrame]:
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        wanted = None if bus is None else str(bus)
        rows = csv.reader(lines)
        next(rows)
        for row in rows:
            try:
                if wanted is not None and row[3] != wanted:
                    continue
                length = int(row[4])
                payload = bytes(int(byte, 16) for byte in row[DATA : DATA + length])
                if len(payload) != length:
                    raise ValueError("too few bytes")
                key = int(row[1], 16) | (EXTENDED if row[2].strip().lower() == "true" else 0)
                yield int(row[0]) / 1e6, key, payload
            except (ValueError, IndexError):
                raise HalError(f"{file}:{rows.line_num}: no frame of a GVRET log; the file is cut or damaged") from None


def _python_can(file: Path, bus: int | str | None) -> Iterator[LogFrame]:
    with extra_can():
        import can
    count = 0
    try:
        with can.LogReader(file) as reader:
            for message in reader:
                count += 1
                if message.is_error_frame or message.is_remote_frame:
                    continue
                if bus is not None and str(message.channel) != str(bus):
                    continue
                number = message.arbitration_id
                yield message.timestamp, number | EXTENDED if message.is_extended_id else number, message.data
    except OSError:
        raise
    except Exception as error:  # each reader has its own kinds of errors for a broken file
        where = f"after frame {count}" if count else "at its beginning"
        raise HalError(f"{file}: broken {where}: {error or type(error).__name__}") from None
