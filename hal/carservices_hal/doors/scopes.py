"""What a token's scopes let a client do: KUKSA's scopes and names of permissions, judged by the table of the apps."""

from collections.abc import Callable, Container, Iterable
from functools import cache
from typing import Protocol

from carservices.api.permissions import Level
from carservices.apphost.permissions import Need, RuleBook
from carservices.signals import GlobError, GlobSet
from carservices_hal.doors.errors import DoorError

ACTIONS = {
    "read": ("read",),
    "actuate": ("read", "actuate"),
    "provide": ("read", "provide"),
    "create": (),  # the tree of this car does not grow by request
}
"""Action of a scope → what it allows (kuksa-databroker, doc/authorization.md)."""
PERMISSION = "permission"
"""The action of our own: ``permission:seats.driver`` names an entry of the table in place of paths."""
ALL = GlobSet("**")


class Paths(Protocol):
    """Any set of paths."""

    def __contains__(self, path: str, /) -> bool: ...


class Allowed:
    """The paths that one of several ways reaches; nothing without any."""

    def __init__(self, *ways: Paths) -> None:
        self._ways = ways

    def __contains__(self, path: str) -> bool:
        return any(path in way for way in self._ways)

    def select(self, paths: Iterable[str]) -> list[str]:
        """Those of ``paths`` that are allowed, in their order."""
        return [path for path in paths if path in self]


class Held:
    """Paths among some whose need the permissions held meet; what the table does not have, nobody reaches."""

    def __init__(self, globs: Paths, names: Container[str], need: Callable[[str], Need]) -> None:
        self._globs, self._names, self._need = globs, names, need

    def __contains__(self, path: str) -> bool:
        return path in self._globs and self._need(path).met(self._names)


@cache
def up_to(*levels: Level) -> frozenset[str]:
    """The permissions of these levels."""
    return frozenset(name for name, entry in RuleBook.default().permissions.items() if entry.level in levels)


def anonymous() -> Allowed:
    """What may be read without a token: what every app gets with its installation."""
    return Allowed(Held(ALL, up_to(Level.NORMAL), RuleBook.default().read))


def everything() -> dict[str, Allowed]:
    """The whole table; the horn and the park lock are nobody's in it."""
    book, names = RuleBook.default(), up_to(*Level)
    return {
        "read": Allowed(Held(ALL, names, book.read)),
        "actuate": Allowed(Held(ALL, names, book.write)),
        "provide": Allowed(ALL),
    }


def rights(scope: str) -> dict[str, Allowed]:
    """A token's scopes, such as ``read:Vehicle.Cabin actuate:Vehicle.Cabin.HVAC``. Raises DoorError.

    Whoever signs a path decides for the permissions that a person could give an app; those of the car's own parts
    (level ``signature``) are given by name only.
    """
    globs: dict[str, list[str]] = {"read": [], "actuate": [], "provide": []}
    named: set[str] = set()
    book = RuleBook.default()
    for one in scope.split():
        action, *rest = one.split(":")
        if action == PERMISSION and len(rest) == 1 and rest[0] in book.permissions:
            named.add(rest[0])
            continue
        if action not in ACTIONS or len(rest) > 2:
            raise DoorError(
                "UNAUTHENTICATED", f"scope '{one[:80]}': write read:PATH, actuate:PATH, provide:PATH or permission:NAME"
            )
        path = rest[-1] if rest else ""  # read:field:PATH is an older way to write it
        for right in ACTIONS[action]:
            globs[right] += globs_of(path)
    held = up_to(Level.NORMAL, Level.DANGEROUS) | named
    try:
        read, actuate, provide = (GlobSet(*globs[right]) for right in ("read", "actuate", "provide"))
    except GlobError as error:
        raise DoorError("UNAUTHENTICATED", f"the token's scope cannot be read: {error}") from None
    return {
        "read": Allowed(Held(read, held, book.read), Held(ALL, named, book.read), provide),
        "actuate": Allowed(Held(actuate, held, book.write), Held(ALL, named, book.write)),
        "provide": Allowed(provide),
    }


def globs_of(path: str) -> tuple[str, ...]:
    """A path of a scope: a branch covers what is below, ``*`` stands for one level; all without a path."""
    return (path, f"{path}.**") if path else ("**",)


def cure(action: str, path: str) -> str:
    """Which scopes would allow what was refused."""
    book = RuleBook.default()
    names = (book.read if action == "read" else book.write)(path).names
    if action != "provide" and not names:
        return "nobody may"
    own = [f"{PERMISSION}:{name}" for name in names if book.level(name) is Level.SIGNATURE]
    return f"a token needs {' and '.join([f'{action}:{path}', *(own if action != 'provide' else ())])}"
