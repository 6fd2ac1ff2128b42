"""Range over the WLTC and speed of the emulator: each car against its certificate, one published parameter set each."""

import sys
import time

from _table import Row, arguments, show

from carservices_emulator.profile import Profile, load_profile
from carservices_emulator.scenario import Scenario
from carservices_emulator.simulation import Simulation

CARS = ("renault-megane-e-tech-ev60", "renault-zoe-r135", "vw-id3-58")
CYCLE = 1801.0
TOLERANCE = 10.0
REAL_TIME = 200.0
FAN = "Vehicle.Cabin.HVAC.Station.Row1.{}.FanSpeed"
STEP = 0.1


def cycles(name: str, charge: float) -> Simulation:
    """A car of WLTP test mass at 20 °C, climate off, before its first cycle."""
    profile = load_profile(name)
    scenario = Scenario.model_validate(
        {
            "name": "range test",
            "start": {"charge": charge, "battery_temperature": 20},
            "weather": {"temperature": 20, "sun": 0, "light": 100},
            "driver": {"name": "wltc"},
        }
    )
    simulation = Simulation(profile, scenario, mass=profile.resistance.test_mass)
    for side in ("Driver", "Passenger"):
        simulation.set(FAN.format(side), 0)
    return simulation


def drive(simulation: Simulation) -> tuple[float, float]:
    """One more cycle: (m, J taken from the battery's store)."""
    car = simulation.car
    start, energy = car.trip.odometer, car.battery.energy
    simulation.world.seat("wltc")
    simulation.run(CYCLE, STEP)
    return car.trip.odometer - start, energy - car.battery.energy


def consecutive(profile: Profile, name: str) -> float:
    """kWh/100 km until empty, one cycle after the other (UN GTR 15, Annex 8, §3.4.4.1): usable energy over range."""
    simulation = cycles(name, 100.0)
    distance = 0.0
    while True:
        left = simulation.car.battery.energy
        step, used = drive(simulation)
        if used >= left * 0.999:
            return profile.battery.usable / (distance + step) * 1e5
        if left - used < used:  # the next cycle would not be finished: its share at the same consumption
            return profile.battery.usable / (distance + step + step * (left - used) / used) * 1e5
        distance += step


def warm(name: str) -> float:
    """kWh/100 km of a warm cycle in the middle of the battery."""
    simulation = cycles(name, 70.0)
    drive(simulation)
    step, used = drive(simulation)
    return used / 3.6e6 / step * 1e5


def measure(*, quick: bool) -> list[Row]:
    """One row a car, and one for the real-time factor."""
    rows = []
    for name in CARS:
        profile = load_profile(name)
        official = profile.battery.usable / profile.official.range * 100.0
        ours = warm(name) if quick else consecutive(profile, name)
        job = f"{profile.identity.model}: {ours:.2f} kWh/100 km, certificate {official:.2f}, off by"
        rows.append(Row(job, abs(ours / official - 1.0) * 100.0, "%", TOLERANCE))
    simulation = Simulation(scenario="city")
    span = 600.0 if quick else 1800.0
    start = time.process_time()
    simulation.run(span)
    factor = span / (time.process_time() - start)
    rows.append(Row("a trip on real roads, 20 steps a second, one core", factor, "× real time", REAL_TIME, less=False))
    return rows


def main() -> int:
    wish = arguments(str(__doc__))
    rows = measure(quick=wish.quick)
    show("Energy over the WLTC class 3b at 20 °C, usable energy over range", rows, wish.json)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
