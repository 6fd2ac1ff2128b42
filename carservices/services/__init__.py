"""The system services, one folder each."""
