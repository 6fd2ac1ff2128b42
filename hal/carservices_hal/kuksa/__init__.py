"""The KUKSA client HAL: signals of a remote databroker."""
