"""Traction battery: open-circuit voltage behind a resistance, with charge, heat, ageing and limits."""

import math

from carservices_emulator.profile import Battery
from carservices_emulator.tables import Curve, clamp

OPEN_CIRCUIT = Curve(
    zip(
        (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1),
        (3.30, 3.42, 3.48, 3.55, 3.60, 3.64, 3.69, 3.78, 3.88, 3.97, 4.06, 4.17),
        strict=True,
    )
)
"""V of one cell by usable state of charge: NMC/graphite, the shape of Chen et al. 2020 (J. Electrochem. Soc. 167)."""
ACTIVATION = 2405.0
"""K: R(T) follows Arrhenius with 20 kJ/mol (Waag et al. 2013, Applied Energy 102)."""
SPECIFIC_HEAT = 1000.0
"""J/(kg K) of a pack (Bernardi et al. 1985; cells 900–1050)."""
AMBIENT_LOSS = 8.0
"""W/K from the pack to the air around it."""
CHARGE_BY_TEMPERATURE = Curve(
    [
        (-25, 0.0),
        (-20, 0.03),
        (-10, 0.12),
        (0, 0.32),
        (10, 0.62),
        (20, 0.92),
        (25, 1.0),
        (42, 1.0),
        (50, 0.6),
        (58, 0.0),
    ]
)
"""Share of the charge power a cell may take: below 25 °C lithium plating limits it, above 42 °C ageing."""
DISCHARGE_BY_TEMPERATURE = Curve([(-30, 0.2), (-20, 0.4), (-10, 0.6), (0, 0.8), (10, 1.0), (48, 1.0), (60, 0.0)])
"""Share of the discharge power by temperature in °C."""
REGEN_BY_CHARGE = Curve([(0, 1.0), (0.88, 1.0), (0.97, 0.25), (1.0, 0.0)])
"""Share of the regeneration power by usable state of charge."""
DISCHARGE_BY_CHARGE = Curve([(0, 0.0), (0.02, 0.15), (0.1, 0.7), (0.2, 1.0), (1, 1.0)])
"""Share of the discharge power by usable state of charge: voltage sag."""
CALENDAR_LIFE = 20.0 * 365.25 * 86400.0
"""s until 20 % are lost at 25 °C (calendar ageing, √t law linearised)."""
CYCLE_LIFE = 1500.0
"""Full equivalent cycles until 20 % are lost."""


class TractionBattery:
    """State of charge counts usable energy (0–1), by coulombs; positive current discharges."""

    def __init__(self, battery: Battery, charge: float, temperature: float, health: float = 1.0) -> None:
        self.spec = battery
        self.charge = charge
        self.temperature = temperature
        self.health = health
        self.spread = 0.6
        """K between the coolest and the warmest cell."""
        self.current = 0.0
        self.power = 0.0
        """W at the terminals, positive when discharging."""
        self.heat = 0.0
        self.resistance = battery.resistance
        self.discharge_limit = 0.0
        self.regen_limit = 0.0
        self.charged = 0.0
        self.consumed = 0.0
        """J through the terminals in each direction since new."""
        self._energy_per_volt = OPEN_CIRCUIT.integral(1.0) * battery.cells_in_series
        self.capacity = 0.0
        self.refresh()

    @property
    def energy(self) -> float:
        """J stored above the lower end of the usable window."""
        return self.capacity * self.spec.cells_in_series * OPEN_CIRCUIT.integral(self.charge)

    @property
    def open_circuit(self) -> float:
        """V of the pack without load."""
        return OPEN_CIRCUIT(self.charge) * self.spec.cells_in_series

    @property
    def voltage(self) -> float:
        """V at the terminals."""
        return self.open_circuit - self.current * self.resistance

    @property
    def absolute_charge(self) -> float:
        """State of charge of the gross capacity (0–1); two thirds of the hidden part lie below the usable window."""
        usable = self.spec.usable / self.spec.gross
        return (1.0 - usable) * 2.0 / 3.0 + usable * self.charge

    @property
    def coolest(self) -> float:
        return self.temperature - 0.5 * self.spread

    @property
    def warmest(self) -> float:
        return self.temperature + 0.5 * self.spread

    def refresh(self) -> None:
        """Recompute what moves slowly: capacity, resistance and the power limits; once a second is enough.

        R = R₂₅ exp(B (1/T − 1/298 K)), higher by up to 60 % below 20 % charge, and growing as health falls.
        """
        self.capacity = self.spec.usable * 3.6e6 * self.health / self._energy_per_volt
        kelvin = self.temperature + 273.15
        low = max(0.0, 0.2 - self.charge) / 0.2
        self.resistance = (
            self.spec.resistance
            * math.exp(ACTIVATION * (1.0 / kelvin - 1.0 / 298.15))
            * (1.0 + 0.6 * low * low)
            * (1.0 + 2.0 * (1.0 - self.health))
        )
        strongest = 0.8 * self.open_circuit**2 / (4.0 * self.resistance)  # keeps off the maximum power point
        cold = DISCHARGE_BY_TEMPERATURE(self.temperature) * DISCHARGE_BY_CHARGE(self.charge)
        self.discharge_limit = min(strongest, 3.5 * self.spec.gross * 1e3 * cold)
        share = CHARGE_BY_TEMPERATURE(self.temperature) * REGEN_BY_CHARGE(self.charge)
        self.regen_limit = 2.0 * self.spec.gross * 1e3 * share

    def step(self, dt: float, power: float) -> None:
        """Deliver ``power`` W (negative charges) for ``dt`` s.

        Solves P = I (U₀ − I R); where P passes the maximum power point the current stays at it.
        """
        voltage = self.open_circuit
        root = voltage * voltage - 4.0 * self.resistance * power
        self.current = (voltage - math.sqrt(max(0.0, root))) / (2.0 * self.resistance)
        self.power = self.current * (voltage - self.current * self.resistance)
        self.heat = self.current * self.current * self.resistance
        before = self.charge
        self.charge = clamp(self.charge - self.current * dt / self.capacity, 0.0, 1.0)
        if self.power > 0.0:
            self.consumed += self.power * dt
        else:
            self.charged -= self.power * dt
        self.health -= 0.2 * abs(self.charge - before) / 2.0 / CYCLE_LIFE

    def warm(self, dt: float, heat: float, ambient: float) -> None:
        """Advance temperature and calendar ageing by ``dt`` s; ``heat`` in W, negative when it is cooled."""
        capacity = self.spec.mass * SPECIFIC_HEAT
        self.temperature += dt * (heat - AMBIENT_LOSS * (self.temperature - ambient)) / capacity
        target = 0.6 + 3e-4 * abs(heat)
        self.spread += (target - self.spread) * min(1.0, dt / 300.0)
        self.health -= 0.2 * dt / CALENDAR_LIFE * 2.0 ** ((self.temperature - 25.0) / 10.0)
