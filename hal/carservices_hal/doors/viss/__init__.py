"""The door VISSv2 (W3C Vehicle Information Service Specification): over WebSocket and HTTP."""
