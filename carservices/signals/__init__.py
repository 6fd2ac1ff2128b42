"""Signals: the catalogue, values, configs, units and the table of Android ids.

What it offers loads at first use: an app's process needs values and units only and must not carry pydantic.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carservices.signals.catalogue import PROFILE, Catalogue, UnknownSignal
    from carservices.signals.check import InvalidValue, compile_check
    from carservices.signals.config import Access, ChangeMode, Datatype, Kind, SignalConfig
    from carservices.signals.globs import GlobError, GlobSet
    from carservices.signals.units import UnitError, convert
    from carservices.signals.value import Code, Datum, Status, Value
    from carservices.signals.vhal import VhalTable, from_vhal, to_vhal, vhal_table
    from carservices.signals.vhal_id import VhalError
    from carservices.signals.vss import CatalogueError, Signal

__all__ = [
    "PROFILE",
    "VSS_VARIABLE",
    "Access",
    "Catalogue",
    "CatalogueError",
    "ChangeMode",
    "Code",
    "Datatype",
    "Datum",
    "GlobError",
    "GlobSet",
    "InvalidValue",
    "Kind",
    "Signal",
    "SignalConfig",
    "Status",
    "UnitError",
    "UnknownSignal",
    "Value",
    "VhalError",
    "VhalTable",
    "compile_check",
    "convert",
    "from_vhal",
    "to_vhal",
    "vhal_table",
]

VSS_VARIABLE = "CARSERVICES_VSS"
"""VSS JSON files, separated as in PATH, that every process of a car lays over the profile."""

_HOMES = {
    "Access": "config",
    "Catalogue": "catalogue",
    "CatalogueError": "vss",
    "ChangeMode": "config",
    "Code": "value",
    "Datatype": "config",
    "Datum": "value",
    "GlobError": "globs",
    "GlobSet": "globs",
    "InvalidValue": "check",
    "Kind": "config",
    "PROFILE": "catalogue",
    "Signal": "vss",
    "SignalConfig": "config",
    "Status": "value",
    "UnitError": "units",
    "UnknownSignal": "catalogue",
    "Value": "value",
    "VhalError": "vhal_id",
    "VhalTable": "vhal",
    "compile_check": "check",
    "convert": "units",
    "from_vhal": "vhal",
    "to_vhal": "vhal",
    "vhal_table": "vhal",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
