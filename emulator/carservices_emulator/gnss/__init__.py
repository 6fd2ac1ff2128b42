"""The car's satellite receiver: the satellites above, what it makes of them, and its NMEA."""
