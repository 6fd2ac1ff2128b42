"""The app host: the gateway between the core bus and untrusted apps."""
