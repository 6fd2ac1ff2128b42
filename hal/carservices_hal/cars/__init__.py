"""Mapping files of real cars."""
