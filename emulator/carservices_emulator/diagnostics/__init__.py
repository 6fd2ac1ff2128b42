"""Control units that answer a tester: UDS (ISO 14229-1) and OBD (SAE J1979), without any transport of their own."""

from carservices_emulator.diagnostics.addresses import ECUS, Address
from carservices_emulator.diagnostics.network import Diagnostics
from carservices_emulator.diagnostics.server import Server

__all__ = ["ECUS", "Address", "Diagnostics", "Server"]
