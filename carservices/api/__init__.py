"""The contracts of the system services, one file each."""

from carservices.api.contract import BoundStream, Contract, Stream, call

__all__ = ["BoundStream", "Contract", "Stream", "call"]
