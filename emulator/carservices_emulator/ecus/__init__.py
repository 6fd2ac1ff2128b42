"""The control units of the emulated car on a CAN bus."""

from carservices_emulator.ecus.diagnosis import Diagnosis
from carservices_emulator.ecus.disturbance import Disturbance
from carservices_emulator.ecus.network import Network

__all__ = ["Diagnosis", "Disturbance", "Network"]
