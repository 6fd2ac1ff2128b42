"""NMEA: what is written is read again, and what is damaged is passed over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_hal.gnss.nmea import NmeaFix, checksum, read, write

EPOCH = datetime(2026, 6, 1, tzinfo=UTC)


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    milliseconds=st.integers(0, 86_400_000_000),
    speed=st.floats(0, 80),
    course=st.none() | st.floats(0, 359.9),
)
def test_what_is_written_is_read_again(lat, lon, milliseconds, speed, course):
    fix = NmeaFix(lat, lon, EPOCH + timedelta(milliseconds=milliseconds), speed, course, 24.0, 0.8, 11)
    (back,) = read(write(fix))
    assert (back.lat, back.lon) == pytest.approx((lat, lon), abs=2e-8)
    assert back.time == fix.time
    assert back.speed == pytest.approx(speed, abs=1e-3)
    assert (back.course is None) == (course is None)
    assert (back.altitude, back.hdop, back.satellites) == (24.0, 0.8, 11)
    assert back.accuracy_m == pytest.approx(2.4)


def test_a_sentence_of_the_standard_is_understood():
    line = "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A"
    (fix,) = read([line])
    assert (fix.lat, fix.lon) == pytest.approx((48.1173, 11.516667), abs=1e-6)
    assert fix.speed == pytest.approx(11.52, abs=0.01)
    assert fix.time == datetime(1994, 3, 23, 12, 35, 19, tzinfo=UTC)


def _summed(body: str) -> str:
    return f"${body}*{checksum(body)}"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "noise",
        "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6B",
        _summed("GPRMC,123519,V,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W"),
        _summed("GPRMC,123519,A,nan,N,01131.000,E,022.4,084.4,230394,003.1,W"),
        _summed("GPRMC,123519,A,4807.038,N,01131.000,E,inf,084.4,230394,003.1,W"),
        _summed("GPRMC,123519,A,9907.038,N,01131.000,E,022.4,084.4,230394,003.1,W"),
        _summed("GPRMC,996099,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W"),
        _summed("GPRMC,123519,A"),
    ],
)
def test_what_is_no_fix_is_passed_over(line: str):
    assert list(read([line])) == []
