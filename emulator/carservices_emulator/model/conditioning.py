"""Battery conditioning: heat before fast charging and in the cold, cooling when hot."""

from carservices_emulator.model.battery import TractionBattery
from carservices_emulator.tables import clamp

HEATER, CHILLER = 4000.0, 4500.0
"""W of heat a coolant heater gives and a chiller takes."""
CHILLER_COP = 2.6
FAN = 300.0
"""W of heat an air-cooled pack loses to its fan per 10 K."""
WARM_ENOUGH, TOO_WARM = 25.0, 33.0
"""°C: where cold no longer limits charging, and where cooling starts."""
FOR_DRIVING = 15.0
"""°C from which a cell gives its full power and takes most of the regeneration."""
FOR_CHARGING = -15.0
"""°C below which a cell takes next to nothing, so that a charge at any station begins with heating."""
BAND = 4.0
"""K of a proportional band."""


class Conditioning:
    """Controller and actuators of the coolant loop."""

    def __init__(self) -> None:
        self.mode = "INACTIVE"
        self.target = 25.0
        self.power = 0.0
        """W of electricity."""
        self.heat = 0.0
        """W into the pack, negative when it cools."""

    @property
    def active(self) -> bool:
        return self.heat != 0.0

    def step(self, battery: TractionBattery, ambient: float, *, available: bool, charging: str | None) -> None:
        """Decide this second's heat and power; ``charging`` at an "ac" or a "dc" station, or not."""
        self.heat = self.power = 0.0
        if not available:
            return
        if battery.temperature > TOO_WARM:
            share = clamp((battery.temperature - TOO_WARM) / BAND, 0.0, 1.0)
            if battery.spec.cooling == "liquid":
                self.heat = -CHILLER * share
                self.power = CHILLER * share / CHILLER_COP
            else:
                self.heat = -FAN * max(0.0, battery.temperature - ambient) / 10.0
                self.power = 60.0 * share
            return
        wanted = self._wanted(charging)
        if wanted is not None and battery.spec.cooling == "liquid":
            self.heat = self.power = HEATER * clamp((wanted - battery.temperature) / BAND, 0.0, 1.0)

    def _wanted(self, charging: str | None) -> float | None:
        """°C to heat to, if at all."""
        if charging == "dc":
            return WARM_ENOUGH
        prepared = {
            "FAST_CHARGING_PREPARATION": self.target,
            "DRIVING_PREPARATION": min(self.target, FOR_DRIVING),
        }.get(self.mode)
        return FOR_CHARGING if charging and prepared is None else prepared
