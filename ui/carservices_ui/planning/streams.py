"""The streams of the navigation service, as the store knows them."""

from carservices.api.navigation import Navigation

POSITION, ROUTE, GUIDANCE, MAPS = (f"{Navigation.name}.{name}" for name in ("position", "route", "guidance", "maps"))
