"""Recordings: GPX and NMEA are told apart and played faithfully."""

import asyncio
import itertools
from pathlib import Path

import pytest

from carservices.hal import HalError
from carservices_hal.gnss.nmea import NmeaFix
from carservices_hal.gnss.replay import load, play

TRACK = """<?xml version="1.0"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="53.5" lon="13.2"><ele>20.5</ele><time>2026-06-01T10:00:00Z</time><hdop>0.9</hdop></trkpt>
<trkpt lat="53.5" lon="13.2003"><time>2026-06-01T10:00:02.500Z</time></trkpt>
<trkpt lat="nan" lon="13.2"><time>2026-06-01T10:00:03Z</time></trkpt>
<trkpt lat="53.5" lon="13.3"></trkpt>
<trkpt lat="53.501" lon="13.2003"><time>2026-06-01T10:00:04</time><course>12</course><speed>7</speed></trkpt>
</trkseg></trk></gpx>"""


@pytest.fixture
def track(tmp_path: Path) -> list[NmeaFix]:
    (tmp_path / "ride").write_text(TRACK)
    return load(tmp_path / "ride")


def test_a_track_has_speed_and_course_of_its_own_or_from_the_next_point(track: list[NmeaFix]):
    east, north, told = track
    assert (east.altitude, east.hdop) == (20.5, 0.9)
    assert (east.speed, east.course) == (pytest.approx(7.94, abs=0.01), pytest.approx(90.0))
    assert north.course == pytest.approx(0.0)
    assert (told.speed, told.course) == (7.0, 12.0)
    assert [(fix.time - east.time).total_seconds() for fix in track] == [0.0, 2.5, 4.0]


async def test_no_fix_comes_before_its_time_and_a_clock_that_leaps_is_not_waited_for(track: list[NmeaFix]):
    clock = asyncio.get_running_loop()
    begin = clock.time()
    whole = [*track, NmeaFix(53.5, 13.2, track[0].time.replace(year=2030)), track[0]]
    came = [(clock.time() - begin, fix.time) async for fix in play(whole, 100.0, loop=False)]
    assert [time for _, time in came] == [fix.time for fix in whole]
    for elapsed, due in zip((elapsed for elapsed, _ in came), (0.0, 0.025, 0.04, 0.14, 0.14), strict=True):
        assert elapsed >= due - 0.001


async def test_a_loop_begins_again(track: list[NmeaFix]):
    fixes = play(track, 200.0, loop=True)
    seen = [(await anext(fixes)).time for _ in range(7)]
    await fixes.aclose()
    assert seen[:3] == seen[3:6]
    assert all(a < b for a, b in itertools.pairwise(seen[:3]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<gpx><trk>", "not valid XML"),
        ("<gpx><rte><rtept lat='1' lon='2'/></rte></gpx>", "no track point with a place and a time"),
        ("\ufeff<gpx/>", "no track point"),
        ("$GPRMC,", "no valid RMC"),
        ("", "no valid RMC"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_cure(tmp_path: Path, text: str, words: str):
    (tmp_path / "file").write_text(text, encoding="utf-8")
    with pytest.raises(HalError, match=words):
        load(tmp_path / "file")
