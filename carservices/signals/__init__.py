"""Signals: the catalogue, values, configs, units and the table of Android ids."""

from carservices.signals.catalogue import PROFILE, Catalogue, UnknownSignal
from carservices.signals.check import InvalidValue, check, compile_check
from carservices.signals.config import Access, ChangeMode, Datatype, Kind, SignalConfig
from carservices.signals.globs import GlobError, GlobSet
from carservices.signals.units import UnitError, convert
from carservices.signals.value import Code, Datum, Status, Value
from carservices.signals.vhal import VhalTable, from_vhal, to_vhal, vhal_table
from carservices.signals.vhal_id import VhalError
from carservices.signals.vss import CatalogueError, Signal

__all__ = [
    "PROFILE",
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
    "check",
    "compile_check",
    "convert",
    "from_vhal",
    "to_vhal",
    "vhal_table",
]
