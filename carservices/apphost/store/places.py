"""Where apps live, below the state directory of the car."""

INSTALLED = "apps/installed"
DATA = "apps/data"
TRUSTED = "apps/trusted"
