"""What apps are told about the car around them: restrictions, units, language, theme and size of the display."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from carservices.api.appscreen import Display
from carservices.api.driving import Driving, DrivingState, Restriction
from carservices.api.state import StateFile
from carservices.app.rules import limits_told
from carservices.apphost.cuts import Rules
from carservices.bus import Car
from carservices.signals import Status, Value

HMI: Final = "Vehicle.Cabin.Infotainment.HMI"
UNITS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    f"{HMI}.DistanceUnit": {
        "KILOMETERS": {"length": "km", "consumption": "kWh/100km"},
        "MILES": {"length": "mi", "consumption": "kWh/100mi"},
    },
    f"{HMI}.SpeedUnit": {
        "KILOMETERS_PER_HOUR": {"speed": "km/h"},
        "MILES_PER_HOUR": {"speed": "mph"},
        "METERS_PER_SECOND": {"speed": "m/s"},
    },
    f"{HMI}.TemperatureUnit": {"C": {"temperature": "Celsius"}, "F": {"temperature": "Fahrenheit"}},
    f"{HMI}.TirePressureUnit": {"KPA": {"pressure": "kPa"}, "BAR": {"pressure": "bar"}, "PSI": {"pressure": "psi"}},
}
"""Signal → its value → quantity (`carservices.signals.units`) → unit."""
FILE: Final = "display.json"

log = logging.getLogger(__name__)


class Surroundings:
    """``on_change`` gets the part of the context that is another, ``on_rules`` hears that what may be shown is."""

    def __init__(
        self, file: StateFile, on_change: Callable[[Mapping[str, Any]], None], on_rules: Callable[[], None]
    ) -> None:
        self._file = file
        self._on_change = on_change
        self._on_rules = on_rules
        self._choices: dict[str, str] = {}
        self._display = self._read()
        self._context: dict[str, Any] = {}
        self.rules = Rules()

    def _read(self) -> Display:
        text = self._file.read()
        try:
            return Display.model_validate_json(text) if text else Display()
        except ValidationError as error:
            log.warning("%s is damaged (%s): the defaults count", self._file.path, error.errors()[0]["msg"])
            return Display()

    async def start(self, car: Car) -> None:
        self._update()
        await car.service(Driving).state.watch(self._on_driving)
        await car.watch([f"{HMI}.*Unit"], self._on_value)

    @property
    def language(self) -> str:
        return self._display.language

    def use(self, display: Display) -> None:
        """The shell shows things in another way; kept for apps that start before it does."""
        if display != self._display:
            self._display = display
            self._file.write(display.model_dump_json())
            self._update()

    def _on_driving(self, state: DrivingState | None) -> None:
        rules = Rules.of(state)
        if rules != self.rules:
            self.rules = rules
            self._update()
            self._on_rules()

    def _on_value(self, value: Value) -> None:
        if value.status is Status.AVAILABLE:
            self._choices[value.path] = str(value.value)
            self._update()

    def context(self) -> dict[str, Any]:
        """All of it."""
        units: dict[str, str] = {}
        for path, choices in UNITS.items():
            units |= choices.get(self._choices.get(path, ""), {})
        restrictions = self.rules.restrictions
        limited = bool(restrictions & Restriction.LIMIT_CONTENT)
        return {
            "language": self._display.language,
            "theme": self._display.theme,
            "width": self._display.width,
            "height": self._display.height,
            "units": units,
            "restrictions": int(restrictions),
            "limits": limits_told(self.rules.limits.depth if limited else None),
        }

    def _update(self) -> None:
        now = self.context()
        changes = {key: value for key, value in now.items() if self._context.get(key) != value}
        self._context = now
        if changes:
            self._on_change(changes)
