"""The functions behind ``carservices hal``."""

import pytest

from carservices.hal import HalError, tools


def test_a_listed_hal_says_where_it_comes_from_and_what_it_can_be_told():
    virtual = next(hal for hal in tools.list_hals() if hal["name"] == "virtual")
    assert virtual["package"] == "carservices"
    assert virtual["doc"].startswith("Signals in memory")
    assert set(virtual["options"]["properties"]) == {"signals", "values"}


def test_a_hal_that_does_not_import_is_listed_with_its_error(monkeypatch):
    def broken(name):
        raise HalError(f"HAL {name} needs the package 'serial'")

    monkeypatch.setattr(tools, "load", broken)
    assert {hal["error"] for hal in tools.list_hals() if hal["name"] == "virtual"} == {
        "HAL virtual needs the package 'serial'"
    }


def test_checking_without_pytest_says_what_to_install(monkeypatch):
    monkeypatch.setattr(tools, "find_spec", lambda name: None)
    with pytest.raises(HalError, match=r"pip install 'carservices\[hal-test\]'"):
        tools.check("virtual")


@pytest.mark.parametrize(("name", "options"), [("nobody", {}), ("virtual", {"sped": "1"})])
def test_checking_what_cannot_be_made_starts_nothing(name, options):
    with pytest.raises(HalError, match=r"nobody|sped"):
        tools.check(name, options)
