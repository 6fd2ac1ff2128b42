"""Bundles with links and ways up: the host opens nothing that lies outside of them."""

import pytest

from carservices.apphost.bundles import discover
from tests.unit.apphost.conftest import write_bundle


@pytest.mark.parametrize("leads_out", [True, False])
def test_an_icon_is_shown_only_from_inside_the_bundle(tmp_path, leads_out):
    app = write_bundle(tmp_path / "apps", "", icon="icon.png")
    folder = tmp_path / "apps" / app
    target = (tmp_path if leads_out else folder) / "picture.png"
    target.write_bytes(b"secret")
    (folder / "icon.png").symlink_to(target)
    found, problems = discover(tmp_path / "apps", ())
    assert not problems
    assert (found[app].icon is None) == leads_out


@pytest.mark.parametrize(
    "facts", [{"icon": "../../secret.png"}, {"icon": "/etc/secret.png"}, {"entry": "../main:Main"}, {"id": "../one"}]
)
def test_a_manifest_that_points_outside_is_refused(tmp_path, facts):
    write_bundle(tmp_path / "apps", "", **facts)
    found, problems = discover(tmp_path / "apps", ())
    assert not found
    if "id" not in facts:
        assert next(iter(facts)) in problems[0]
