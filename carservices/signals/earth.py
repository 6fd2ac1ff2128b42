"""The size of the earth, for all who make metres of degrees: one sphere, so that their places agree."""

import math

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG)."""
DEGREE_M = math.pi * EARTH_RADIUS_M / 180.0
"""m of a degree of latitude."""
