"""What the verb ``status`` says of a simulation, and what there is to choose from."""

import dataclasses
from typing import Any

from carservices_emulator.breakdowns import BREAKDOWNS
from carservices_emulator.commands import COMMANDS
from carservices_emulator.simulation import Simulation
from carservices_emulator.tomlfile import names

REFUSALS = 10
"""The last ones are told."""


def describe(simulation: Simulation) -> dict[str, Any]:
    """Car, story, surroundings and what is broken; ``time`` and ``duration`` in s, ``energy`` in kWh."""
    world, scenario = simulation.world, simulation.scenario
    return {
        "profile": simulation.profile.identity.model,
        "scenario": scenario.name,
        "story": simulation.story,
        "description": scenario.description,
        "texts": {language: story.model_dump() for language, story in scenario.texts.items()},
        "driver": world.driver.name,
        "gnss": {"quality": world.receiver.quality, "silent": world.receiver.silent},
        "hour": None if world.hour is None else round(world.hour, 2),
        "weather": dataclasses.asdict(world.weather),
        "events": [[event.time, event.words] for event in scenario.at],
        "time": round(simulation.time, 2),
        "duration": max((event.time for event in scenario.at), default=0.0),
        "faults": sorted(world.broken),
        "sensors": {path: str(broken.mode or "inject") for path, broken in world.sensors.broken.items()},
        "refusals": simulation.refusals[-REFUSALS:],
        "energy": simulation.car.ledger.kilowatt_hours(),
        "choices": {
            "profiles": names("profiles"),
            "scenarios": names("scenarios"),
            "trips": names("trips", ".json"),
            "faults": list(BREAKDOWNS),
            "commands": list(COMMANDS),
        },
    }
