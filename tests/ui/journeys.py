"""What the navigation service says of a small town, and a cockpit in which one plans with it."""

from carservices.api.navigation import Category, Guidance, GuidanceState, Navigation, Position, RouteState
from carservices.api.polyline import encode
from carservices.api.routes import (
    ArrivalCharge,
    ChargePoint,
    Charger,
    ChargerFilter,
    ChargeStop,
    Connector,
    ManeuverKind,
    Place,
    Plugs,
    RouteOptions,
    RoutePreview,
    Turn,
)
from carservices_ui.planning import Page
from carservices_ui.restrictions import STREAM as DRIVING
from carservices_ui.store import Outcome
from carservices_ui.streams import GUIDANCE, POSITION, ROUTE
from carservices_ui.widgets import Text
from tests.ui.fitting import of_kind
from tests.ui.states import PARKED

LINE = ((53.55, 13.25), (53.56, 13.25), (53.56, 13.27))
GEOMETRY = encode(LINE)
HERE = Position(lat=53.55, lon=13.25, bearing=0.0, speed_kmh=0.0, accuracy_m=3.0, time=0)
CAFE = Place(
    lat=53.56, lon=13.26, name="Café am Markt", address="Marktplatz 1", category="cafe", distance_m=1290.0, id="n1"
)
HOUSE = Place(lat=53.57, lon=13.25, name="Ringstraße 12", address="17033 Neubrandenburg", distance_m=2224.0, id="n2")
STATION = Charger(
    place=Place(lat=53.561, lon=13.26, name="Voltessa 7 (synthetic)", category="charging", id="cs7"),
    operator="Voltessa (synthetic)",
    plugs=(
        Plugs(connector=Connector.CCS, power_kw=150.0, count=4, free=1),
        Plugs(connector=Connector.TYPE2, power_kw=22.0, count=2, free=2),
    ),
    eur_per_kwh=0.61,
    opening_hours="24/7",
    open_now=True,
    synthetic=True,
)
CATEGORIES = [Category(key="cafe", name="Café", count=25), Category(key="parking", name="Parking", count=300)]


def soc(mean, spread=3.0):
    return ArrivalCharge(mean=mean, low=mean - spread, high=mean + spread)


def way(identity, **more):
    facts = {"metres": 2438.0, "seconds": 360.0, "via": "Ring, Markt", "energy_kwh": 0.5, "arrival": soc(62.0)}
    return RoutePreview(**{"id": identity, "geometry": GEOMETRY, **facts, **more})


SHORT, SLOW = way("r1"), way("r2", seconds=720.0, arrival=soc(9.0), warning="The charge may not last.", tolls=True)
LONG = way(
    "r3",
    metres=400_000.0,
    seconds=14_400.0,
    charge_s=1500.0,
    cost_eur=21.5,
    charge_stops=(
        ChargeStop(
            place=STATION.place,
            at_m=200_000.0,
            arrive=soc(12.0),
            depart_soc=70.0,
            charge_s=1500.0,
            power_kw=98.0,
            station_kw=150.0,
            cost_eur=21.5,
            advised_kmh=120,
            precondition_m=18_000.0,
        ),
    ),
    charge=(
        ChargePoint(at_m=0.0, at_s=0.0, charge=soc(80.0, 0.0)),
        ChargePoint(at_m=200_000.0, at_s=7200.0, charge=soc(12.0)),
        ChargePoint(at_m=200_000.0, at_s=8700.0, charge=soc(70.0, 0.0)),
        ChargePoint(at_m=400_000.0, at_s=15_900.0, charge=soc(20.0)),
    ),
    arrival=soc(20.0),
)
TURNS = (
    Turn(kind=ManeuverKind.START, lat=53.55, lon=13.25, street="Ring"),
    Turn(kind=ManeuverKind.RIGHT, lat=53.56, lon=13.25, street="Markt"),
    Turn(kind=ManeuverKind.DESTINATION, lat=53.56, lon=13.27),
)
JOURNEY = RouteState(destination=HOUSE, stops=(CAFE,), route=SHORT, turns=TURNS)
GUIDED = Guidance(state=GuidanceState.DRIVING, turn=TURNS[1], distance_m=400.0)
HOME = HOUSE.model_copy(update={"id": "favourite-1", "category": "home", "name": "Hof"})
STAR = CAFE.model_copy(update={"id": "favourite-2"})


class Journey:
    """A cockpit on the navigation screen, and a service that answers when told to."""

    def __init__(self, driver):
        self.driver = driver
        self.plan = driver.cockpit.ui.plan
        driver.store.put_link(True)
        self.forget()

    def forget(self):
        """As a journey begins: parked, nothing asked, found or chosen."""
        search, routes, charging = self.plan.search, self.plan.routes, self.plan.charging
        self.plan.close()
        search.clear()
        routes.options, charging.wanted = RouteOptions(), ChargerFilter()
        charging.shown = charging.reaching = False
        for asking in (search.favourites, search.recents, charging.near, charging.along, charging.details):
            asking.forget()
        for stream, state in ((DRIVING, PARKED), (POSITION, HERE), (ROUTE, RouteState()), (GUIDANCE, None)):
            self.driver.store.put_stream(stream, state)
        self.driver.frames(2)
        self.driver.car.calls.clear()

    def speak(self, language):
        self.driver.cockpit.ui.preferences.language = language
        self.driver.cockpit.restyle()
        self.driver.frames(4)

    def put(self, stream, state):
        self.driver.store.put_stream(stream, state)
        self.driver.frames(2)

    @property
    def sheet(self):
        return self.driver.cockpit.screen.sheet

    def asked(self, method):
        return [
            arguments
            for contract, name, arguments, _ in self.driver.car.calls
            if (contract, name) == (Navigation, method)
        ]

    def answer(self, method, result=None, reason=None):
        """End every call of a method that waits."""
        calls = self.driver.car.calls
        waiting = [call for call in calls if call[1] == method]
        for call in waiting:
            calls.remove(call)
            call[3](Outcome(True, result) if reason is None else Outcome(False, reason=reason))
        assert waiting, f"nobody asked {method}"
        self.driver.frames(2)
        return waiting[-1][2]

    def tap(self, widget):
        self.driver.tap(widget)

    def open(self, page):
        self.plan.open(page)
        self.driver.frames(2)

    def words(self):
        return [text.text for text in of_kind(self.sheet, Text)]

    def search(self, favourites=(), recents=()):
        self.open(Page.SEARCH)
        self.answer("categories", CATEGORIES)
        self.answer("favourites", list(favourites))
        self.answer("recents", list(recents))

    def routes(self, *ways):
        self.plan.go(HOUSE)
        self.driver.frames(2)
        self.answer("preview", list(ways))
