"""Sets of path globs: ``*`` stands for one level or part of one, ``**`` for any number of levels, ``!`` denies."""

import re
from collections.abc import Iterable

_PATTERN = re.compile(r"!?(?:\*\*|[A-Za-z0-9_*]+)(?:\.(?:\*\*|[A-Za-z0-9_*]+))*")
MAX_LENGTH = 512
"""Characters in one pattern; the longest path of VSS 6.0 has 97."""


class GlobError(ValueError):
    """A pattern that cannot be read."""


class GlobSet:
    """The paths that match at least one pattern and no ``!pattern``.

    Empty, or made of denials only, it contains nothing. Globs come from apps too, so matching takes at most
    quadratic time: every star gives way to the first place where the text behind it fits and never moves again.
    Raises GlobError for a malformed pattern.
    """

    __slots__ = ("_allow", "_deny", "_exact", "patterns")

    def __init__(self, *patterns: str) -> None:
        for pattern in patterns:
            _validate(pattern)
        self.patterns = patterns
        allow = [pattern for pattern in patterns if not pattern.startswith("!")]
        self._exact = frozenset(pattern for pattern in allow if "*" not in pattern)
        self._allow = _compile(pattern for pattern in allow if "*" in pattern)
        self._deny = _compile(pattern[1:] for pattern in patterns if pattern.startswith("!"))

    @property
    def exact(self) -> frozenset[str]:
        """Those paths of the set that are named outright, without a star."""
        return frozenset(path for path in self._exact if path in self)

    def __contains__(self, path: str) -> bool:
        dotted = f"{path}."
        if path not in self._exact and not (self._allow and self._allow.fullmatch(dotted)):
            return False
        return not (self._deny and self._deny.fullmatch(dotted))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GlobSet) and self.patterns == other.patterns

    def __hash__(self) -> int:
        return hash(self.patterns)

    def __repr__(self) -> str:
        return f"GlobSet({', '.join(map(repr, self.patterns))})"

    def select(self, paths: Iterable[str]) -> list[str]:
        """Those of ``paths`` that belong to the set, in their order."""
        return [path for path in paths if path in self]


def _validate(pattern: str) -> None:
    if len(pattern) > MAX_LENGTH:
        raise GlobError(f"glob {pattern[:40]!r}…: {len(pattern)} characters, at most {MAX_LENGTH} are allowed")
    if not _PATTERN.fullmatch(pattern):
        raise GlobError(
            f"glob {pattern!r}: write names with * or ** between dots, such as Vehicle.Cabin.**.Row*.IsOpen"
        )
    if any("**" in level and level != "**" for level in pattern.lstrip("!").split(".")):
        raise GlobError(f"glob {pattern!r}: ** stands alone between dots; use a single * inside a name")


def _compile(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """One expression for all patterns, over paths that end in a dot."""
    alternatives = [_levels(pattern) for pattern in patterns]
    return re.compile("|".join(alternatives)) if alternatives else None


def _levels(pattern: str) -> str:
    runs: list[str] = [""]
    for level in pattern.split("."):
        if level == "**":
            runs.append("")
        else:
            runs[-1] += rf"{_stars(level.split('*'), any_text='[^.]')}\."
    return _stars(runs, any_text=r"(?:[^.]+\.)")


def _stars(fixed: list[str], any_text: str) -> str:
    """``fixed`` pieces with any number of ``any_text`` between them; the atomic groups forbid backtracking."""
    first, *middle = fixed
    if not middle:
        return first
    last = middle.pop()
    return first + "".join(f"(?>{any_text}*?{piece})" for piece in middle if piece) + f"{any_text}*{last}"
