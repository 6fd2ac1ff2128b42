"""Trips as files: a table of all as CSV (RFC 4180), the route of one as GPX 1.1 (topografix.com)."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from logbook.book import Point
from logbook.trip import Trip

HEADER = (
    "start", "end", "purpose", "odometer_start_km", "odometer_end_km", "distance_km", "driving_min", "energy_kwh",
    "average_kwh_per_100km", "cost", "currency", "recorded",
)  # fmt: skip


def table(trips: Iterable[Trip]) -> str:
    """All trips, oldest first; empty fields are unknown."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(HEADER)
    for trip in sorted(trips, key=lambda trip: trip.start):
        numbers = (trip.start_km, trip.end_km, trip.km, trip.seconds / 60, trip.energy_kwh, trip.average, trip.cost)
        shown = ["" if number is None else f"{number:.2f}" for number in numbers]
        rows.writerow([_local(trip.start), _local(trip.end), trip.purpose, *shown, trip.currency, int(trip.recorded)])
    return text.getvalue()


def gpx(trip: Trip, route: Iterable[Point]) -> str:
    """The route of a trip as one track."""
    points = "\n".join(
        f'   <trkpt lat="{latitude:.6f}" lon="{longitude:.6f}"><time>{_utc(at)}</time></trkpt>'
        for at, latitude, longitude in route
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="org.carservices.triplog" xmlns="http://www.topografix.com/GPX/1/1">\n'
        f" <trk>\n  <name>{escape(_local(trip.start))}</name>\n  <type>{escape(trip.purpose)}</type>\n"
        f"  <trkseg>\n{points}\n  </trkseg>\n </trk>\n</gpx>\n"
    )


def _local(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
