"""What gpsd reports in its JSON protocol, read into fixes.

Source: gpsd_json(5): the client sends ``?WATCH``, the daemon answers with TPV (time, position, velocity) and SKY.
"""

import json
import math
from datetime import UTC, datetime
from typing import Any

from carservices_hal.gnss.nmea import NmeaFix

PORT = 2947
FLAT = 2
"""The mode of a fix without height; below it there is none."""


def watch(device: str) -> bytes:
    """The client's one request; ``device`` is empty for all that the daemon has."""
    wanted: dict[str, Any] = {"enable": True, "json": True}
    if device:
        wanted["device"] = device
    return f"?WATCH={json.dumps(wanted)};\n".encode()


class Reports:
    """Takes reports one by one: a TPV with a place gives a fix, with the dilution the last SKY said."""

    def __init__(self) -> None:
        self._hdop: float | None = None
        self._used: int | None = None

    def take(self, line: str) -> NmeaFix | None:
        """The fix of this report, if it has one; what is damaged or of another class is passed over."""
        try:
            report = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(report, dict):
            return None
        if report.get("class") == "SKY":
            self._hdop = _number(report, "hdop")
            satellites = report.get("satellites")
            if isinstance(satellites, list):
                self._used = sum(isinstance(one, dict) and one.get("used") is True for one in satellites)
        return self._fix(report) if report.get("class") == "TPV" else None

    def _fix(self, report: dict[str, Any]) -> NmeaFix | None:
        lat, lon, mode = _number(report, "lat"), _number(report, "lon"), _number(report, "mode")
        if lat is None or lon is None or abs(lat) > 90.0 or abs(lon) > 180.0 or (mode or 0.0) < FLAT:
            return None
        height = _number(report, "altMSL")
        return NmeaFix(
            lat,
            lon,
            _time(report.get("time")),
            _number(report, "speed") or 0.0,
            _number(report, "track"),
            _number(report, "alt") if height is None else height,
            self._hdop,
            self._used,
            None if self._hdop is not None else _number(report, "eph"),
        )


def _number(report: dict[str, Any], key: str) -> float | None:
    value = report.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _time(text: Any) -> datetime:
    """As the report says, else now: some receivers give a place before they know the date."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return datetime.now(UTC)
