"""Electric trips on a drawn motorway: stops where the charge needs them, the driver's own, sentences, planning anew."""

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from carservices.api.navigation import Guidance, Place, Position, RouteOptions, RouteState
from carservices.api.routes import ChargingWishes, Connector, Mode, Prefer, RoutePreview
from carservices.api.state import StateFile
from carservices.services.navigation.chargers.site import Site, write_sites
from carservices.services.navigation.charging import Charging
from carservices.services.navigation.engine.base import RouteRequest, Via
from carservices.services.navigation.engine.roads import RoadEngine
from carservices.services.navigation.geo import along, bearing
from carservices.services.navigation.journey import Journey
from carservices.services.navigation.trips import inlet
from carservices.services.navigation.trips.conditions import CELLS, SOC, Conditions
from carservices.services.navigation.trips.corridor import Corridor
from carservices.services.navigation.trips.demand import Demand
from carservices.services.navigation.trips.detours import detours
from carservices.services.navigation.trips.energy import EnergyModel
from carservices.services.navigation.trips.ground import Ground
from carservices.services.navigation.trips.itinerary import Itinerary, Situation, Wanted
from carservices.services.navigation.trips.planner import FULL
from carservices.services.navigation.trips.stations import candidates
from carservices.services.navigation.trips.told import told
from carservices.services.navigation.trips.trip import Car, Trip
from carservices.services.navigation.trips.vehicle import NET_CAPACITY, Vehicle
from carservices.services.navigation.trips.warming import FAST, IDLE
from carservices.signals import Status, Value
from tests.unit.navigation.roads import at, town

KM = 600
STEP_KM = 10
NOON = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
WISHES = ChargingWishes()
START, END = at(0.0, 0.0), at(KM * 1000.0, 0.0)


@pytest.fixture(scope="module")
def motorway(tmp_path_factory: pytest.TempPathFactory) -> RoadEngine:
    """600 km of it, in both directions, with a junction and a short road to a car park each 10 km."""
    nodes = {k: (k * STEP_KM * 1000.0, 0.0) for k in range(KM // STEP_KM + 1)}
    parks = {100 + k: (k * STEP_KM * 1000.0, 300.0) for k in nodes}
    fast = {"highway": "motorway", "oneway": "no", "maxspeed": "130"}
    ways = {k + 1: ([k, k + 1], "A 1", fast) for k in range(KM // STEP_KM)}
    slips = {200 + k: ([k, 100 + k], f"Park {k}", {"highway": "tertiary"}) for k in nodes}
    shifted = {number + 1: place for number, place in (nodes | parks).items()}
    ways = {number: ([ref + 1 for ref in refs], *rest) for number, (refs, *rest) in (ways | slips).items()}
    return town(tmp_path_factory.mktemp("motorway"), shifted, ways)


def site(km: int, power: float = 150.0, busy: Sequence[int] = (0,) * 24, connector: Connector = Connector.CCS) -> Site:
    """A station of two plugs; ``busy``: percent in use by hour."""
    lat, lon = at(km * 1000.0, 300.0)
    return Site(f"s{km}", lat, lon, f"Park {km}", plugs=[(connector, power, 2)], eur_per_kwh=0.5, busy=bytes(busy) * 7)


def opened(engine: RoadEngine, folder: Path, sites: Sequence[Site]) -> SimpleNamespace:
    write_sites(folder / "chargers.sqlite", sites)
    return SimpleNamespace(roads=engine, engine=engine, stations=folder / "chargers.sqlite")


def car(soc: float, kwh: float = 58.0, cells_c: float = 25.0, conditions: Conditions = Conditions()) -> Situation:  # noqa: B008 - frozen
    model = EnergyModel(Vehicle(usable_kwh=kwh))
    told_of = {inlet.BRAND: "Volkswagen", inlet.MODEL: "ID.3", inlet.CONDITIONING: IDLE}
    fits = inlet.told(told_of, kwh, cells_c)
    return Situation(model, conditions, Car(kwh, soc, fits), NOON)


def wanted(*stops: tuple[float, float], wishes: ChargingWishes = WISHES) -> Wanted:
    return Wanted(RouteRequest(tuple(Via(*point) for point in (START, *stops, END)), alternates=2), wishes)


EVERY_40 = [site(km) for km in range(40, KM, 40)]


async def test_a_long_trip_charges_on_the_way_and_keeps_its_floors(motorway: RoadEngine, tmp_path: Path):
    trips = await Itinerary(opened(motorway, tmp_path, EVERY_40)).ways(wanted(), car(80.0))
    best = told(trips[0], "one")
    assert trips[0].sure
    assert 2 <= len(best.charge_stops) <= 5
    assert [stop.at_m for stop in best.charge_stops] == sorted(stop.at_m for stop in best.charge_stops)
    assert all(stop.arrive.low >= WISHES.least - 0.5 for stop in best.charge_stops)
    assert best.arrival is not None
    assert best.arrival.low >= WISHES.at_destination - 0.5
    taken = sum(stop.depart_soc - stop.arrive.mean for stop in best.charge_stops) * 0.58
    assert best.energy_kwh == pytest.approx((80.0 - best.arrival.mean) * 0.58 + taken, rel=0.01)
    assert best.cost_eur == pytest.approx(taken / 0.98 * 0.5, rel=0.01)
    points = best.charge
    assert all(a.at_m <= b.at_m and a.at_s <= b.at_s for a, b in itertools.pairwise(points))
    assert points[-1].at_m == pytest.approx(best.metres)
    assert points[-1].at_s == pytest.approx(best.seconds + best.charge_s, rel=0.001)


@pytest.mark.parametrize(("prefer", "order"), [(Prefer.TIME, 1), (Prefer.COST, -1)])
async def test_ways_to_choose_from_are_slower_and_cheaper_one_after_the_other(
    motorway: RoadEngine, tmp_path: Path, prefer: Prefer, order: int
):
    """The preferred one first."""
    asked = wanted(wishes=ChargingWishes(prefer=prefer))
    trips = await Itinerary(opened(motorway, tmp_path, EVERY_40)).ways(asked, car(80.0))
    ways = [told(trip, "one") for trip in trips][::order]
    assert len(ways) == 3
    for quick, cheap in itertools.pairwise(ways):
        assert quick.seconds + quick.charge_s < cheap.seconds + cheap.charge_s
        assert (quick.cost_eur or 0.0) > (cheap.cost_eur or 0.0)


async def test_hops_take_what_their_roads_take(motorway: RoadEngine):
    anchors = [motorway.anchor(START), motorway.anchor(END)]
    corridor = Corridor(motorway.roads, motorway.lines.costs(Mode.FASTEST).arc, anchors)
    at_80 = car(80.0)
    assert at_80.car is not None
    found = candidates(EVERY_40, corridor, motorway.anchor, at_80.car.inlet, NOON)
    assert {one.site.key for one in found} == {one.key for one in EVERY_40}
    corridor.narrow()
    hops = Ground(motorway.roads, corridor, found, [], anchors[1]).hops(anchors[0], at_80.model, at_80.conditions)
    for one, other in ((1, 4), (6, 2)):
        ends = [Via(found[k - 1].site.lat, found[k - 1].site.lon) for k in (one, other)]
        route = (await motorway.route(RouteRequest(tuple(ends))))[0]
        warm = dataclasses.replace(at_80.conditions, cabin_c=21.0, tyres_c=35.0)
        assert hops.metres[one, other] == pytest.approx(route.metres, rel=0.001)
        assert hops.legs.percent[0, one, other] * 0.58 == pytest.approx(
            at_80.model.along(route.edges, warm).spend().kwh, rel=0.06
        )
        assert (np.diff(hops.legs.percent[:, one, other]) < 0).all(), "driving slower saves energy"
        assert (np.diff(hops.legs.seconds[:, one, other]) > 0).all()


def test_a_place_beside_the_way_costs_the_way_to_it_and_back(motorway: RoadEngine):
    there_and_back = 2.0 * 300.0 * 3.6 / 80.0
    places = [at(80_000.0, 300.0), at(80_000.0, 500.0), at(5_000.0, 0.0), at(80_000.0, 20_000.0)]
    park, beyond, on_the_way, nowhere = detours(motorway, [START, END], places, frozenset())
    assert park == pytest.approx(there_and_back, abs=1.0)
    assert beyond == pytest.approx(there_and_back + 36.0, abs=1.0)
    assert (on_the_way, nowhere) == (0.0, None)


async def test_the_driver_s_own_stop_stays_between_charging_stops(motorway: RoadEngine, tmp_path: Path):
    trip = (await Itinerary(opened(motorway, tmp_path, EVERY_40)).ways(wanted(at(310_000.0, 300.0)), car(80.0)))[0]
    assert trip.sure
    assert trip.vias.count(None) == 1
    own = trip.vias.index(None)
    assert 0 < own < len(trip.vias) - 1
    metres = np.cumsum([leg.metres for leg in trip.route.legs])
    assert metres[own] == pytest.approx(310_000.0, rel=0.02)


@pytest.mark.parametrize(
    ("near", "first", "outside"),
    [(True, 0, 15.0), (False, 0, 15.0), (False, 3, -10.0), (False, 4, -10.0)],
    ids=str,
)
async def test_too_little_charge_to_leave_is_told_with_what_helps(
    motorway: RoadEngine, tmp_path: Path, near: bool, first: int, outside: float
):
    """In the cold, cells are warmed for the first station and give nothing back, and the cabin has to be heated."""
    itinerary = Itinerary(opened(motorway, tmp_path, EVERY_40[first:]))

    def at(soc: float) -> Situation:
        return car(soc, cells_c=outside, conditions=Conditions(outside_c=outside, soc=soc))

    trip = (await itinerary.ways(wanted(), at(9.0)))[0]
    assert not trip.sure
    assert trip.warning is not None
    assert "The charge of 9 % does not safely reach" in str(trip.warning)
    assert "Die Ladung von 9 % reicht nicht" in (told(trip, "one", "de").warning or "")
    words = str(trip.warning).split()
    enough = float(words[words.index("before") - 2])
    less = enough - 5.0 if near else enough
    again = (await itinerary.ways(wanted(), at(less)))[0]
    assert (again.sure and again.warning is None) is not near


async def test_a_nearly_empty_car_is_led_to_a_charger_first(motorway: RoadEngine, tmp_path: Path):
    trip = (await Itinerary(opened(motorway, tmp_path, EVERY_40)).ways(wanted(), car(19.0)))[0]
    assert trip.sure
    assert trip.stops[0].hop.arrive < WISHES.least
    assert all(stage.hop.arrive > stage.floor for stage in trip.stages)
    assert "The charge is low: go to Park 40 first, where at least" in (told(trip, "one").warning or "")


@pytest.mark.parametrize(
    ("sites", "sentence"),
    [
        ([], "no charging station with CCS or Type 2 that this trip could use"),
        ([site(40), site(560)], "no charger with CCS or Type 2 within 521 km beyond Park 40"),
        ([site(km, connector=Connector.CHADEMO) for km in range(40, KM, 40)], "no charging station with CCS or Type 2"),
    ],
)
async def test_a_trip_nobody_can_drive_says_why(motorway: RoadEngine, tmp_path: Path, sites: list[Site], sentence: str):
    trips = await Itinerary(opened(motorway, tmp_path, sites)).ways(wanted(), car(FULL))
    assert not trips[0].sure
    assert sentence in (told(trips[0], "one").warning or "")
    assert told(trips[0], "one").arrival is not None


async def test_only_stations_of_the_operators_wished_for_are_used(motorway: RoadEngine, tmp_path: Path):
    sites = [dataclasses.replace(one, operator="Voltessa" if k % 2 else "Kiloweg") for k, one in enumerate(EVERY_40)]
    itinerary = Itinerary(opened(motorway, tmp_path, sites))

    async def asked(*operators: str) -> RoutePreview:
        wishes = ChargingWishes(operators=frozenset(operators))
        return told((await itinerary.ways(wanted(wishes=wishes), car(80.0)))[0], "one")

    assert {stop.operator for stop in (await asked("voltessa")).charge_stops} == {"Voltessa"}
    assert {stop.operator for stop in (await asked("Kiloweg")).charge_stops} == {"Kiloweg"}
    assert "no charging station with CCS or Type 2 of Ampeer that" in ((await asked("Ampeer")).warning or "")


async def test_a_short_trip_needs_no_stop(motorway: RoadEngine, tmp_path: Path):
    near = Wanted(RouteRequest((Via(*START), Via(*at(90_000.0, 0.0)))), WISHES)
    trip = (await Itinerary(opened(motorway, tmp_path, EVERY_40)).ways(near, car(80.0)))[0]
    assert trip.sure
    assert trip.stops == ()
    assert told(trip, "one").warning is None


# -- on the way ------------------------------------------------------------------------------------------------------


class Drive:
    """A car with a journey to the end of the motorway; its clock runs as the test says."""

    def __init__(self, engine: RoadEngine, folder: Path, sites: Sequence[Site]) -> None:
        self.engine, self.now, self.clock = engine, 0.0, NOON
        self.ordered: list[tuple[str, str]] = []
        state = StateFile("navigation", "consumption.json", folder)
        self.charging = Charging(state, lambda: self.clock, lambda path, word: self.ordered.append((path, word)))
        self.charging.use(opened(engine, folder, sites))
        self.say(SOC, 80.0, NET_CAPACITY, 58)
        self.told: list[object] = []
        state = StateFile("navigation", "journey.json", folder)
        self.journey = Journey(state, self.told.append, self.charging.find)
        lat, lon = END
        self.journey.set_plan(Place(lat=lat, lon=lon), (), RouteOptions(alternates=0))

    def say(self, *pairs: object) -> None:
        """Signals and their values, one after the other."""
        for path, datum in zip(pairs[::2], pairs[1::2], strict=True):
            self.charging.take(Value(str(path), datum, 0, Status.AVAILABLE))

    async def look(self, place: tuple[float, float], course: float, passing_s: float, speed: float = 100.0) -> Guidance:
        """At a place, that many s later."""
        self.now += passing_s
        self.clock += timedelta(seconds=passing_s)
        lat, lon = place
        here = Position(lat=lat, lon=lon, bearing=course, speed_kmh=speed, accuracy_m=1.0, on_road=True, time=0)
        guidance = self.journey.update(here, self.engine, NOON.timestamp() + self.now)
        guidance = self.charging.live(guidance, self.journey, here, self.engine, self.now)
        await self.journey.settle()
        return guidance

    async def follow(self, until_km: float, soc: Callable[[float], float]) -> Guidance:
        """Along the route to a place from its start, with a charge over km."""
        line = self.trip.route.geometry
        marks = along(line)
        assert self.journey.guide is not None
        for m in np.arange(self.journey.guide.progress.along_m + 1.0, until_km * 1000.0, 300.0).tolist():
            k = min(len(line) - 2, max(0, int(np.searchsorted(marks, m)) - 1))
            share = (m - marks[k]) / max(1.0, marks[k + 1] - marks[k])
            place = tuple(a + (b - a) * share for a, b in zip(line[k], line[k + 1], strict=True))
            self.say(SOC, soc(m / 1000.0))
            guidance = await self.look((place[0], place[1]), bearing(line[k], line[k + 1]), 10.0)
        return guidance

    @property
    def trip(self) -> Trip:
        assert self.journey.trip is not None
        return self.journey.trip

    @property
    def state(self) -> RouteState:
        return self.journey.state()

    @property
    def next_station(self) -> str:
        station = self.trip.stops[0].station
        assert station is not None
        return station.site.name


def as_planned(trip: Trip) -> Callable[[float], float]:
    """Charge over km of the first stage, as the plan says."""
    first = trip.stages[0]
    return lambda km: 80.0 - (80.0 - first.hop.arrive) * km * 1000.0 / trip.end_m(first)


EVERY_20 = [site(km) for km in range(40, KM, 20)]


async def test_arrival_is_foretold_and_planned_stops_are_no_stops_of_the_driver(motorway: RoadEngine, tmp_path: Path):
    drive = Drive(motorway, tmp_path, EVERY_20)
    await drive.look(START, 90.0, 1.0)
    first, trip = drive.trip.stops[0], drive.trip
    guidance = await drive.follow(20.0, as_planned(trip))
    assert guidance.at_stop is not None
    assert guidance.at_stop.mean == pytest.approx(first.hop.arrive, abs=2.0)
    assert guidance.stop_m == pytest.approx(trip.end_m(first) - guidance.travelled_m, abs=1.0)
    assert guidance.arrival is not None
    assert guidance.arrival.mean == pytest.approx(trip.stages[-1].hop.arrive, abs=2.0)
    guide = drive.journey.guide
    assert guide is not None
    assert guidance.remaining_s is not None
    assert guidance.remaining_s > (guide.progress.seconds - guide.progress.seconds_at(20_000.0)) * 0.95 + trip.charge_s
    own = Place(lat=at(500_000.0, 0.0)[0], lon=at(500_000.0, 0.0)[1])
    drive.journey.set_plan(Place(lat=END[0], lon=END[1]), (own,), RouteOptions(alternates=0))
    await drive.look(START, 90.0, 1.0)
    behind = drive.trip.end_m(drive.trip.stops[0]) / 1000.0 + 1.0
    await drive.follow(behind, as_planned(drive.trip))
    assert len(drive.state.stops) == 1, "a charging stop that was passed is no stop of the driver"
    assert drive.trip.stops[0].station is not None


async def test_later_stages_are_reckoned_when_the_energy_is_and_not_at_each_beat(motorway: RoadEngine, tmp_path: Path):
    trip = (await Itinerary(opened(motorway, tmp_path, EVERY_40)).ways(wanted(), car(80.0)))[0]
    begin, later, behind = (trip.ahead(m, 80.0 - m / 4000.0) for m in (0.0, 9000.0, trip.end_m(trip.stages[0])))
    assert [stage for stage, _ in later] == [stage for stage, _ in begin] == list(trip.stages)
    assert [stage for stage, _ in behind] == list(trip.stages[1:])
    assert later[0][1].mean > begin[0][1].mean
    assert all(one is other for (_, one), (_, other) in zip(begin[1:], later[1:], strict=True))
    assert [charge.mean for _, charge in begin] == pytest.approx([stage.hop.arrive for stage in trip.stages], abs=0.1)
    heavy = EnergyModel(Vehicle(mass_kg=2500.0))
    fresh = dataclasses.replace(trip, demand=Demand(trip.route, heavy, Conditions()))
    assert all(more.mean < less.mean for (_, more), (_, less) in zip(fresh.ahead(0.0, 80.0), begin, strict=True))


async def test_another_station_when_the_next_one_fills_up_and_no_flapping(motorway: RoadEngine, tmp_path: Path):
    calm = Drive(motorway, tmp_path, EVERY_20)
    await calm.look(START, 90.0, 1.0)
    full = [site(int(one.key[1:]), busy=[0] * 14 + [100 * (one.name == calm.next_station)] * 10) for one in EVERY_20]
    (tmp_path / "full").mkdir()
    drive = Drive(motorway, tmp_path / "full", full)
    await drive.look(START, 90.0, 1.0)
    before = drive.next_station
    assert before == calm.next_station, "it is free at the hour of arrival"
    planned = as_planned(drive.trip)
    await drive.follow(60.0, planned)
    await drive.look(at(60_000.0, 0.0), 90.0, 2 * 3600.0)  # a long rest
    assert drive.next_station != before
    assert drive.state.notice == f"All plugs of {before} are busy: the next charging stop is {drive.next_station}."
    count = len(drive.told)
    await drive.follow(30.0, lambda km: planned(60.0 + km))
    assert len(drive.told) == count, "no flapping"


async def test_a_nearer_station_when_the_car_needs_more(motorway: RoadEngine, tmp_path: Path):
    drive = Drive(motorway, tmp_path, EVERY_20)
    await drive.look(START, 90.0, 1.0)
    planned, first = as_planned(drive.trip), drive.trip.end_m(drive.trip.stops[0])
    await drive.follow(40.0, planned)
    drive.say(SOC, 30.0)
    await drive.look(at(40_100.0, 0.0), 90.0, 10.0)
    await drive.follow(45.0, planned)
    assert drive.state.notice is None, "a moment's wrong figure"
    await drive.follow(60.0, lambda km: planned(km) - 20.0)
    assert "needs more energy than planned: the next charging stop is" in (drive.state.notice or "")
    assert 60_000.0 + drive.trip.end_m(drive.trip.stops[0]) < first


async def test_the_stops_stay_when_the_car_leaves_its_way(motorway: RoadEngine, tmp_path: Path):
    drive = Drive(motorway, tmp_path, EVERY_20)
    await drive.look(START, 90.0, 1.0)
    planned, station = as_planned(drive.trip), drive.next_station
    await drive.follow(30.0, planned)
    route = drive.trip.route
    for north in (60.0, 120.0, 180.0, 200.0):
        await drive.look(at(30_000.0, north), 0.0, 2.0)
    assert drive.trip.route is not route
    assert drive.next_station == station


async def test_a_plan_that_can_no_longer_be_kept_is_replaced_or_the_driver_told(motorway: RoadEngine, tmp_path: Path):
    drive = Drive(motorway, tmp_path, EVERY_20)
    await drive.look(START, 90.0, 1.0)
    await drive.follow(50.0, as_planned(drive.trip))
    drive.say(SOC, 24.0)
    for north in (60.0, 120.0, 180.0, 200.0):  # off its way with less than the next stop needs
        await drive.look(at(50_000.0, north), 0.0, 2.0)
    assert drive.trip.sure
    assert drive.trip.end_m(drive.trip.stops[0]) < 40_000.0
    assert "needs more energy than planned" in (drive.state.notice or "")
    drive.say(SOC, 2.0)
    for _ in range(4):
        guidance = await drive.look(at(50_000.0, 210.0), 0.0, 60.0)
    assert "charge to" in (guidance.message or "")


async def test_a_cold_battery_is_warmed_for_the_stop_and_no_longer(motorway: RoadEngine, tmp_path: Path):
    drive = Drive(motorway, tmp_path, EVERY_20)
    drive.say(CELLS, 12.0, inlet.CONDITIONING, IDLE)
    await drive.look(START, 90.0, 1.0)
    begin = told(drive.trip, "one").charge_stops[0]
    assert begin.precondition_m is not None
    first, demand = drive.trip.stages[0], drive.trip.demand
    assert demand is not None
    driving = drive.trip.percent(demand.stage(first.first, first.last, first.cap).kwh)
    warming = 80.0 - first.hop.arrive - driving
    assert 100.0 * (25.0 - 12.0 - 4.0) * 375e3 / 3.6e6 / 58.0 < warming < 100.0 * (25.0 - 12.0) * 375e3 / 3.6e6 / 58.0
    planned, start_km = as_planned(drive.trip), (begin.at_m - begin.precondition_m) / 1000.0
    await drive.follow(start_km - 5.0, planned)
    assert drive.ordered == []
    await drive.follow(start_km + 10.0, planned)
    assert drive.ordered == [(inlet.CONDITIONING, FAST)]
    drive.say(inlet.CONDITIONING, FAST, inlet.IS_CHARGING, True)
    await drive.look(at(begin.at_m, 300.0), 0.0, 1.0)
    assert drive.ordered[1:] == [(inlet.CONDITIONING, IDLE)]


async def test_a_route_found_before_the_charge_was_known_gets_its_stops(motorway: RoadEngine, tmp_path: Path):
    drive = Drive(motorway, tmp_path, EVERY_20)
    for _ in range(2):  # a further journey does not wait for the search of the one before
        drive.journey.set_plan(Place(lat=END[0], lon=END[1]), (), RouteOptions(alternates=0))
        drive.charging.take(Value(SOC, None, 0, Status.UNAVAILABLE))
        await drive.look(START, 90.0, 1.0)
        assert drive.trip.vias == ()
        drive.say(SOC, 80.0)
        await drive.look(START, 90.0, 1.0)
        assert drive.trip.stops


async def test_at_the_charger_what_is_ahead_counts_from_the_planned_charge(motorway: RoadEngine, tmp_path: Path):
    drive = Drive(motorway, tmp_path, EVERY_20)
    await drive.look(START, 90.0, 1.0)
    trip = drive.trip
    first = trip.stops[0]
    await drive.follow(trip.end_m(first) / 1000.0 + 0.1, as_planned(trip))
    drive.say(inlet.IS_CHARGING, True)
    place = trip.route.geometry[trip.route.legs[first.last].end_index]
    guidance = await drive.look(place, 0.0, 60.0, speed=0.0)
    after = trip.stages[1].hop
    assert guidance.at_stop is not None
    assert guidance.at_stop.mean == pytest.approx(after.arrive, abs=1.5)
    longer = await drive.look(place, 0.0, 600.0, speed=0.0)
    assert longer.delay_s == pytest.approx(guidance.delay_s, abs=1.0), "charging as planned is no delay"
    assert drive.trip is trip
