"""Our profile against VSS: the same paths, types and limits, in our own words."""

from pathlib import Path

import pytest

from carservices.signals import Catalogue
from carservices.signals.units import UNITS

REFERENCE = Path(__file__).parents[4] / "shared/data/vss"
UNITLESS = {"iso8601"}
"""Formats that VSS writes in the place of a unit."""

OUR_OWN = {"Vehicle.Cabin.HVAC.IsAutoActive"}
"""What people expect of a car and AAOS has (HVAC_AUTO_ON), but VSS 6.0 does not."""

profile = Catalogue.default()


def reference(version):
    file = REFERENCE / f"vss_release_{version}.json"
    if not file.is_file():
        pytest.skip(f"no VSS {version} export beside the repository")
    return Catalogue.load(file)


def test_every_leaf_is_one_of_vss_6():
    vss = reference("6.0")
    assert profile.keys() - vss.keys() == OUR_OWN
    for path in profile.keys() & vss.keys():
        ours, theirs = profile[path], vss[path]
        for fact in ("kind", "datatype", "unit", "min", "max", "allowed"):
            assert getattr(ours, fact) == getattr(theirs, fact), f"{path}: {fact}"


def test_the_words_are_our_own():
    vss = reference("6.0")
    theirs = {text.strip(" .").lower() for text in [*vss.branches.values(), *(s.description for s in vss.values())]}
    for path, text in [*profile.branches.items(), *((s.path, s.description) for s in profile.values())]:
        assert text.strip(" .").lower() not in theirs, path


def test_every_node_is_described_once():
    texts = [*profile.branches.values(), *(signal.description for signal in profile.values())]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert 4 < len(text) <= 120
        assert text[0].isupper()
        assert text.endswith(".")


def test_every_branch_has_leaves():
    for branch in profile.branches:
        assert any(path.startswith(f"{branch}.") for path in profile)


def test_every_unit_can_be_converted():
    assert {signal.unit for signal in profile.values() if signal.unit} <= UNITS.keys() | UNITLESS


def test_every_signal_makes_a_config():
    for path in profile:
        assert profile.config(path).path == path


@pytest.mark.parametrize(("version", "leaves"), [("4.0", 910), ("6.0", 1263)])
def test_the_official_exports_load(version, leaves):
    vss = reference(version)
    assert len(vss) == leaves
    assert "celsius" not in {signal.unit for signal in vss.values()}
    for path in vss:
        vss.config(path)


def test_an_official_export_loads_on_top():
    reference("4.0")
    both = Catalogue.load(REFERENCE / "vss_release_6.0.json", REFERENCE / "vss_release_4.0.json")
    assert both["Vehicle.TraveledDistance"].unit == "km"
    assert both["Vehicle.Body.Mirrors.DriverSide.Pan"].deprecation is None
    assert "Vehicle.ADAS.CruiseControl.AdaptiveDistanceSet" in both
