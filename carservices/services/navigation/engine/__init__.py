"""Engines that search routes on the map in use."""
