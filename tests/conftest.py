"""What holds for all tests: code is compiled once, Ctrl-C reaches what they start, no first maps, no deadlines."""

import contextlib
import os
import signal
import sys

import hypothesis

from carservices.hal import HalError
from carservices_hal.can import pythoncan

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # every worker would compile all tests, every process of a car the car
sys.dont_write_bytecode = False

with contextlib.suppress(HalError):
    pythoncan.prepare()  # before any test imports it with all that it can import

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the programs that tests start can be interrupted again
os.environ.setdefault("CARSERVICES_FIRST_MAPS", "none")
hypothesis.settings.register_profile("car", deadline=None)  # the first example pays for what is loaded with it
hypothesis.settings.load_profile("car")


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: a good part of these tests is waiting for what a car does by the clock."""
    return (os.cpu_count() or 1) + 2
