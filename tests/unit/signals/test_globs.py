"""Glob sets against a plain recursive matcher, and the patterns they refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.signals import GlobError, GlobSet

NAMES = st.text("ab1", min_size=1, max_size=4)
PATHS = st.lists(NAMES, min_size=1, max_size=5).map(".".join)
LEVELS = st.text("ab*", min_size=1, max_size=5).filter(lambda level: "**" not in level)
PATTERNS = st.lists(st.one_of(LEVELS, st.just("**")), min_size=1, max_size=5).map(".".join)


def matches(pattern: list[str], path: list[str]) -> bool:
    if not pattern or not path:
        return all(level == "**" for level in pattern) and not path
    if pattern[0] == "**":
        return matches(pattern[1:], path) or matches(pattern, path[1:])
    return matches_level(pattern[0], path[0]) and matches(pattern[1:], path[1:])


def matches_level(pattern: str, name: str) -> bool:
    if not pattern or not name:
        return not pattern.strip("*") and not name
    if pattern[0] == "*":
        return matches_level(pattern[1:], name) or matches_level(pattern, name[1:])
    return pattern[0] == name[0] and matches_level(pattern[1:], name[1:])


@pytest.mark.parametrize(
    ("pattern", "path", "belongs"),
    [
        ("Vehicle.Speed", "Vehicle.Speed", True),
        ("Vehicle.Speed", "Vehicle.SpeedLimit", False),
        ("Vehicle.*", "Vehicle.Speed", True),
        ("Vehicle.*", "Vehicle.Cabin.DoorCount", False),
        ("*", "Vehicle.Speed", False),
        ("**", "Vehicle.Speed", True),
        ("Vehicle.**", "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", True),
        ("Vehicle.**.IsOpen", "Vehicle.IsOpen", True),
        ("Vehicle.**.Row*.*.IsOpen", "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", True),
        ("Vehicle.**.Row*.IsOpen", "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", False),
        ("Vehicle.Cabin.Door.*.Driver*.IsOpen", "Vehicle.Cabin.Door.Row2.DriverSide.IsOpen", True),
    ],
)
def test_one_pattern(pattern, path, belongs):
    assert (path in GlobSet(pattern)) is belongs


@given(PATTERNS, PATHS)
def test_agrees_with_the_plain_matcher(pattern, path):
    assert (path in GlobSet(pattern)) == matches(pattern.split("."), path.split("."))


@given(st.lists(PATTERNS, max_size=4), st.lists(PATTERNS, max_size=3), PATHS)
def test_a_denial_beats_every_allowance(allow, deny, path):
    belongs = any(path in GlobSet(p) for p in allow) and not any(path in GlobSet(p) for p in deny)
    assert (path in GlobSet(*allow, *(f"!{p}" for p in deny))) is belongs


@given(st.lists(PATTERNS, min_size=1, max_size=4), st.lists(PATHS, max_size=5))
def test_select_keeps_order_and_only_members(patterns, paths):
    globs = GlobSet(*patterns)
    assert globs.select(paths) == [path for path in paths if path in globs]


@pytest.mark.parametrize("patterns", [(), ("!Vehicle.Speed",), ("!**",)])
def test_without_an_allowance_nothing_belongs(patterns):
    assert "Vehicle.Speed" not in GlobSet(*patterns)


@pytest.mark.parametrize(
    "pattern",
    ["", "!", ".", "Vehicle.", ".Speed", "Vehicle..Speed", "Veh icle", "a.b**", "a.***", "[ab]", "!!a", "a\n"],
)
def test_malformed_patterns_are_named(pattern):
    with pytest.raises(GlobError, match="glob"):
        GlobSet(pattern)


def test_endless_patterns_are_refused():
    with pytest.raises(GlobError, match="at most 512"):
        GlobSet("a" * 513)


@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_a_glob_error(text):
    try:
        globs = GlobSet(text)
    except GlobError:
        return
    assert globs.patterns == (text,)
    assert text.startswith("!") or "*" in text or text in globs


@pytest.mark.parametrize(
    ("pattern", "path"),
    [("**.a." * 80 + "b", "a." * 250 + "c"), ("*a" * 200 + "b", "a" * 4000), ("**." * 100 + "b", "a." * 250 + "c")],
    ids=["levels", "letters", "nothing between"],
)
def test_hostile_patterns_end(pattern, path):
    """With backtracking these would outlast the universe; the time limit of the run would end them."""
    assert path not in GlobSet(pattern)


def test_sets_of_the_same_patterns_are_equal():
    assert GlobSet("a.*", "!a.b") == GlobSet("a.*", "!a.b") != GlobSet("a.*")
    assert len({GlobSet("a"), GlobSet("a"), GlobSet("b")}) == 2
    assert repr(GlobSet("a.*", "!a.b")) == "GlobSet('a.*', '!a.b')"
