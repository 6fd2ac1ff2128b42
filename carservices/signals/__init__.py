"""Signals: the catalogue, values, configs, units and the table of Android ids."""

from carservices.signals.config import Access, ChangeMode, Datatype, Kind, SignalConfig
from carservices.signals.value import Code, Datum, Status, Value

__all__ = ["Access", "ChangeMode", "Code", "Datatype", "Datum", "Kind", "SignalConfig", "Status", "Value"]
