"""How places, ways and charging stations are written: icons, titles, times, prices."""

import time
from collections.abc import Iterable
from datetime import datetime

from carservices.api.routes import ArrivalCharge, Charger, Connector, Place, RoutePreview
from carservices_ui.i18n import number, t
from carservices_ui.mapmarks import Mark
from carservices_ui.planning.charging import power
from carservices_ui.planning.names import named
from carservices_ui.planning.search import HOME, WORK
from carservices_ui.ui import Ui
from carservices_ui.units import NOTHING, percent

PIN = "location_on"
CATEGORIES = {
    HOME: "home",
    WORK: "work",
    "charging": "ev_station",
    "fuel": "local_gas_station",
    "parking": "local_parking",
    "restaurant": "restaurant",
    "fast_food": "restaurant",
    "cafe": "coffee",
    "bar": "mood",
    "supermarket": "shopping_cart",
    "bakery": "cake",
    "shop": "store",
    "hotel": "hotel",
    "camping": "bedtime",
    "hospital": "local_hospital",
    "doctor": "local_hospital",
    "pharmacy": "local_pharmacy",
    "bank": "payments",
    "post": "mail",
    "police": "shield",
    "town_hall": "groups",
    "school": "school",
    "library": "menu_book",
    "culture": "event",
    "sight": "photo_camera",
    "worship": "favorite",
    "sport": "sports_soccer",
    "park": "eco",
    "station": "commute",
    "airport": "send",
    "car_service": "car_repair",
    "rest_area": "coffee",
    "toilets": "wc",
    "rental": "car_rental",
}
"""Category → icon."""
CONNECTORS = {Connector.CCS: "CCS", Connector.TYPE2: "Type 2", Connector.CHADEMO: "CHAdeMO"}
EMPTY, LOW = 3.0, 10.0
"""Percent on arrival at the lower bound, below which it may not last, and below which it is a worry."""


def icon(place: Place) -> str:
    """The icon of its category, a pin for a place without one."""
    return CATEGORIES.get(place.category or "", PIN)


def title(place: Place) -> str:
    """Its name, else its address, else where it is."""
    return named(place) or f"{number(place.lat, 5)}, {number(place.lon, 5)}"


def address(place: Place) -> str:
    """Its address, unless that is its title."""
    return place.address if place.name else ""


def away(ui: Ui, metres: float | None) -> str:
    """How far it is, as one would say it."""
    return "" if metres is None else ui.units.way(metres)


def total(route: RoutePreview) -> float:
    """Seconds with charging, a minute at least."""
    return max(60.0, route.seconds + route.charge_s)


def clock(ui: Ui, seconds_ahead: float) -> str:
    """The time of day then."""
    then = datetime.fromtimestamp(time.time() + seconds_ahead)
    return ui.units.clock(then.hour, then.minute)


def charge(arrival: ArrivalCharge | None) -> str:
    """``62 %``."""
    return percent(max(0.0, arrival.mean)) if arrival is not None else NOTHING


def bounds(arrival: ArrivalCharge) -> str:
    """``58–66 %``, within which it lies with 90 %; empty where that is one number."""
    low, high = (number(min(100.0, max(0.0, value))) for value in (arrival.low, arrival.high))
    return "" if low == high else f"{low}–{high} %"


def charge_tone(arrival: ArrivalCharge) -> str:
    """The colour of a charge on arrival."""
    return "alert" if arrival.low < EMPTY else "heat" if arrival.low < LOW else "energy"


def kilowatts(kw: float) -> str:
    """``150 kW``."""
    return f"{number(kw)} kW"


def euros(amount: float | None) -> str:
    """``12.40 €``."""
    return NOTHING if amount is None else f"{number(amount, 2)} €"


def price(charger: Charger) -> str:
    """``0.61 € / kWh``."""
    return NOTHING if charger.eur_per_kwh is None else f"{number(charger.eur_per_kwh, 2)} € / kWh"


def free(charger: Charger) -> tuple[int | None, int]:
    """Plugs that are free (None: nobody says), and all of them."""
    known = [plugs.free for plugs in charger.plugs if plugs.free is not None]
    return (sum(known) if known else None), sum(plugs.count for plugs in charger.plugs)


def station_line(charger: Charger) -> str:
    """``150 kW  ·  3 of 5 free``."""
    open_plugs, plugs = free(charger)
    parts = [kilowatts(power(charger))]
    if charger.open_now is False:
        parts.append(t("nav.closed"))
    elif open_plugs is not None:
        parts.append(t("nav.free_of", free=open_plugs, n=plugs))
    else:
        parts.append(t("nav.plugs", n=plugs))
    return dotted(parts)


def station_tone(charger: Charger) -> str:
    """Green while one can charge there now, amber while all is taken, grey while it is closed."""
    if charger.open_now is False:
        return "text2"
    return "heat" if free(charger)[0] == 0 else "energy"


def mark(key: str, place: Place, tone: str, name: str = "", chosen: bool = False) -> Mark:
    """A place on the map."""
    return Mark(place.lat, place.lon, icon(place), tone, name=name, key=key, chosen=chosen)


def sentence(words: str) -> str:
    """Words that may stand for themselves: with a capital."""
    return words[:1].upper() + words[1:]


def dotted(parts: Iterable[str]) -> str:
    """Parts of a line with dots between them, without the empty ones."""
    return "  ·  ".join(part for part in parts if part)
