"""12 V system: lead-acid battery, DC/DC converter and the consumers behind it."""

import math

from carservices_emulator.tables import clamp

CONVERTER_EFFICIENCY = 0.92
"""DC/DC converters of 2–3 kW at a tenth of their load (data sheets: 0.90–0.94)."""
CONVERTER_POWER = 2200.0
"""W the converter gives at most."""
TARGET_VOLTAGE = 14.2
"""V the converter holds (absorption voltage of AGM batteries at 25 °C)."""
EMPTY_VOLTAGE, FULL_VOLTAGE = 11.8, 12.8
"""V without load (six lead-acid cells)."""
RESISTANCE = 0.006
ACCEPTANCE = 0.08
"""Ω that limit the charging current: electrolyte and cables together."""
QUIESCENT = 0.3
"""W of a sleeping car: 25 mA."""
ACCESSORIES = 60.0
"""W of head unit and screens in ACC."""
AWAKE = 60.0
"""W of the control units and pumps that a charge keeps awake."""


class LowVoltage:
    """The small battery; ``current`` is positive when it is charged."""

    def __init__(self, capacity: float, charge: float = 0.92) -> None:
        self.capacity = capacity * 3600.0
        self.charge = charge
        self.resistance = RESISTANCE
        self.converter_limit = CONVERTER_POWER
        self.current = 0.0
        self.voltage = FULL_VOLTAGE
        self.converter_input = 0.0
        self.converter_loss = 0.0
        self.load = 0.0
        self.stored = 0.0
        """J put into the battery since the start, losses in it included."""

    def weaken(self) -> None:
        """An old battery (a third of the capacity, twenty times the resistance) and a converter that cannot keep up."""
        self.converter_limit = 100.0
        self.capacity /= 3.0
        self.resistance = RESISTANCE * 20.0
        self.charge = min(self.charge, 0.35)

    def renew(self, capacity: float) -> None:
        """A fresh battery of ``capacity`` Ah."""
        self.capacity = capacity * 3600.0
        self.resistance = RESISTANCE
        self.converter_limit = CONVERTER_POWER
        self.charge = 0.92

    def step(self, dt: float, load: float, *, converter: bool) -> None:
        """Feed ``load`` W for ``dt`` s, from the converter when the high-voltage side is on, else from the battery."""
        open_circuit = EMPTY_VOLTAGE + (FULL_VOLTAGE - EMPTY_VOLTAGE) * self.charge
        self.load = load
        available = self.converter_limit if converter else 0.0
        if load < available:
            wish = (TARGET_VOLTAGE - open_circuit) / ACCEPTANCE * (1.0 - self.charge) * 4.0
            self.current = clamp(wish, 0.0, min(40.0, (available - load) / TARGET_VOLTAGE))
            self.voltage = TARGET_VOLTAGE - 0.001 * self.current
        elif self.charge > 0.0:
            self.current = (available - load) / open_circuit
            self.voltage = open_circuit + self.current * self.resistance
        else:  # flat: the consumers, ohmic, share what the converter has
            self.current = 0.0
            self.voltage = open_circuit * math.sqrt(available / load)
        output = min(available, load + max(0.0, self.voltage * self.current))
        self.converter_input = output / CONVERTER_EFFICIENCY
        self.converter_loss = self.converter_input - output
        self.charge = clamp(self.charge + self.current * dt / self.capacity, 0.0, 1.0)
        self.stored += self.voltage * self.current * dt
