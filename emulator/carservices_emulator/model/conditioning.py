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
TARGETS = {"INACTIVE": 0.0, "DRIVING_PREPARATION": 15.0, "FAST_CHARGING_PREPARATION": 25.0}
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

    def step(self, battery: TractionBattery, ambient: float, *, available: bool, fast_charging: bool) -> None:
        """Decide this second's heat and power."""
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
        if battery.spec.cooling != "liquid":
            return
        wanted = self.target if self.mode != "INACTIVE" else TARGETS["INACTIVE"]
        if self.mode == "DRIVING_PREPARATION":
            wanted = min(wanted, TARGETS[self.mode])
        if fast_charging:
            wanted = WARM_ENOUGH
        if self.mode == "INACTIVE" and not fast_charging:
            return
        share = clamp((wanted - battery.temperature) / BAND, 0.0, 1.0)
        self.heat = self.power = HEATER * share
