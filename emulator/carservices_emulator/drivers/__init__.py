"""Who drives: each driver one file, all through pedals, steering wheel and gear lever."""

from carservices_emulator.drivers.base import Driver
from carservices_emulator.drivers.cycle import ConstantDriver, WltcDriver
from carservices_emulator.drivers.follow import FollowDriver
from carservices_emulator.drivers.manual import ManualDriver
from carservices_emulator.drivers.parked import ParkedDriver
from carservices_emulator.drivers.trip import TripDriver

__all__ = ["ConstantDriver", "Driver", "FollowDriver", "ManualDriver", "ParkedDriver", "TripDriver", "WltcDriver"]
