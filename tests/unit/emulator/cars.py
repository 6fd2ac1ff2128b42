"""Cars and worlds the tests drive."""

from carservices_emulator.model.car import Car
from carservices_emulator.profile import Profile, load_profile
from carservices_emulator.scenario import Scenario
from carservices_emulator.simulation import Simulation
from carservices_emulator.weather import Weather

PROFILES = ("renault-megane-e-tech-ev60", "renault-zoe-r135", "vw-id3-58")
MEGANE = load_profile(PROFILES[0])
FAN = "Vehicle.Cabin.HVAC.Station.Row1.{}.FanSpeed"


def calm(**start: float) -> Scenario:
    """A parked car at 20 °C in the shade without wind."""
    weather = {"temperature": start.pop("temperature", 20.0), "sun": start.pop("sun", 0.0), "light": 100}
    return Scenario.model_validate({"name": "test", "start": start, "weather": weather})


def world(profile: str | Profile = MEGANE, **start: float) -> Simulation:
    """A simulation of `calm` with the climate off."""
    simulation = Simulation(profile, calm(**start))
    for side in ("Driver", "Passenger"):
        simulation.set(FAN.format(side), 0)
    return simulation


def under_way() -> Simulation:
    """`world` after 20 s with a driver who wants 15 m/s."""
    simulation = world()
    simulation.world.seat("constant", speed=15.0)
    simulation.run(20)
    return simulation


def car(**weather: float) -> Car:
    return Car(MEGANE, Weather(**weather))
