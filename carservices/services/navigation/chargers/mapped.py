"""Charging stations as OpenStreetMap has them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import osmium

from carservices.api.routes import Connector
from carservices.services.navigation.chargers.site import Site

SOCKETS = {
    "type2_combo": (Connector.CCS, 50.0),
    "type2": (Connector.TYPE2, 11.0),
    "type2_cable": (Connector.TYPE2, 11.0),
    "chademo": (Connector.CHADEMO, 50.0),
}
"""`socket:*` → our connector and the power in kW where none is mapped."""
POWER = re.compile(r"(\d+(?:[.,]\d+)?)\s*(k?)[WV]?A?", re.IGNORECASE)
PRICE = re.compile(r"(\d+[.,]\d+)\s*(?:EUR|€)\s*/\s*kWh", re.IGNORECASE)
MOST_PLUGS = 200


def mapped_sites(pbf: Path) -> Iterator[Site]:
    """The `amenity=charging_station` of an extract open to cars, one after the other."""
    wanted = osmium.filter.TagFilter(("amenity", "charging_station"))
    for item in osmium.FileProcessor(str(pbf)).with_locations().with_filter(wanted):
        tags = dict(item.tags) if not isinstance(item, osmium.osm.Changeset) else {}
        if tags.get("motorcar") == "no" or tags.get("access") in ("no", "private"):
            continue
        if isinstance(item, osmium.osm.Node):
            yield _site(f"n{item.id}", item.lat, item.lon, tags)
        elif isinstance(item, osmium.osm.Way):
            points = [(node.location.lat, node.location.lon) for node in item.nodes if node.location.valid()]
            if points:
                lat, lon = (sum(values) / len(points) for values in zip(*points, strict=True))
                yield _site(f"w{item.id}", lat, lon, tags)


def _site(key: str, lat: float, lon: float, tags: Mapping[str, str]) -> Site:
    operator = tags.get("operator") or tags.get("network") or tags.get("brand") or ""
    street = " ".join(filter(None, (tags.get("addr:street"), tags.get("addr:housenumber"))))
    price = PRICE.search(tags.get("charge", ""))
    return Site(
        key,
        lat,
        lon,
        tags.get("name") or operator,
        operator,
        ", ".join(filter(None, (street, tags.get("addr:city")))),
        _plugs(tags),
        float(price[1].replace(",", ".")) if price else 0.0 if tags.get("fee") == "no" else None,
        tags.get("opening_hours"),
    )


def _plugs(tags: Mapping[str, str]) -> list[tuple[Connector, float, int]]:
    counts: Counter[tuple[Connector, float]] = Counter()
    for socket, (connector, usual) in SOCKETS.items():
        value = tags.get(f"socket:{socket}", "no")
        if value == "no":
            continue
        count = min(int(value), MOST_PLUGS) if value.isdigit() else 1
        counts[connector, _power(tags.get(f"socket:{socket}:output", "")) or usual] += count
    return [(connector, power, count) for (connector, power), count in counts.items() if count]


def _power(text: str) -> float | None:
    """kW of ``150 kW``, ``22000`` or ``22 kVA``."""
    match = POWER.match(text.strip())
    if not match:
        return None
    value = float(match[1].replace(",", "."))
    return value / 1000 if value > 1000 and not match[2] else value or None
