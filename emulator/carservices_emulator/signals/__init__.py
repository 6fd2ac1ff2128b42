"""The car's signals: tables from VSS paths to the world, one file per branch."""

from carservices_emulator.signals.access import CONFIGS, ENTRIES, observe, put
from carservices_emulator.signals.table import Entry

__all__ = ["CONFIGS", "ENTRIES", "Entry", "observe", "put"]
