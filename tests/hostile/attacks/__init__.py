"""Hostile apps: each is a function run in place of an app's own code and does its worst to link, glass or machine."""

from tests.hostile.attacks import on_glass, on_life, on_link, on_machine
from tests.hostile.attacks.arms import ATTACKS, begin

__all__ = ["ATTACKS", "begin", "on_glass", "on_life", "on_link", "on_machine"]
