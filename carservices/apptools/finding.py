"""One thing that `app check` has found: how bad, where, what, and the cure."""

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """An error keeps the app from running or from being taken; a warning is what its author will want to know."""

    level: Literal["error", "warning"]
    place: str
    """A file of the bundle, with the line where there is one."""
    problem: str
    cure: str

    def __str__(self) -> str:
        return f"{self.level}: {self.place}: {self.problem}: {self.cure}"


def error(place: str, problem: str, cure: str) -> Finding:
    return Finding("error", place, problem, cure)


def warning(place: str, problem: str, cure: str) -> Finding:
    return Finding("warning", place, problem, cure)
