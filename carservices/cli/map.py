"""`carservices map`: import, list, choose and remove the maps of this car."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from carservices.cli.common import Usage, add_json, parser, show_json, show_table
from carservices.services.navigation.maps.defaults import EXTRACTS
from carservices.services.navigation.maps.errors import MapError
from carservices.services.navigation.maps.memory import BASE_MB
from carservices.services.navigation.maps.store import FORMAT, MapFacts, MapStore, Progress
from carservices.system.run_dir import state_dir


def main(arguments: list[str]) -> int:
    """One verb on the maps below the state directory."""
    options = parser("map", "The maps of this car: import, list, use, remove, info.")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="VERB")
    new = verbs.add_parser("import", help="build a map from an OpenStreetMap extract, or one that comes along")
    new.add_argument("file", metavar="FILE.osm.pbf", help=f"an extract, or one of: {', '.join(EXTRACTS)}")
    new.add_argument("--dem", type=Path, metavar="DIR", help="elevation tiles (SRTM .hgt), for energy and gradients")
    new.add_argument("--name", metavar="NAME", help="of the map (default: that of the file)")
    new.add_argument("--title", metavar="TEXT", help="as the driver reads it")
    new.add_argument(
        "--country", metavar="XX", help="two letters, when the place does not tell; sets the side of driving"
    )
    new.add_argument("--no-routing", action="store_true", help="no tiles for Valhalla, also where it is installed")
    verbs.add_parser("list", help="the maps there are; * is in use")
    for verb, words in (("use", "take another map"), ("remove", "delete a map"), ("info", "what a map is made of")):
        verbs.add_parser(verb, help=words).add_argument("name", metavar="NAME", nargs="?" if verb == "info" else None)
    for verb in ("list", "info"):
        add_json(verbs.choices[verb])
    chosen = options.parse_args(arguments)
    return VERBS[chosen.verb](MapStore(state_dir() / "maps"), chosen)


def _import(store: MapStore, chosen: argparse.Namespace) -> int:
    from carservices.services.navigation.maps.importer import import_map  # half a second, for this verb alone

    comes_along = EXTRACTS.get(chosen.file) if not Path(chosen.file).exists() else None
    facts = import_map(
        store,
        comes_along.pbf if comes_along else Path(chosen.file),
        name=chosen.name or (chosen.file if comes_along else None),
        title=chosen.title or (comes_along.title if comes_along else None),
        dem=chosen.dem,
        country=chosen.country or (comes_along.country if comes_along else None),
        routing=not chosen.no_routing,
        report=_show,
    )
    _print_facts(facts)
    return 0


def _show(progress: Progress) -> None:
    """One line that changes on a terminal, lines elsewhere."""
    end = "\r" if sys.stderr.isatty() and progress.done < 1 else "\n"
    print(f"{progress.name}: {progress.done:4.0%} {progress.part:12}", end=end, file=sys.stderr, flush=True)


def _list(store: MapStore, chosen: argparse.Namespace) -> int:
    current = store.current()
    shown = [_facts_or_problem(store, name) for name in store.names()]
    if chosen.json:
        show_json(
            [
                (asdict(one) if isinstance(one, MapFacts) else {"name": name, "problem": one})
                | {"current": name == current}
                for name, one in shown
            ]
        )
    elif shown:
        rows = [("*" if name == current else "", name, *_size_and_title(one)) for name, one in shown]
        show_table(("", "MAP", "SIZE", ""), rows)
    else:
        print("no maps: `carservices map import FILE.osm.pbf`, or one that comes along: " + ", ".join(EXTRACTS))
    return 0


def _facts_or_problem(store: MapStore, name: str) -> tuple[str, MapFacts | str]:
    try:
        return name, store.facts(name)
    except MapError as error:
        return name, str(error)


def _size_and_title(one: MapFacts | str) -> tuple[str, str]:
    if isinstance(one, str):
        return "", one
    older = "" if one.format >= FORMAT else ", of an older version: import it again"
    return f"{one.bytes / 1e6:.1f} MB", f"{one.title}{older}"


def _use(store: MapStore, chosen: argparse.Namespace) -> int:
    store.use(chosen.name)
    return 0


def _remove(store: MapStore, chosen: argparse.Namespace) -> int:
    store.remove(chosen.name)
    return 0


def _info(store: MapStore, chosen: argparse.Namespace) -> int:
    name = chosen.name or store.current()
    if name is None:
        raise Usage("there is no map: `carservices map import FILE.osm.pbf`")
    facts = store.facts(name)
    if chosen.json:
        show_json(asdict(facts))
    else:
        _print_facts(facts)
    return 0


def _print_facts(facts: MapFacts) -> None:
    west, south, east, north = facts.bbox
    print(f"{facts.name}: {facts.title}, {south:.3f} to {north:.3f} north, {west:.3f} to {east:.3f} east")
    print(f"{facts.attribution}; built {datetime.fromtimestamp(facts.built, UTC):%Y-%m-%d %H:%M} UTC")
    if facts.synthetic:
        print("its charging stations are synthetic: invented, for demonstration")
    print()
    rows = [
        (part, f"{made.bytes / 1e6:.2f} MB", f"{made.seconds:.2f} s", f"{made.peak_mb:.0f} MB")
        for part, made in facts.parts.items()
    ]
    show_table(("PART", "SIZE", "BUILT IN", "MEMORY"), rows)
    print()
    print(", ".join(f"{count} {what.replace('_', ' ')}" for what, count in facts.counts.items()))
    if nodes := facts.counts.get("osm_nodes"):
        million = nodes / 1e6
        seconds = sum(made.seconds for made in facts.parts.values())
        memory = max(0.0, max(made.peak_mb for made in facts.parts.values()) - BASE_MB)
        print(
            f"{nodes} OSM nodes; for a million it is {seconds / million:.0f} s,"
            f" {facts.bytes / 1e6 / million:.0f} MB of map"
            f" and {memory / million:.0f} MB of memory over the first {BASE_MB:.0f}"
        )


VERBS: dict[str, Callable[[MapStore, argparse.Namespace], int]] = {
    "import": _import,
    "list": _list,
    "use": _use,
    "remove": _remove,
    "info": _info,
}
