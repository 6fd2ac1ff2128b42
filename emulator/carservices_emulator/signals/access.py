"""Reading and setting the signals of a world by path."""

from carservices.hal import SetError
from carservices.hal.check import settable
from carservices.signals import Code, Datum, Status
from carservices_emulator.sensorfaults import FailMode
from carservices_emulator.signals.adas import ADAS
from carservices_emulator.signals.body import BODY
from carservices_emulator.signals.cabin import CABIN
from carservices_emulator.signals.chassis import CHASSIS
from carservices_emulator.signals.powertrain import POWERTRAIN
from carservices_emulator.signals.table import Entry
from carservices_emulator.signals.vehicle import RECEIVED, VEHICLE
from carservices_emulator.world import World

ENTRIES: dict[str, Entry] = {entry.path: entry for entry in (*VEHICLE, *POWERTRAIN, *CHASSIS, *BODY, *CABIN, *ADAS)}
"""Every signal of the emulator by full path."""
BY_SATELLITE = frozenset(entry.path for entry in RECEIVED)
CONFIGS = {path: entry.config for path, entry in ENTRIES.items()}


def observe(world: World, path: str) -> tuple[Datum | None, Status]:
    """What the signal's sensor shows, broken or not."""
    entry = ENTRIES[path]
    if path in BY_SATELLITE and world.receiver.silent and path not in world.sensors.broken:
        return None, Status.UNAVAILABLE
    value = entry.read(world)
    if path in world.sensors.broken:
        return world.sensors.see(entry.config, value, world.time)
    return value, Status.AVAILABLE


def put(world: World, path: str, value: Datum) -> None:
    """Set an actuator. Raises `SetError` with code, reason and the blocking signal."""
    value = settable(CONFIGS, path, value)
    entry = ENTRIES[path]
    if entry.write is None:
        raise SetError(Code.ACCESS_DENIED, f"{path} is read-only")
    broken = world.sensors.broken.get(path)
    if broken is not None and broken.mode in (FailMode.SILENT, FailMode.ERROR):
        raise SetError(Code.NOT_AVAILABLE, f"{path} does not answer; it has failed", path)
    for guard in entry.guards:
        guard(world, value)
    entry.write(world, value)
