"""Charging stations: mapped ones, the synthetic network, opening hours, and questions to them."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from carservices.api.routes import Box, ChargerFilter, Connector
from carservices.services.navigation.chargers.build import write_chargers
from carservices.services.navigation.chargers.network import NEAREST_M, ChargerNetwork
from carservices.services.navigation.chargers.opening import open_at
from carservices.services.navigation.chargers.synthetic import MARK, synthetic_sites
from carservices.services.navigation.geo import plane_metres
from tests.unit.navigation.towns import write_town

NOON = datetime(2026, 5, 6, 12, 0)  # a Wednesday
CITY = Box(west=13.0, south=53.4, east=13.5, north=53.7)


@pytest.fixture
def city(neubrandenburg_graph: Path, tmp_path: Path) -> Iterator[ChargerNetwork]:
    empty = write_town(tmp_path / "empty.osm.pbf", {1: (53.5, 13.2)}, {})
    counts = write_chargers(empty, neubrandenburg_graph, tmp_path / "c.sqlite", "city")
    assert counts["chargers"] == counts["synthetic_chargers"] > 50
    with ChargerNetwork(tmp_path / "c.sqlite") as network:
        yield network


def test_mapped_stations_are_read_and_nothing_is_invented_beside_them(tmp_path: Path) -> None:
    tags = {
        "amenity": "charging_station",
        "operator": "Stadtwerke",
        "socket:type2": "2",
        "socket:type2:output": "22 kW",
        "socket:type2_combo": "1",
        "socket:type2_combo:output": "150 kW",
        "charge": "0.49 EUR/kWh",
        "opening_hours": "Mo-Fr 08:00-18:00",
    }
    closed = {"amenity": "charging_station", "access": "private"}
    bare = {"amenity": "charging_station"}
    nodes = {1: (53.5, 13.2, tags), 2: (53.5, 13.21, closed), 3: (53.5, 13.22, bare)}
    pbf = write_town(tmp_path / "t.osm.pbf", nodes, {})
    assert write_chargers(pbf, tmp_path / "none.npz", tmp_path / "c.sqlite", "t") == {
        "chargers": 2,
        "synthetic_chargers": 0,
    }
    with ChargerNetwork(tmp_path / "c.sqlite") as network:
        first, second = network.in_box(CITY, NOON)
        assert [(plug.connector, plug.power_kw, plug.count, plug.free) for plug in first.plugs] == [
            (Connector.CCS, 150.0, 1, None),
            (Connector.TYPE2, 22.0, 2, None),
        ]
        assert (first.operator, first.eur_per_kwh, first.open_now, first.synthetic) == ("Stadtwerke", 0.49, True, False)
        assert second.plugs == ()
        night = network.in_box(CITY, NOON.replace(hour=23), ChargerFilter(only_open=True))
        assert [charger.place.id for charger in night] == [second.place.id]


def test_the_synthetic_network_is_the_same_each_time_and_says_what_it_is(neubrandenburg_graph: Path) -> None:
    sites = list(synthetic_sites(neubrandenburg_graph, "city"))
    assert sites == list(synthetic_sites(neubrandenburg_graph, "city"))
    assert sites != list(synthetic_sites(neubrandenburg_graph, "other"))
    assert all(site.synthetic and MARK in site.name and MARK in site.operator for site in sites)
    assert len({site.key for site in sites}) == len(sites)
    assert len({site.operator for site in sites}) > 3
    assert {connector for site in sites for connector, _, _ in site.plugs} == set(Connector)
    assert all(0.3 < (site.eur_per_kwh or 0.0) < 0.8 and site.opening_hours for site in sites)
    assert all(len(site.busy or b"") == 168 for site in sites)


def test_plugs_are_taken_as_often_as_the_hour_says(city: ChargerNetwork) -> None:
    def free(hour: int) -> float:
        plugs = [plug for charger in city.in_box(CITY, NOON.replace(hour=hour)) for plug in charger.plugs]
        return sum(plug.free or 0 for plug in plugs) / sum(plug.count for plug in plugs)

    assert free(3) > 0.9
    assert 0.2 < free(17) < 0.7
    assert free(17) == free(17)


@pytest.mark.parametrize(
    "wanted",
    [
        ChargerFilter(connector=Connector.CCS),
        ChargerFilter(min_power_kw=100.0),
        ChargerFilter(connector=Connector.CCS, min_power_kw=100.0, only_free=True),
        ChargerFilter(only_open=True),
    ],
)
def test_only_what_is_wanted(city: ChargerNetwork, wanted: ChargerFilter) -> None:
    all_of_them, found = city.in_box(CITY, NOON), city.in_box(CITY, NOON, wanted)
    assert 0 < len(found) < len(all_of_them) or (wanted.only_open and len(found) == len(all_of_them))
    for charger in found:
        assert charger.open_now is not False or not wanted.only_open
        assert any(
            plug.power_kw >= wanted.min_power_kw
            and wanted.connector in (None, plug.connector)
            and not (wanted.only_free and plug.free == 0)
            for plug in charger.plugs
        )


@pytest.mark.parametrize(
    ("here", "limit"),
    [((53.557, 13.261), 10), ((53.522, 13.2168), 1), ((53.52, 13.244), 3), ((53.52, 13.2695), 5), ((50.0, 10.0), 1)],
)
def test_the_nearest_are_those_of_looking_at_each(city: ChargerNetwork, here: tuple[float, float], limit: int) -> None:
    """Those in the corner of a square are further away than one just outside its side."""
    everywhere = city.in_box(CITY, NOON)
    assert city.count() == len(everywhere)
    away = sorted(round(plane_metres(*here, one.place.lat, one.place.lon), 1) for one in everywhere)
    found = [place.distance_m for place in city.nearest(here, limit)]
    assert found == [metres for metres in away[:limit] if metres < NEAREST_M[-1]]


def test_along_agrees_with_looking_at_each(city: ChargerNetwork) -> None:
    everywhere = city.in_box(CITY, NOON)
    line = [(53.50, 13.20), (53.50, 13.30), (53.60, 13.30)]
    along = city.along(line, 500.0, NOON)
    assert len(along) > 5
    assert [metres for metres, _, _ in along] == sorted(metres for metres, _, _ in along)
    middle = plane_metres(*line[0], *line[1])
    beside_first = {
        c.place.id for c in everywhere if abs(c.place.lat - 53.5) * 111_320 <= 500 and 13.2 <= c.place.lon <= 13.3
    }
    assert beside_first <= {c.place.id for _, _, c in along}
    for metres, beside, charger in along:
        assert beside <= 500.0
        if charger.place.id in beside_first and metres < middle - 600:
            assert metres == pytest.approx(plane_metres(53.5, 13.2, 53.5, charger.place.lon), abs=5.0)


@pytest.mark.parametrize(
    ("hours", "when", "answer"),
    [
        ("24/7", "2026-05-06 03:00", True),
        ("Mo-Fr 08:00-18:00", "2026-05-06 12:00", True),
        ("Mo-Fr 08:00-18:00", "2026-05-06 18:00", False),
        ("Mo-Fr 08:00-18:00", "2026-05-09 12:00", False),
        ("Mo-Fr 07:00-20:00; Sa 08:00-18:00", "2026-05-09 17:59", True),
        ("Mo-Su 06:00-22:00", "2026-05-10 05:59", False),
        ("06:00-22:00", "2026-05-10 06:00", True),
        ("Fr-Sa 20:00-02:00", "2026-05-10 01:00", True),
        ("Fr-Sa 20:00-02:00", "2026-05-08 01:00", False),
        ("Mo-Su 08:00-12:00,13:00-17:00", "2026-05-06 12:30", False),
        ("Mo-Su 08:00-20:00; We off", "2026-05-06 12:00", False),
        ("sunrise-sunset", "2026-05-06 12:00", None),
        ("Mo-Fr", "2026-05-06 12:00", None),
        ("", "2026-05-06 12:00", None),
    ],
)
def test_opening_hours(hours: str, when: str, answer: bool | None) -> None:
    assert open_at(hours, datetime.fromisoformat(when)) is answer
