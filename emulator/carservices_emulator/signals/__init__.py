"""The car's signals: tables from VSS paths to the model, one file per branch."""

from carservices_emulator.signals.adas import ADAS
from carservices_emulator.signals.body import BODY
from carservices_emulator.signals.cabin import CABIN
from carservices_emulator.signals.chassis import CHASSIS
from carservices_emulator.signals.powertrain import POWERTRAIN
from carservices_emulator.signals.table import Entry
from carservices_emulator.signals.vehicle import VEHICLE

ENTRIES: dict[str, Entry] = {entry.path: entry for entry in (*VEHICLE, *POWERTRAIN, *CHASSIS, *BODY, *CABIN, *ADAS)}
"""Every signal of the emulator by full path."""

__all__ = ["ENTRIES", "Entry"]
