"""Hands the place of an appointment over to the car's navigation, in a car that has one."""

import inspect
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from agenda.ical import Event

CONTRACT: Final = "carservices.api.navigation"


def _wanted() -> tuple[str, ...] | None:
    """What ``navigation.navigate_to`` has to be given; None in a car without this call."""
    if find_spec(CONTRACT) is None:
        return None
    call = getattr(getattr(import_module(CONTRACT), "Navigation", None), "navigate_to", None)
    if call is None:
        return None
    parameters = list(inspect.signature(call).parameters.values())[1:]
    return tuple(p.name for p in parameters if p.default is inspect.Parameter.empty)


def destination(event: Event) -> dict[str, Any] | None:
    """The parameters of ``navigation.navigate_to``; None when it is not there, or needs what the event does not say."""
    wanted = _wanted()
    latitude, longitude = event.geo or (None, None)
    known = {"latitude": latitude, "longitude": longitude, "address": event.location or None, "name": event.summary}
    chosen = {name: known.get(name) for name in wanted or ()}
    return chosen if chosen and None not in chosen.values() else None
