"""Cabin climate: two thermal nodes, ventilation, heat pump or PTC heater, air conditioning, and their control."""

from dataclasses import dataclass

from carservices_emulator.tables import Curve, clamp
from carservices_emulator.weather import Weather

AIR_HEAT = 1006.0
"""J/(kg K) of air at constant pressure."""
AIR_CAPACITY = 40_000.0
"""J/K of the cabin air with the thin trim that follows it."""
MASS_CAPACITY = 120_000.0
"""J/K of seats, dashboard and inner panels (about 100 kg at 1.2 kJ/(kg K))."""
AIR_TO_MASS = 90.0
"""W/K between the two."""
SHELL = Curve([(0, 32.0), (14, 45.0), (36, 60.0)])
"""W/K through glass and body by speed in m/s (published cabin UA: 30–60 W/K)."""
GLASS, TRANSMISSION = 1.4, 0.5
"""m² of glass the sun meets at a time, and the share that passes (tinted laminated glass)."""
MAX_FLOW = 0.11
"""kg/s of the blower at full speed: about 330 m³/h."""
BLOWER = 240.0
"""W at full speed; the cube law of fans, softened to 2.5 by duct losses."""
MAX_HEAT, MAX_COOL = 6000.0, 5000.0
"""W of heat the heater gives and the evaporator takes."""
SUPPLY_COLD, SUPPLY_HOT = 5.0, 58.0
"""°C: the evaporator must not freeze, the vents must not burn."""
HEAT_PUMP = Curve([(-20, 1.0), (-10, 1.5), (0, 2.0), (7, 2.5), (15, 3.0)])
"""Coefficient of performance by outside °C (R1234yf systems with PTC support)."""
COOLER = Curve([(15, 4.0), (25, 3.0), (35, 2.3), (45, 1.7)])
AUTO_FAN = Curve([(0, 20.0), (1, 30.0), (8, 100.0)])
"""Percent of fan by K between the cabin and what is wished: quiet at the goal, full blast in a hot or frozen car."""
AUTO_CALM = 1.0
"""K from the goal within which the air stays where it goes."""
AUTO_STEP = 5
"""Percent by which the automatic changes the fan: nobody wants to hear it hunt."""
PTC = 0.97
"""Efficiency of the resistive heater."""
OCCUPANT = 75.0
"""W of sensible heat of one person at rest (ISO 7730)."""


@dataclass(slots=True)
class Station:
    """One side's controls."""

    temperature: float = 21.0
    fan: int = 40
    distribution: str = "MIDDLE"


class Climate:
    """Controls and physics of the cabin."""

    def __init__(self, ambient: float, *, heat_pump: bool) -> None:
        self.driver = Station()
        self.passenger = Station()
        self.auto = False
        """Fans and where the air goes are chosen by the car."""
        self.compressor = True
        self.recirculation = False
        self.front_defroster = False
        self.rear_defroster = False
        self.air = ambient
        self.mass = ambient
        self.power = 0.0
        """W from the traction battery for heat and cold; the blower hangs on the 12 V side."""
        self.thermal = 0.0
        """W into the cabin air by the machine, negative when it cools."""
        self.blower = 0.0
        self.on = True
        self.locked_out = False
        """The heater has been too hot and stays off until a workshop resets it."""
        self._heat_pump = heat_pump
        self._integral = 0.0

    @property
    def fan(self) -> float:
        """Share of the full blower (0–1); the defroster keeps it above one half."""
        if not self.on:
            return 0.0
        fan = 0.5 * (self.driver.fan + self.passenger.fan) / 100.0
        return max(fan, 0.55) if self.front_defroster else fan

    @property
    def target(self) -> float:
        """°C the single thermal zone aims at: the mean of both sides."""
        return 0.5 * (self.driver.temperature + self.passenger.temperature)

    def step(self, dt: float, weather: Weather, speed: float, occupants: int, openness: float) -> None:
        """Advance ``dt`` s; ``openness`` is the share of open windows and doors (0–1).

        Air node: ventilation ṁ c_p (T_s − T_a), exchange with the mass, people, a third of the sun.
        Mass node: the rest of the sun, and the losses through the shell.
        """
        if self.auto and self.on:
            self._choose(self.driver)
            self._choose(self.passenger)
        flow = MAX_FLOW * self.fan
        self.blower = BLOWER * self.fan**2.5
        supply = self._supply(dt, flow, weather)
        draught = openness * (0.03 + 0.012 * speed) * AIR_HEAT
        sun = weather.sun * GLASS * TRANSMISSION
        exchange = AIR_TO_MASS * (self.mass - self.air)
        shell = SHELL(speed)
        into_air = (
            flow * AIR_HEAT * (supply - self.air)
            + draught * (weather.temperature - self.air)
            + 0.5 * shell * (weather.temperature - self.air)
            + exchange
            + occupants * OCCUPANT
            + sun / 3.0
        )
        into_mass = sun * 2.0 / 3.0 - exchange + 0.5 * shell * (weather.temperature - self.mass)
        self.air += dt * into_air / AIR_CAPACITY
        self.mass += dt * into_mass / MASS_CAPACITY

    def _choose(self, station: Station) -> None:
        """The automatic: strong while there is far to go; warmth from below, cold from ahead."""
        gap = station.temperature - self.air
        wanted = AUTO_FAN(abs(gap))
        if abs(wanted - station.fan) >= AUTO_STEP:
            station.fan = AUTO_STEP * round(wanted / AUTO_STEP)
        if abs(gap) >= AUTO_CALM:
            station.distribution = "DOWN" if gap > 0.0 else "MIDDLE"

    def _supply(self, dt: float, flow: float, weather: Weather) -> float:
        """°C at the vents; sets ``power`` and ``thermal``. A PI controller on the cabin air with anti-windup."""
        fresh = 0.15 if self.recirculation else 1.0
        intake = self.air + fresh * (weather.temperature - self.air)
        self.power = self.thermal = 0.0
        if flow <= 0.0:
            self._integral = 0.0
            return intake
        error = self.target - self.air
        wish = self.target + 5.0 * error + self._integral
        wanted = flow * AIR_HEAT * (clamp(wish, SUPPLY_COLD, SUPPLY_HOT) - intake)
        coldest = -MAX_COOL if self.compressor else 0.0
        self.thermal = clamp(wanted, coldest, 0.0 if self.locked_out else MAX_HEAT)
        if self.thermal == wanted and SUPPLY_COLD < wish < SUPPLY_HOT:
            self._integral = clamp(self._integral + 0.02 * error * dt, -40.0, 40.0)
        if self.thermal > 0.0:
            self.power = self.thermal / (max(PTC, HEAT_PUMP(weather.temperature)) if self._heat_pump else PTC)
        else:
            self.power = -self.thermal / COOLER(weather.temperature)
        return intake + self.thermal / (flow * AIR_HEAT)
