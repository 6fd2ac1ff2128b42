"""Keeps an app's process away from everything but its own bundle, its own data and its link to the app host."""

from carservices.apphost.sandbox.launch import Launched, SandboxRefused, launch
from carservices.apphost.sandbox.levels import Ability, Inside, LaunchPlan, Level, Limits, Missing, Report
from carservices.apphost.sandbox.minimum import Minimum
from carservices.apphost.sandbox.probe import probe

__all__ = [
    "Ability",
    "Inside",
    "LaunchPlan",
    "Launched",
    "Level",
    "Limits",
    "Minimum",
    "Missing",
    "Report",
    "SandboxRefused",
    "launch",
    "probe",
]
