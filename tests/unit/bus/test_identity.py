"""Identity and rights: a token is good for one name and one launch, and a name may do what it was granted."""

import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.bus.identity import (
    TOOL,
    Grants,
    create_secret,
    read_grants,
    read_secret,
    token_for,
    token_is_good,
    write_grants,
)
from carservices.bus.rights import MAX_NAME, Rights

names = st.text(max_size=30)
globs = st.lists(st.sampled_from(["**", "Vehicle.**", "Vehicle.Speed", "driving.*", "nav"]), max_size=3).map(tuple)
grants = st.builds(Grants, read=globs, actuate=globs, call=globs)


@given(st.text(min_size=1, max_size=64), st.text(min_size=1, max_size=64), names, names)
def test_a_token_is_good_for_its_name_and_launch_only(secret, another, name, other):
    token = token_for(secret, name)
    assert token_is_good(secret, name, token)
    assert token_is_good(secret, other, token) is (name == other)
    assert token_is_good(another, name, token) is (secret == another)


@given(names, st.text(max_size=80))
def test_a_guess_is_refused(name, guess):
    assert not token_is_good("secret", name, guess)


def test_a_launch_has_a_secret_of_its_own_that_only_its_user_reads(tmp_path):
    first, second = create_secret(tmp_path), create_secret(tmp_path)
    assert first != second == read_secret(tmp_path)
    assert len(bytes.fromhex(second)) >= 32
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


@given(st.dictionaries(names.filter(lambda name: name != TOOL), grants, max_size=4))
def test_grants_come_back_as_written(tmp_path_factory, written):
    place = tmp_path_factory.mktemp("grants")
    write_grants(place, written)
    read = read_grants(place)
    assert read.pop(TOOL).read == ("**",)
    assert read == written


def test_without_a_file_only_tools_may_do_anything(tmp_path):
    assert set(read_grants(tmp_path)) == {TOOL}


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"nav": {}})])
def test_a_broken_file_is_an_error_not_a_grant(tmp_path, text):
    (tmp_path / "grants.json").write_text(text)
    with pytest.raises((ValueError, KeyError, AttributeError)):
        read_grants(tmp_path)


RIGHTS = Rights("nav", Grants(read=("Vehicle.Speed", "driving.*"), actuate=("Vehicle.Cabin.**",), call=("energy",)))


@pytest.mark.parametrize(
    ("ask", "name", "granted"),
    [
        ("may_read", "Vehicle.Speed", True),
        ("may_read", "Vehicle.SpeedLimit", False),
        ("may_read", "Vehicle", False),
        ("may_read", "driving.state", True),
        ("may_read", "driving", False),
        ("may_actuate", "Vehicle.Cabin.Door.Row1.Left.IsOpen", True),
        ("may_actuate", "Vehicle.Speed", False),
        ("may_call", "energy", True),
        ("may_call", "energy2", False),
        ("may_publish", "nav.route", True),
        ("may_publish", "nav", False),
        ("may_publish", "navigation.route", False),
        ("may_publish", "driving.state", False),
    ],
)
def test_a_name_may_do_what_it_was_granted(ask, name, granted):
    assert getattr(RIGHTS, ask)(name) is granted


@pytest.mark.parametrize("ask", ["may_read", "may_actuate", "may_call"])
def test_names_of_absurd_length_are_nobodys(ask):
    everything = Rights("tool", Grants(read=("**",), actuate=("**",), call=("**",)))
    assert getattr(everything, ask)("x" * MAX_NAME)
    assert not getattr(everything, ask)("x" * (MAX_NAME + 1))
