"""The energy service: what the trip used, and where it went."""
