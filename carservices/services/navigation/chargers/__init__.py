"""Charging stations of a map: mapped ones, or a synthetic network where there are none."""
