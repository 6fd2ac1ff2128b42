"""The contracts of the system services, one file each, and what their two sides share."""

from carservices.api.contract import BoundStream, Contract, Stream, call

__all__ = ["BoundStream", "Contract", "Stream", "call"]
