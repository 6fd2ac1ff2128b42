"""From a route and a position to what the driver is told."""
