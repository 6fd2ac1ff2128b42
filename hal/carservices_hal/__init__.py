"""HAL plugins that come with the platform."""
