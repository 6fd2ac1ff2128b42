"""The streams that several parts of the shell show, as the store knows them."""

from carservices.api.audio import Audio
from carservices.api.energy import Energy
from carservices.api.navigation import Navigation
from carservices.api.speech import Speech

POSITION, ROUTE, GUIDANCE, MAPS = (f"{Navigation.name}.{name}" for name in ("position", "route", "guidance", "maps"))
AUDIO, SPEECH = f"{Audio.name}.state", f"{Speech.name}.state"
TRIP = f"{Energy.name}.trip"
