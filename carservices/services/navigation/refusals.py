"""Why a call is refused: a code for programs, and a remark that the driver reads in his language."""

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeVar

from carservices.bus.errors import CallError
from carservices.services.navigation.engine.base import RouteError
from carservices.services.navigation.maps.errors import MapError
from carservices.services.navigation.remarks import Remark

P = ParamSpec("P")
R = TypeVar("R")


class Refused(Exception):
    """What was asked for cannot be; the codes are those of `CallError`."""

    def __init__(self, code: Literal["NOT_FOUND", "UNAVAILABLE", "INVALID_ARGUMENT"], remark: Remark) -> None:
        super().__init__(str(remark))
        self.code = code
        self.remark = remark


class Speaker(Protocol):
    """Who answers calls, and in which language."""

    @property
    def language(self) -> str: ...


S = TypeVar("S", bound=Speaker)


def in_words(method: Callable[Concatenate[S, P], Awaitable[R]]) -> Callable[Concatenate[S, P], Coroutine[Any, Any, R]]:
    """A call whose refusals reach the caller in the service's language."""

    @functools.wraps(method)
    async def answer(service: S, /, *values: P.args, **named: P.kwargs) -> R:
        try:
            return await method(service, *values, **named)
        except Refused as error:
            raise _said(error.code, error.remark, service.language) from None
        except (RouteError, MapError) as error:
            raise _said("UNAVAILABLE", error.remark, service.language) from None

    return answer


def _said(code: str, remark: Remark, language: str) -> CallError:
    return CallError(code, remark.text(language), {"language": language})
