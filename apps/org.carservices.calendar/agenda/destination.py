"""Hands the place of an appointment over to the car's navigation."""

from typing import Any, Final

from agenda.ical import Event
from carservices.app import App, CallError, CarError

SECONDS: Final = 30.0
"""For a way across the country."""


def has_place(event: Event) -> bool:
    """It says where it is, and that is no address of the web."""
    return event.geo is not None or (bool(event.location) and "://" not in event.location)


async def lead(app: App, event: Event) -> str:
    """Guide to the place of an event; returns what to tell the person."""
    try:
        place = await _place(app, event)
        if place is None:
            return app.t("lead.unknown")
        await app.car.call("navigation", "navigate_to", {"destination": place}, timeout=SECONDS)
    except (CallError, CarError) as error:
        app.log.warning("no way to %s: %s", event.location or event.geo, error)
        return app.t("lead.refused")
    return app.t("lead.done", place=place.get("address") or place["name"])


async def _place(app: App, event: Event) -> dict[str, Any] | None:
    """As `carservices.api.routes.Place` has it; an address is what the map finds first."""
    if event.geo is not None:
        latitude, longitude = event.geo
        return {"lat": latitude, "lon": longitude, "name": event.summary, "address": event.location}
    asked = {"text": " ".join(event.location.split()), "limit": 1, "language": app.context.language}
    found: list[dict[str, Any]] = await app.car.call("navigation", "search", asked)
    return found[0] if found else None
