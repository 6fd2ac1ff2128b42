"""Recordings of drives: NMEA logs and GPX tracks, read into fixes and played at their own pace."""

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from carservices.hal import HalError
from carservices.signals.earth import DEGREE_M
from carservices_hal.gnss.nmea import NmeaFix, read

LONGEST_PAUSE_S = 10.0
"""s of a gap in a recording that are waited for."""
STANDING = 0.3
"""m/s between two points below which their direction says nothing."""


def load(path: Path) -> list[NmeaFix]:
    """The fixes of a file, told apart by its first letter. Raises HalError naming file and cure."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise HalError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    if text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _gpx(path, text)
    fixes = list(read(text.decode("ascii", "replace").splitlines()))
    if not fixes:
        raise HalError(f"{path}: no valid RMC sentence in it; record NMEA 0183 with RMC and GGA, or GPX")
    return fixes


async def play(fixes: Sequence[NmeaFix], speed: float, *, loop: bool) -> AsyncIterator[NmeaFix]:
    """Each fix when its time has come, ``speed`` times as fast; a clock that goes back or leaps is not waited for."""
    clock = asyncio.get_running_loop()
    due = clock.time()
    while True:
        before = fixes[0].time
        for fix in fixes:
            due += min(max((fix.time - before).total_seconds(), 0.0), LONGEST_PAUSE_S) / speed
            before = fix.time
            await asyncio.sleep(max(0.0, due - clock.time()))
            yield fix
        if not loop:
            return
        due += 1.0 / speed


def _gpx(path: Path, text: bytes) -> list[NmeaFix]:
    """The points with times of all tracks (GPX 1.0 and 1.1)."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise HalError(f"{path}: not valid XML ({error}); export the track again") from None
    points = [fix for point in root.iter() if _tag(point) == "trkpt" and (fix := _point(point)) is not None]
    if not points:
        raise HalError(f"{path}: no track point with a place and a time in it; record a track, not a route")
    following = itertools.pairwise(points)
    return [*(_moving(a, b) for a, b in following), points[-1]]


def _point(point: ElementTree.Element) -> NmeaFix | None:
    said = {_tag(child): child.text or "" for child in point.iter() if child is not point}
    try:
        lat, lon = float(point.get("lat", "")), float(point.get("lon", ""))
        time = datetime.fromisoformat(said["time"].strip())
    except (KeyError, ValueError):
        return None
    if not (abs(lat) <= 90.0 and abs(lon) <= 180.0):
        return None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    figures = {name: _number(said.get(name)) for name in ("speed", "course", "ele", "hdop")}
    return NmeaFix(lat, lon, time, figures["speed"] or 0.0, figures["course"], figures["ele"], figures["hdop"], None)


def _moving(a: NmeaFix, b: NmeaFix) -> NmeaFix:
    """With speed and course from the next point where the track has none."""
    seconds = (b.time - a.time).total_seconds()
    if a.speed or a.course is not None or not 0.0 < seconds <= LONGEST_PAUSE_S:
        return a
    north = (b.lat - a.lat) * DEGREE_M
    east = (b.lon - a.lon) * DEGREE_M * math.cos(math.radians(a.lat))
    speed = math.hypot(north, east) / seconds
    course = math.degrees(math.atan2(east, north)) % 360.0 if speed >= STANDING else None
    return replace(a, speed=speed, course=course)


def _tag(element: ElementTree.Element) -> str:
    """Without its namespace."""
    return element.tag.rpartition("}")[2]


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
