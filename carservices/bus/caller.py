"""Who makes the call that is being answered: its name on the bus, which the hub vouches for."""

from contextvars import ContextVar

CALLER: ContextVar[str] = ContextVar("caller", default="")
"""Empty outside of a call."""
