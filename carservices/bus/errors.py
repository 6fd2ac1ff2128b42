"""What can go wrong on the bus, named for what the caller does next."""

from typing import Any

from carservices.signals import Code


class CarError(Exception):
    """Anything the car refused; the message names the cause and the cure."""


class NotConnected(CarError):
    """There is no hub to talk to."""


class UnknownSignal(CarError):
    """No HAL offers this path (yet)."""


class CallError(CarError):
    """A call to a service failed.

    ``code`` is one of UNAVAILABLE, TIMEOUT, INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, UNSUPPORTED, INTERNAL.
    """

    def __init__(self, code: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details if isinstance(details, dict) else {}

    def status(self, otherwise: Code) -> Code:
        """What went wrong in VHAL's words, if the other side said so."""
        try:
            return Code(self.details.get("status", otherwise))
        except ValueError:
            return otherwise


class SetFailed(CarError):
    """A set was refused or never confirmed.

    ``code`` says why in VHAL's words, ``reason`` in a sentence, ``blocking`` names the signal in the way.
    """

    def __init__(self, path: str, code: Code, reason: str, blocking: str | None = None) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.code = code
        self.reason = reason
        self.blocking = blocking
