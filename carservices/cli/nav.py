"""`carservices nav`: search places, look at routes, be guided, see how it stands."""

import argparse
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carservices.cli.common import (
    Failed,
    Usage,
    add_json,
    add_run_dir,
    count,
    parser,
    percent,
    show_json,
    show_table,
    with_car,
)

if TYPE_CHECKING:
    from carservices.api.navigation import ArrivalCharge, ChargeStop, Navigation, Place, RouteOptions, RoutePreview
    from carservices.api.pilot import Pilot
    from carservices.bus import Car

PLACE = "what to look for: name, address, kind of place, or LATITUDE,LONGITUDE"
MODES, AVOID = ("fastest", "shortest", "eco"), ("tolls", "motorways", "ferries")
PREFER = ("time", "cost")
NOWHERE = "no place is called '{}' on this map: try fewer words, or a latitude and longitude such as 53.557,13.261"


def main(arguments: list[str]) -> int:
    """One verb on the navigation of the running car."""
    options = parser("nav", "Search, routes and guidance of the running car.")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="VERB")
    search = verbs.add_parser("search", help="find places, best first")
    search.add_argument("text", nargs="+", help=PLACE)
    search.add_argument("--limit", type=count, default=10, metavar="N")
    search.add_argument("--language", default="en", metavar="LL")
    for verb, words in (("route", "ways to a place, without driving there"), ("go", "be guided to a place")):
        way = verbs.add_parser(verb, help=words)
        way.add_argument("text", nargs="+", help=PLACE)
        way.add_argument("--mode", choices=MODES, default=MODES[0])
        way.add_argument("--avoid", action="append", choices=AVOID, default=[], help="again for more")
        way.add_argument("--prefer", choices=PREFER, default=PREFER[0], help="what charging on the way is best at")
        way.add_argument("--operator", action="append", default=[], help="whose chargers alone to use; again for more")
        way.add_argument("--least", type=percent, default=10.0, metavar="%", help="of charge on arrival at chargers")
        way.add_argument("--arrive", type=percent, default=15.0, metavar="%", help="of charge at the destination")
        if verb == "go":
            way.add_argument("--drive", action="store_true", help="the emulated car drives there; until it has arrived")
    verbs.add_parser("miss", help="the emulated car takes another way at the next turn, to see what guidance says")
    wind = verbs.add_parser("wind", help="tell the forecast wind: trips count it for three hours")
    wind.add_argument("speed_ms", type=float, metavar="M/S", help="10 m above open country, as forecasts give it")
    wind.add_argument("comes_from", type=float, metavar="DEGREES", help="it comes from: 0 north, 90 east")
    verbs.add_parser("stop", help="end guidance")
    verbs.add_parser("status", help="position, map, engine, route and what comes next")
    for one in verbs.choices.values():
        add_json(one)
        add_run_dir(one)
    engine = verbs.add_parser("engine", help="the Valhalla engine: lanes, signs, exits; without it routes are plainer")
    engine.add_argument("action", choices=("install", "status"))
    chosen = options.parse_args(arguments)
    if chosen.verb == "engine":
        return _engine(chosen.action)
    work: Callable[[Navigation, argparse.Namespace], Coroutine[Any, Any, None]] = VERBS[chosen.verb]

    async def connected(car: "Car") -> int:
        from carservices.api.navigation import Navigation

        await work(car.service(Navigation), chosen)
        return 0

    return with_car(chosen.run_dir, connected)


def _engine(action: str) -> int:
    from carservices.services.navigation.engine.install import InstallError, install
    from carservices.services.navigation.valhalla_home import find_programs
    from carservices.system.run_dir import state_dir

    if action == "status":
        home = find_programs(state_dir())
        print(f"Valhalla: {home}" if home else "Valhalla is not installed: `carservices nav engine install` fetches it")
        return 0
    try:
        install(state_dir(), print)
    except InstallError as error:
        raise Failed(str(error)) from None
    return 0


async def _search(nav: "Navigation", chosen: argparse.Namespace) -> None:
    places = await nav.search(" ".join(chosen.text), limit=max(1, chosen.limit), language=chosen.language)
    if chosen.json:
        show_json([place.model_dump(mode="json") for place in places])
    elif not places:
        raise Failed(NOWHERE.format(" ".join(chosen.text)))
    else:
        rows = [(_distance(place.distance_m), _name(place), f"{place.lat:.5f},{place.lon:.5f}") for place in places]
        show_table(("AWAY", "PLACE", "WHERE"), rows)


async def _route(nav: "Navigation", chosen: argparse.Namespace) -> None:
    place = await _place(nav, chosen)
    routes = await nav.preview(place, _options(chosen))
    if chosen.json:
        show_json([route.model_dump(mode="json") for route in routes])
        return
    print(f"to {_name(place)}")
    rows = [
        (
            str(number),
            _distance(one.metres),
            _minutes(one.seconds + one.charge_s),
            _minutes(one.charge_s) if one.charge_stops else "",
            _charge(one.arrival),
            "" if one.energy_kwh is None else f"{one.energy_kwh:.1f} kWh",
            "" if one.cost_eur is None else f"{one.cost_eur:.2f} €",
            one.via,
            one.engine,
            one.warning,
        )
        for number, one in enumerate(routes, 1)
    ]
    show_table(("", "LENGTH", "TIME", "CHARGING", "ARRIVAL", "ENERGY", "COST", "VIA", "ENGINE", "NOTE"), rows)
    for number, one in enumerate(routes, 1):
        _show_stops(number, one)


def _show_stops(number: int, route: "RoutePreview") -> None:
    """Where a way charges, in the order of driving."""
    if not route.charge_stops:
        return
    print(f"\ncharging on way {number}")
    rows = [
        (
            _distance(stop.at_m),
            stop.place.name,
            _charge(stop.arrive),
            f"{stop.depart_soc:.0f} %",
            _minutes(stop.charge_s),
            _minutes(stop.wait_s) if stop.wait_s >= 60.0 else "",
            f"{stop.power_kw:.0f} kW",
            "" if stop.cost_eur is None else f"{stop.cost_eur:.2f} €",
            ", ".join(_advice(stop)),
        )
        for stop in route.charge_stops
    ]
    show_table(("AFTER", "STATION", "ARRIVE", "LEAVE", "CHARGE", "WAIT", "POWER", "COST", "ADVICE"), rows)
    if route.advised_kmh is not None:
        print(f"then not above {route.advised_kmh} km/h")


def _advice(stop: "ChargeStop") -> Iterator[str]:
    if stop.advised_kmh is not None:
        yield f"not above {stop.advised_kmh} km/h on the way there"
    if stop.precondition_m is not None:
        yield f"warm the battery {_distance(stop.precondition_m)} before"


def _charge(charge: "ArrivalCharge | None") -> str:
    """As ``31 % (25–37)``: expected, and within which bounds nine times out of ten."""
    return "" if charge is None else f"{charge.mean:.0f} % ({charge.low:.0f}–{charge.high:.0f})"


async def _go(nav: "Navigation", chosen: argparse.Namespace) -> None:
    place = await _place(nav, chosen)
    route = await nav.navigate_to(place, _options(chosen))
    if chosen.json:
        show_json(route.model_dump(mode="json"))
    else:
        print(
            f"to {_name(place)}: {_distance(route.metres)}, {_minutes(route.seconds + route.charge_s)} by "
            f"{route.via or 'small roads'}"
        )
        if route.warning:
            print(route.warning)
        _show_stops(1, route)

    if chosen.drive:
        await _drive(nav)


async def _drive(nav: "Navigation") -> None:
    """Have the emulated car drive the route until it has arrived, or a new route finds somebody else at the wheel.

    Raises `Failed` where there is no such car.
    """
    from carservices.api.navigation import Guidance, GuidanceState

    pilot = await _pilot(nav)

    def see(guidance: "Guidance | None") -> None:
        if guidance is not None and guidance.state is GuidanceState.ARRIVED:
            pilot.released.set()

    await pilot.start()
    watch = await nav.guidance.watch(see)
    try:
        await pilot.released.wait()
    finally:
        await watch.close()
        await pilot.stop()


async def _miss(nav: "Navigation", chosen: argparse.Namespace) -> None:
    await (await _pilot(nav)).miss_turn()
    if chosen.json:
        show_json({"missed": True})


async def _pilot(nav: "Navigation") -> "Pilot":
    """Between the navigation and the emulator."""
    from carservices.api.pilot import Pilot
    from carservices.bus.errors import CallError

    try:
        await nav.car.control("emulator", "status")
    except CallError as error:
        raise Failed(f"only an emulated car drives by itself (`carservices emulator`): {error.message}") from None
    return Pilot(nav.car)


async def _stop(nav: "Navigation", chosen: argparse.Namespace) -> None:
    await nav.cancel()
    if chosen.json:
        show_json({"stopped": True})


async def _status(nav: "Navigation", chosen: argparse.Namespace) -> None:
    states = {
        "maps": await nav.maps.last(),
        "position": await nav.position.last(),
        "route": await nav.route.last(),
        "guidance": await nav.guidance.last(),
    }
    if states["maps"] is None:
        raise Failed("the navigation service does not run: `carservices ps` shows its state")
    if chosen.json:
        show_json({name: state and state.model_dump(mode="json") for name, state in states.items()})
        return
    for word, told in await _told(nav):
        if told:
            print(f"{word:10}{told}")


async def _told(nav: "Navigation") -> list[tuple[str, str]]:
    """The state in lines of a word and what it is."""
    maps, here, route, guidance = (
        await nav.maps.last(),
        await nav.position.last(),
        await nav.route.last(),
        await nav.guidance.last(),
    )
    lines: list[tuple[str, str]] = []
    if maps:
        if maps.current or not maps.importing:
            lines.append(("map", f"{maps.current or 'none'}; engine {maps.engine or 'none'}: {maps.engine_reason}"))
        if maps.importing:
            building = maps.importing
            lines.append(("building", building.problem or f"{building.title}, {building.done:.0f} %"))
    if here:
        where = f"{here.lat:.6f},{here.lon:.6f} ±{here.accuracy_m:.0f} m"
        road = here.street or ("on a road" if here.on_road else "off the road")
        lines.append(("position", f"{where}, {road}, {here.speed_kmh:.0f} km/h, {here.source}"))
    if route and route.destination:
        lines.append(("to", _name(route.destination)))
        lines.append(("problem", route.problem or ""))
        lines.append(("notice", route.notice or ""))
    if guidance and guidance.remaining_m is not None and guidance.remaining_s is not None and guidance.eta is not None:
        eta = datetime.fromtimestamp(guidance.eta).strftime("%H:%M")
        rest = f"{_distance(guidance.remaining_m)}, {_minutes(guidance.remaining_s)}, there at {eta}"
        lines.append(("guidance", f"{guidance.state}: {rest}"))
        if guidance.stop_m is not None:
            lines.append(("charging", f"in {_distance(guidance.stop_m)} with {_charge(guidance.at_stop)}"))
        lines.append(("arrival", _charge(guidance.arrival)))
        turn = guidance.turn
        if turn:
            words = turn.kind.value.replace("_", " ")
            lines.append(("next", f"in {_distance(guidance.distance_m)} {words} {turn.street or ''}".rstrip()))
    if guidance:
        lines.append(("said", guidance.sentence.text if guidance.sentence else ""))
        lines.append(("message", guidance.message or ""))
    return lines


async def _place(nav: "Navigation", chosen: argparse.Namespace) -> "Place":
    """The best hit. Raises `Failed` when there is none."""
    text = " ".join(chosen.text)
    places = await nav.search(text, limit=1)
    if not places:
        raise Failed(NOWHERE.format(text))
    return places[0]


def _options(chosen: argparse.Namespace) -> "RouteOptions":
    from carservices.api.navigation import Avoid, ChargingWishes, Mode, Prefer, RouteOptions

    wishes = ChargingWishes(
        least=chosen.least,
        at_destination=chosen.arrive,
        prefer=Prefer(chosen.prefer),
        operators=frozenset(chosen.operator),
    )
    return RouteOptions(mode=Mode(chosen.mode), avoid=frozenset(map(Avoid, chosen.avoid)), charging=wishes)


def _name(place: "Place") -> str:
    return ", ".join(part for part in (place.name, place.address) if part) or f"{place.lat:.5f},{place.lon:.5f}"


def _distance(metres: float | None) -> str:
    if metres is None:
        return ""
    return f"{metres:.0f} m" if metres < 1000.0 else f"{metres / 1000.0:.1f} km"


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60.0)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


async def _wind(nav: "Navigation", chosen: argparse.Namespace) -> None:
    from carservices.api.navigation import Wind

    try:
        wind = Wind(speed_ms=chosen.speed_ms, comes_from=chosen.comes_from)
    except ValueError:
        raise Usage("a wind has 0 to 60 m/s and comes from 0 to 360 degrees; tell it so") from None
    await nav.tell_wind(wind)
    if chosen.json:
        show_json({"speed_ms": chosen.speed_ms, "comes_from": chosen.comes_from})


VERBS: dict[str, Callable[["Navigation", argparse.Namespace], Coroutine[Any, Any, None]]] = {
    "search": _search,
    "route": _route,
    "go": _go,
    "miss": _miss,
    "stop": _stop,
    "wind": _wind,
    "status": _status,
}
