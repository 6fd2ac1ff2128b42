"""What a door refuses, in one vocabulary, and how each protocol says it."""

from collections.abc import Iterator
from contextlib import contextmanager

from carservices.bus import CallError, CarError, NotConnected, SetFailed, UnknownSignal
from carservices.signals import Code

VISS = {
    "INVALID_ARGUMENT": (400, "bad_request"),
    "INVALID_VALUE": (400, "invalid_value"),
    "INVALID_DURATION": (400, "invalid_duration"),
    "UNAUTHENTICATED": (401, "token_invalid"),
    "TOKEN_MISSING": (401, "token_missing"),
    "TOKEN_EXPIRED": (401, "token_expired"),
    "PERMISSION_DENIED": (403, "user_forbidden"),
    "READ_ONLY": (401, "read_only"),
    "NOT_FOUND": (404, "invalid_path"),
    "NO_SUBSCRIPTION": (404, "invalid_subscriptionId"),
    "NO_DATA": (404, "unavailable_data"),
    "ALREADY_EXISTS": (409, "already_exists"),
    "RESOURCE_EXHAUSTED": (429, "too_many_requests"),
    "UNAVAILABLE": (503, "service_unavailable"),
    "INTERNAL": (502, "bad_gateway"),
}
"""Word → number and reason of VISSv2 (Transport, "Status Codes")."""
GRPC = {
    "TOKEN_MISSING": "UNAUTHENTICATED",
    "TOKEN_EXPIRED": "UNAUTHENTICATED",
    "READ_ONLY": "INVALID_ARGUMENT",
    "NO_SUBSCRIPTION": "NOT_FOUND",
    "NO_DATA": "UNAVAILABLE",
}
"""Words that gRPC has another name for; `kuksa.val.v2` says for each call which it may answer."""
V1 = {
    "INVALID_ARGUMENT": (400, "invalid_argument"),
    "UNAUTHENTICATED": (401, "unauthorized"),
    "PERMISSION_DENIED": (403, "forbidden"),
    "NOT_FOUND": (404, "not_found"),
    "ALREADY_EXISTS": (409, "already_exists"),
    "RESOURCE_EXHAUSTED": (429, "too_many_requests"),
    "UNAVAILABLE": (503, "unavailable"),
    "INTERNAL": (500, "internal_error"),
}
"""gRPC word → code and reason of the errors that `kuksa.val.v1` puts into its answers."""
REFUSALS = {
    Code.INVALID_ARG: "INVALID_ARGUMENT",
    Code.ACCESS_DENIED: "PERMISSION_DENIED",
    Code.INTERNAL_ERROR: "INTERNAL",
}
"""How a set that the car refused is told; every other code means that it is not available now."""


class DoorError(Exception):
    """What a foreign client is told: a word of `VISS` and a sentence."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word
        self.message = message

    @property
    def grpc(self) -> str:
        """The name of the gRPC status."""
        return GRPC.get(self.word, self.word)

    @property
    def v1(self) -> tuple[int, str]:
        return V1[self.grpc]

    @property
    def viss(self) -> tuple[int, str]:
        return VISS[self.word]


@contextmanager
def told() -> Iterator[None]:
    """Around calls to the car: its refusals become DoorErrors."""
    try:
        yield
    except SetFailed as error:
        raise DoorError(REFUSALS.get(error.code, "UNAVAILABLE"), str(error)) from error
    except UnknownSignal as error:
        raise DoorError("UNAVAILABLE", str(error)) from error
    except NotConnected as error:
        raise DoorError("UNAVAILABLE", "the car restarts: try again in a moment") from error
    except CallError as error:
        word = error.code if error.code in V1 else "UNAVAILABLE"
        raise DoorError(word, error.message) from error
    except CarError as error:
        raise DoorError("UNAVAILABLE", str(error)) from error
