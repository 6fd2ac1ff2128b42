"""The conformance kit: rules every HAL keeps, run by ``pytest --pyargs carservices.hal.conformance --hal NAME``."""
