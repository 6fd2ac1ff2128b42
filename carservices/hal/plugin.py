"""The pytest plugin of the conformance kit: its options; all else is imported once ``--hal`` is given."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: "pytest.Parser") -> None:
    group = parser.getgroup("carservices", "HAL conformance (pytest --pyargs carservices.hal.conformance)")
    group.addoption("--hal", metavar="NAME", help="the HAL to check: its entry-point name or package.module:Class")
    group.addoption("--hal-option", metavar="K=V", action="append", default=[], help="an option of the HAL; repeatable")
    group.addoption(
        "--hal-sets",
        metavar="GLOB",
        action="append",
        default=[],
        help="which signals the kit may set (all); repeatable",
    )
    group.addoption("--hal-json", metavar="FILE", help="write level and rules as JSON")


def pytest_configure(config: "pytest.Config") -> None:
    if config.getoption("--hal"):
        from carservices.hal.conformance.report import Report

        config.pluginmanager.register(Report(config), "carservices-hal-report")
