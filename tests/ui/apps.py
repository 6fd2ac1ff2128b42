"""Apps as the app host lists them, for the tests of the apps page."""

from datetime import date, timedelta

from carservices.api.appstatus import About, AppState, AppStatus, Catalog, HeldBack, Sandbox, SandboxLevel
from carservices.api.permissions import Asked, Decision, Level, Permission, Question, Usage

TYRES = AppStatus(
    id="org.carservices.tyres",
    name={"en": "Tyres & care", "de": "Reifen & Pflege"},
    version="1.0.0",
    category="utility",
    state=AppState.RUNNING,
    sandbox=Sandbox(level=SandboxLevel.STRONG),
    grants=("tyres",),
)
RADIO = AppStatus(
    id="org.example.radio", name={"en": "Radio"}, version="2.1.0", category="media", builtin=False,
    state=AppState.DISABLED, last_error="it crashed three times: division by zero in radio.py",
)  # fmt: skip
WEATHER = AppStatus(
    id="org.example.weather", name={"en": "Weather"}, version="0.9.0", category="weather", builtin=False,
    held_back=(HeldBack(permission="tyres", coalesced=30, drops=2, refused=1),),
)  # fmt: skip
CATALOG = Catalog(apps=(TYRES, RADIO, WEATHER))

READ_TYRES = Permission(
    id="tyres",
    level=Level.NORMAL,
    group="vehicle",
    sentence={"en": "Read the tyre pressures", "de": "Den Reifendruck lesen"},
    reasons=({"en": "Shows the pressure of each tyre and warns when one is low"},),
    scopes=("read:Vehicle.Chassis.Axle.**",),
    decision=Decision.GRANTED,
    used_today=12,
)
LOCATION = Permission(
    id="location",
    level=Level.DANGEROUS,
    group="location",
    sentence={"en": "Read where the car is and how fast it goes"},
    reasons=({"en": "Finds the weather where you are", "de": "Findet das Wetter, wo du bist"},),
    scopes=("read:Vehicle.CurrentLocation.**",),
    decision=Decision.ASK,
)
PERMISSIONS = {TYRES.id: [READ_TYRES], RADIO.id: [], WEATHER.id: [LOCATION, READ_TYRES]}


def usage(app):
    """What the app host has counted: the tyres today, yesterday and a week ago, and a refusal."""
    today = date.today()
    counts = ((0, 12, 0), (1, 72, 1), (6, 0, 2), (7, 999, 999)) if app == WEATHER.id else ()
    return [
        Usage(permission="tyres", day=(today - timedelta(days=back)).isoformat(), used=used, denied=denied)
        for back, used, denied in counts
    ]


ABOUT = About(size=182_000, data=2_400_000, publisher="example", previous="2.0.0")


def asked(*, parked, number=1):
    """A question of the weather app."""
    question = Question(id=number, app=WEATHER.id, name=WEATHER.name, permission=LOCATION)
    return Asked(question=question, driver_may_answer=parked)
