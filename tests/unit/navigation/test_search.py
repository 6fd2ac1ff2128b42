"""Search: text as people type it, kinds of places, house numbers, and what is at a point."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api.routes import Box
from carservices.services.navigation.geo import metres
from carservices.services.navigation.maps.defaults import EXTRACTS
from carservices.services.navigation.search.categories import kinds, kinds_meant
from carservices.services.navigation.search.database import write_search
from carservices.services.navigation.search.folding import fold, house_number
from carservices.services.navigation.search.query import coordinates, parse
from carservices.services.navigation.search.search import Search
from tests.unit.navigation.towns import write_town

MARKET = (53.5570, 13.2610)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "search.sqlite"
    write_search(EXTRACTS["neubrandenburg"].pbf, path)
    return path


@pytest.fixture
def search(database: Path) -> Iterator[Search]:
    with Search(database) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Gartenstraße 5, Neubrandenburg", "Gartenstraße 5"),
        ("gartenstr. 5", "Gartenstraße 5"),
        ("GARTENSTRASSE 5", "Gartenstraße 5"),
        ("Gartenst", "Gartenstraße"),
        ("friedrich engels ring 12", "Friedrich-Engels-Ring 12"),
        ("Freidrich-Engels-Ring 12", "Friedrich-Engels-Ring 12"),
        ("friedrch engels rin", "Friedrich-Engels-Ring"),
        ("neubr", "Neubrandenburg"),
        ("burg st", "Burg Stargard"),
        ("Gartenstraße 5 Burg Stargard", "Gartenstraße 5"),
    ],
)
def test_what_is_typed_is_found_first(search: Search, text: str, name: str) -> None:
    first = search.search(text, MARKET)[0]
    assert first.name == name
    assert first.distance_m is not None
    assert ("Burg Stargard" in first.address) == text.endswith("Burg Stargard")


@pytest.mark.parametrize("text", ["", " ", "'\"*", "zzzzqqqq", "AND OR NOT", "12", "* OR name:x"])
def test_what_is_nothing_finds_nothing_and_harms_nothing(search: Search, text: str) -> None:
    assert search.search(text, MARKET) == []


@given(st.text(max_size=40))
def test_any_text_is_taken(database: Path, text: str) -> None:
    with Search(database) as search:
        for place in search.search(text, MARKET, 5):
            assert place.name


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("apotheke", "de", "pharmacy"),
        ("pharmacie", "fr", "pharmacy"),
        ("superma", "en", "supermarket"),
        ("gas", "en", "fuel"),
    ],
)
def test_a_kind_of_place_is_found_in_any_language_nearest_first(
    search: Search, text: str, language: str, kind: str
) -> None:
    found = [place for place in search.search(text, MARKET, 6, language) if place.category == kind]
    assert len(found) >= 3
    distances = [place.distance_m or 0.0 for place in search.search("", MARKET, 6, language, kind)]
    assert distances == sorted(distances)
    assert len(distances) == 6


def test_names_that_begin_so_come_before_the_kinds_that_do(search: Search) -> None:
    names = [fold(place.name) for place in search.search("stra", MARKET, 8)]
    assert [name.startswith("stra") for name in names] == [True] * 2 + [False] * 6
    assert search.search("bahnh", MARKET, 8)[0].name.startswith("Bahnh")


def test_a_nameless_place_is_called_what_it_is(search: Search) -> None:
    names = {place.name for place in search.search("", MARKET, 50, "fr", "parking")}
    assert "Parking" in names


def test_every_kind_counted_is_known_and_has_places(search: Search) -> None:
    counts = search.categories()
    assert counts["pharmacy"] > 5
    assert set(counts) <= set(kinds())


@pytest.mark.parametrize(
    ("kind", "near", "limit"),
    [("restaurant", (53.536, 13.275), 1), ("restaurant", (53.548, 13.253), 10), ("parking", (53.542, 13.231), 3)],
)
def test_the_nearest_of_a_kind_are_those_of_looking_at_all(
    search: Search, kind: str, near: tuple[float, float], limit: int
) -> None:
    """Those in the corner of a square are further away than one just outside its side."""
    found, every = (search.search("", near, most, "de", kind) for most in (limit, 5000))
    assert [place.distance_m for place in found] == [place.distance_m for place in every][:limit]


def test_places_to_be_shown_together_keep_apart(search: Search) -> None:
    box = Box(south=53.54, west=13.24, north=53.57, east=13.29)
    found = search.spread(box, ["restaurant", "parking"], 200.0, 30, "de")
    kinds_found = [place.category for place in found]
    assert kinds_found == sorted(kinds_found, reverse=True)
    assert set(kinds_found) == {"restaurant", "parking"}
    for one, other in itertools.combinations(found, 2):
        away = metres((one.lat, one.lon), (other.lat, other.lon))
        assert away >= 199.0 * (2 if one.category == other.category else 1)
    assert all(box.south <= place.lat <= box.north and box.west <= place.lon <= box.east for place in found)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("53.5570, 13.2610", MARKET),
        ("53.557N 13.261E", MARKET),
        ("33.5 S, 70.6 W", (-33.5, -70.6)),
        ("geo:53.557,13.261?z=12", MARKET),
        ("95.0, 13.0", None),
        ("12, 14", None),
        ("Straße 5", None),
    ],
)
def test_coordinates(text: str, point: tuple[float, float] | None) -> None:
    assert coordinates(text) == (None if point is None else pytest.approx(point))


def test_coordinates_are_a_place(search: Search) -> None:
    (place,) = search.search("53.5, 13.2", MARKET)
    assert (place.lat, place.lon) == (53.5, 13.2)


def test_a_house_between_two_mapped_ones_is_placed_between_them(tmp_path: Path) -> None:
    street = {"highway": "residential", "name": "Long Street"}
    houses = {
        10 + number: (53.0, 13.0 + number / 10_000, {"addr:street": "Long Street", "addr:housenumber": str(number)})
        for number in (2, 10, 41)
    }
    pbf = write_town(tmp_path / "t.osm.pbf", {1: (53.0, 13.0), 2: (53.0, 13.005), **houses}, {1: ([1, 2], street)})
    write_search(pbf, tmp_path / "s.sqlite")
    with Search(tmp_path / "s.sqlite") as search:
        assert search.search("Long Street 10")[0].lon == pytest.approx(13.001)
        assert search.search("Long Street 6")[0].lon == pytest.approx(13.0006)
        assert search.search("Long Street 6")[0].name == "Long Street 6"
        assert search.search("Long Street 99")[0].name == "Long Street"
        assert search.reverse(53.0, 13.00101).name == "Long Street 10"  # type: ignore[union-attr]
        assert search.reverse(53.0003, 13.0025).name == "Long Street"  # type: ignore[union-attr]
        assert search.reverse(53.5, 13.0) is None


def test_towns_listed_beside_an_extract_are_found(tmp_path: Path) -> None:
    pbf = write_town(tmp_path / "t.osm.pbf", {1: (48.0, 11.0)}, {})
    (tmp_path / "t.places.csv").write_text("München,48.14,11.58,city\nMünster,51.96,7.63,town\n", encoding="utf-8")
    write_search(pbf, tmp_path / "s.sqlite")
    with Search(tmp_path / "s.sqlite") as search:
        assert [place.name for place in search.search("mün")] == ["München", "Münster"]
        assert search.search("Muenchen")[0].name == search.search("munchen")[0].name == "München"


def test_a_point_of_the_city_has_an_address(search: Search) -> None:
    (place,) = search.search("Gartenstraße 5, Neubrandenburg", MARKET, 1)
    back = search.reverse(place.lat, place.lon)
    assert back is not None
    assert (back.name, back.address) == ("Gartenstraße 5", "17033 Neubrandenburg")


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", (12, "")), ("12a", (12, "a")), ("12 A", (12, "a")), ("12-14", (12, "")), ("a12", None), ("123456", None)],
)
def test_house_numbers(text: str, number: tuple[int, str] | None) -> None:
    assert house_number(text) == number


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_query_is_taken_apart() -> None:
    query = parse("17033 Garten-Straße 5 b, Neubrandenburg")
    assert query.words == ("garten", "strasse", "neubrandenburg")
    assert (query.number, query.letter, query.postcode) == (5, "b", "17033")
    assert kinds_meant("ladesaule") == ["charging"]
