"""The modules of the bundle can be imported, as they can in the car."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
