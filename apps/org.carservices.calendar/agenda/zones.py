"""Time zones of iCalendar: names of the IANA database, those of Windows, and what neither knows."""

import os
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

WINDOWS: Final[dict[str, str]] = {
    "AUS Eastern Standard Time": "Australia/Sydney",
    "Arabian Standard Time": "Asia/Dubai",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw",
    "Central Standard Time": "America/Chicago",
    "China Standard Time": "Asia/Shanghai",
    "E. Europe Standard Time": "Europe/Chisinau",
    "Eastern Standard Time": "America/New_York",
    "FLE Standard Time": "Europe/Kyiv",
    "GMT Standard Time": "Europe/London",
    "GTB Standard Time": "Europe/Bucharest",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "India Standard Time": "Asia/Kolkata",
    "Israel Standard Time": "Asia/Jerusalem",
    "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
    "Romance Standard Time": "Europe/Paris",
    "Russian Standard Time": "Europe/Moscow",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Turkey Standard Time": "Europe/Istanbul",
    "UTC": "Etc/UTC",
    "W. Europe Standard Time": "Europe/Berlin",
}
"""The names that Outlook writes (Unicode CLDR, windowsZones.xml, territory 001)."""


def zone(name: str) -> tzinfo | None:
    """The zone that a TZID means, also behind a prefix (``/citadel.org/20260101/Europe/Berlin``); None if unknown."""
    name = name.strip().strip('"')
    parts = WINDOWS.get(name, name).strip("/").split("/")
    for start in range(len(parts)):
        try:
            return ZoneInfo("/".join(parts[start:]))
        except (KeyError, OSError, ValueError):  # not found, a folder of zones, no name of a file
            continue
    return None


def local_zone() -> tzinfo:
    """That of the car, which the host gives as TZ; the present offset when there is none."""
    return zone(os.environ.get("TZ", "")) or datetime.now().astimezone().tzinfo  # type: ignore[return-value]
