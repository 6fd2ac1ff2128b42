"""An open car platform: signals, a service bus, HAL plugins, system services and apps."""

__version__ = "0.1.0"
