"""What holds for all tests: a car that is started again and again does not build its first maps each time."""

import os

os.environ.setdefault("CARSERVICES_FIRST_MAPS", "none")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time of these tests is waiting for what a car does by the clock."""
    return (os.cpu_count() or 1) + 1
