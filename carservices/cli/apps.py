"""`carservices apps`: what the apps of the running car do, and what they may."""

import argparse
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carservices.cli.common import Failed, add_json, add_run_dir, parser, show_json, show_table, with_car

if TYPE_CHECKING:
    from carservices.api.apps import Apps
    from carservices.api.appstatus import AppStatus, HeldBack
    from carservices.api.people import Profiles
    from carservices.bus import Car

NETWORK = "network:"
NO_HOST = "the app host does not run: `carservices ps` shows its state"
HEAD = ("APP", "VERSION", "STATE", "SANDBOX", "CPU %", "MB", "MESSAGES", "DROPS", "DENIED", "GRANTS", "LAST ERROR")
VERBS = {
    "open": ("bring one to the front", ("app",)),
    "close": ("end one", ("app",)),
    "enable": ("let one start again that crashed too often", ("app",)),
    "grant": ("give it a permission that it asks for", ("app", "permission")),
    "revoke": ("take a permission away; a running app starts again without it", ("app", "permission")),
    "clear": ("delete all that one has stored", ("app",)),
    "rescan": ("look for bundles again", ()),
}
"""Verb → what it does, and its arguments."""
CALLS = {"clear": "clear_data"}
"""Verbs whose call has another name."""


def main(arguments: list[str]) -> int:
    """List the apps, or do something with one."""
    options = parser("apps", "The apps of the running car.")
    verbs = options.add_subparsers(dest="verb", metavar="VERB")
    for verb, words in {
        "list": "all apps: state, sandbox, what they take and what went wrong",
        "permissions": "what one asks for, why, and how it stands",
        "usage": "what one used and was refused, by day",
        "profile": "who there is and who drives; with a NAME that person drives from now on",
    }.items():
        shown = verbs.add_parser(verb, help=words)
        if verb == "profile":
            shown.add_argument("name", nargs="?", metavar="NAME")
        elif verb != "list":
            shown.add_argument("app")
        add_json(shown)
        add_run_dir(shown)
    for verb, (words, names) in VERBS.items():
        done = verbs.add_parser(verb, help=words)
        for name in names:
            done.add_argument(name)
        add_run_dir(done)
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments = ["list", *arguments]
    chosen = options.parse_args(arguments)
    work: Callable[[Apps, argparse.Namespace], Coroutine[Any, Any, None]] = SHOW.get(chosen.verb, _do)

    async def connected(car: "Car") -> int:
        from carservices.api.apps import Apps

        await work(car.service(Apps), chosen)
        return 0

    return with_car(chosen.run_dir, connected)


async def _do(apps: "Apps", chosen: argparse.Namespace) -> None:
    names = VERBS[chosen.verb][1]
    await getattr(apps, CALLS.get(chosen.verb, chosen.verb))(*(getattr(chosen, name) for name in names))


async def _list(apps: "Apps", chosen: argparse.Namespace) -> None:
    catalog = await apps.apps.last()
    if catalog is None:
        raise Failed(NO_HOST)
    if chosen.json:
        show_json(catalog.model_dump(mode="json"))
        return
    show_table(HEAD, [_row(app) for app in catalog.apps])
    for app in catalog.apps:
        for one in app.held_back:
            print(f"held back: {app.id}: {one.permission}: {_held_back(one)}")
    missing = {words: None for app in catalog.apps if app.sandbox for words in app.sandbox.missing}
    for words in missing:
        print(f"sandbox: {words}")
    for problem in catalog.problems:
        print(f"not usable: {problem}")


def _row(app: "AppStatus") -> tuple[object, ...]:
    counters = app.counters
    return (
        app.id,
        app.version,
        app.state,
        app.sandbox.level if app.sandbox else None,
        None if app.cpu is None else f"{app.cpu:.1f}",
        None if app.rss is None else f"{app.rss / 1e6:.0f}",
        counters.received + counters.sent or None,
        counters.drops or None,
        counters.denied or None,
        _grants(app),
        app.last_error,
    )


def _held_back(one: "HeldBack") -> str:
    counts = {"overtaken by its rate": one.coalesced, "not read": one.drops, "requests beyond its budget": one.refused}
    return ", ".join(f"{count} {words}" for words, count in counts.items() if count)


def _grants(app: "AppStatus") -> str | None:
    """Its permissions; of the hosts it may reach only how many they are, which `apps permissions` lists."""
    names = [name for name in app.grants if not name.startswith(NETWORK)]
    hosts = len(app.grants) - len(names)
    return " ".join([*names, *([f"{NETWORK}{hosts}"] if hosts else [])]) or None


async def _permissions(apps: "Apps", chosen: argparse.Namespace) -> None:
    permissions = await apps.permissions(chosen.app)
    if chosen.json:
        show_json([one.model_dump(mode="json") for one in permissions])
        return
    rows = [
        (
            *(one.id, one.level, one.decision, one.used_today or None, one.sentence["en"]),
            "; ".join(reason["en"] for reason in one.reasons),
        )
        for one in permissions
    ]
    show_table(("PERMISSION", "LEVEL", "DECISION", "TODAY", "WHAT IT ALLOWS", "WHY"), rows)


async def _usage(apps: "Apps", chosen: argparse.Namespace) -> None:
    usage = await apps.usage(chosen.app)
    if chosen.json:
        show_json([one.model_dump(mode="json") for one in usage])
        return
    rows = [
        (one.day, one.permission, one.used, one.denied, one.last and f"{datetime.fromtimestamp(one.last):%H:%M}")
        for one in usage
    ]
    show_table(("DAY", "PERMISSION", "USED", "DENIED", "LAST"), rows)


async def _profile(apps: "Apps", chosen: argparse.Namespace) -> None:
    people = await apps.profiles.last()
    if people is None:
        raise Failed(NO_HOST)
    if chosen.name is not None:
        wanted = _find(people, chosen.name)
        await apps.use_profile(wanted)
        people = people.model_copy(update={"active": wanted})
    if chosen.json:
        show_json(people.model_dump(mode="json"))
        return
    rows = [(one.id, one.name or None, "drives" if one.id == people.active else None) for one in people.profiles]
    show_table(("PROFILE", "NAME", "STATE"), rows)


def _find(people: "Profiles", name: str) -> str:
    """The id of the person of this name, or with this id."""
    called = [one.id for one in people.profiles if one.name.casefold() == name.casefold()]
    if matches := called or [one.id for one in people.profiles if one.id == name]:
        return matches[0]
    there = ", ".join(one.name or one.id for one in people.profiles)
    raise Failed(f"nobody is called '{name}'; there are {there}. Settings, Driver in the cockpit adds people")


SHOW = {"list": _list, "permissions": _permissions, "usage": _usage, "profile": _profile}
