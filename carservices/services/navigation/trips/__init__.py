"""Electric trips: what a route takes from the battery, what is left on arrival, and where to charge on the way."""
