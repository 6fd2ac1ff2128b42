"""What holds for all tests: a car that is started again and again does not build its first maps each time."""

import os

os.environ.setdefault("CARSERVICES_FIRST_MAPS", "none")
