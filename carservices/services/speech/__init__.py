"""The speech service: what is said when, in which voice, and what the driver says."""
